#!/bin/bash
# The tour of scripts/demo, on a build that exists: starts a server on the demo network, fits a
# model, asks for the probability of every objective, once more under a scenario, stops the server.
# JALON_BUILD is the folder of the build (default: build/release).
set -euo pipefail
cd "$(dirname "$0")/../.."
bin=$PWD/${JALON_BUILD:-build/release}/bin
data=$PWD/build/demo-data
keep=0
[ "${1:-}" = --keep ] && keep=1
rm -rf "$data"
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
printf '$ jalond --demo=small --data build/demo-data --listen 127.0.0.1:0\n'
"$bin/jalond" --demo=small --data "$data" --listen 127.0.0.1:0 --port-file "$port_file" >"$data/jalond.log" 2>&1 &
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


say() { printf '\n-- %s\n' "$*"; }

say "A made-up bank: 40 branches, 15 indicators of every kind, five years of history that end in October 2026."
show jalon status
show jalon network show
say "Learn from the history: level, trend, season, effects of the economy, shared and own shocks."
show jalon fit --id first --no-progress
say "How likely is each objective of 2026 (ten months are known) and of 2027?"
show jalon simulate --model first --seed 1 --paths 2048 --rows 10
say "And if mortgage rates rise by one point? One indicator, same seed, so the difference is the scenario's."
show jalon simulate --model first --seed 1 --paths 2048 --indicator housing-loans --rows 6
show jalon simulate --model first --seed 1 --paths 2048 --indicator housing-loans --rows 6 --scenario rate-rise
say "What to expect of the next months, region by region."
show jalon forecast --model first --seed 1 --horizon 3 --level region --indicator housing-loans
if [ "$keep" = 1 ]; then
  trap - EXIT
  printf '\nThe server still runs (pid %s). Try:\n  export JALON_SERVER=%s PATH=%s:$PATH\n  jalon --help\nStop it with: kill %s\n' \
    "$server" "$JALON_SERVER" "$bin" "$server"
fi
