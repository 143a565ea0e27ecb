#!/bin/bash
# The tour of scripts/demo, on a build that exists: starts a server on the demo network, asks for
# the probability of every objective, prints the answer, stops the server.
set -euo pipefail
cd "$(dirname "$0")/../.."
bin=$PWD/build/release/bin
data=$PWD/build/demo-data
keep=0
[ "${1:-}" = --keep ] && keep=1
mkdir -p "$data"

server=
stop_server() {
  [ -n "$server" ] || return 0
  kill "$server" 2>/dev/null || true
  wait "$server" 2>/dev/null || true
}
trap stop_server EXIT

# Prints a command as a user would type it, then runs it.
show() {
  printf '\n$ %s\n' "$*"
  "$@"
}

port_file=$data/port
rm -f "$port_file"
printf '$ jalond --demo=small --data build/demo-data --port 0\n'
"$bin/jalond" --demo=small --data "$data" --port 0 --port-file "$port_file" >"$data/jalond.log" 2>&1 &
server=$!
for _ in $(seq 600); do
  [ -s "$port_file" ] && break
  kill -0 "$server" 2>/dev/null || { cat "$data/jalond.log" >&2; exit 1; }
  sleep 0.1
done
[ -s "$port_file" ] || { echo "the server did not open its port within 60 s:" >&2; cat "$data/jalond.log" >&2; exit 1; }
JALON_SERVER=127.0.0.1:$(cat "$port_file")
export JALON_SERVER
export PATH=$bin:$PATH
echo "The server listens on $JALON_SERVER."

for _ in $(seq 600); do
  jalon status >/dev/null 2>&1 && break
  sleep 0.1
done
show jalon status
show jalon simulate
if [ "$keep" = 1 ]; then
  trap - EXIT
  printf '\nThe server still runs (pid %s). Try:\n  export JALON_SERVER=%s PATH=%s:$PATH\n  jalon --help\nStop it with: kill %s\n' \
    "$server" "$JALON_SERVER" "$bin" "$server"
fi
