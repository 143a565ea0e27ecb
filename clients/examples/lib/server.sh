# shellcheck shell=bash
# For the run scripts of this folder: a server of their own, in a temporary folder, stopped at the
# end by its process id. Source it, then call start_server.
#
# `jalond` and `jalon` are taken from JALON_BIN, else from build/release/bin, else from PATH.

examples_lib=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
server_pid=
work=

die() {
  echo "$(basename "$0"): $*" >&2
  exit 1
}

# Prints a command as a user would type it, then runs it.
show() {
  printf '\n$ %s\n' "$*"
  "$@"
}

stop_server() {
  if [ -n "$server_pid" ]; then
    kill "$server_pid" 2>/dev/null || true
    wait "$server_pid" 2>/dev/null || true
    server_pid=
  fi
  if [ -n "$work" ]; then rm -rf "$work"; fi
}

find_binaries() {
  local bin=${JALON_BIN:-$examples_lib/../../../build/release/bin}
  if [ -x "$bin/jalond" ] && [ -x "$bin/jalon" ]; then PATH=$bin:$PATH; fi
  local name
  for name in jalond jalon; do
    command -v "$name" >/dev/null ||
      die "$name is neither in $bin nor in PATH: build it (scripts/demo does), or set JALON_BIN"
  done
}

# Starts a server on a port chosen by the system, with the options given, and exports JALON_SERVER.
# Work files of the script may go to $work. Both are gone when the script ends.
start_server() {
  find_binaries
  work=$(mktemp -d)
  trap stop_server EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  jalond "$@" --data="$work/data" --listen=127.0.0.1:0 --port-file="$work/port" >"$work/jalond.log" 2>&1 &
  server_pid=$!
  local i
  for ((i = 0; i < 600; ++i)); do
    [ -s "$work/port" ] && break
    kill -0 "$server_pid" 2>/dev/null || break
    sleep 0.1
  done
  if [ ! -s "$work/port" ]; then
    cat "$work/jalond.log" >&2
    die "the server does not start"
  fi
  JALON_SERVER=127.0.0.1:$(cat "$work/port")
  export JALON_SERVER
}

# The folder that holds file $1: $2 itself, or its subfolder $3.
data_folder() {
  local folder
  for folder in "$2" "$2/$3"; do
    if [ -f "$folder/$1" ]; then
      printf '%s\n' "$folder"
      return
    fi
  done
  die "$1 is neither in $2 nor in $2/$3"
}

# A table of chances from `jalon runs results -o csv` on stdin: one line per unit, one column per
# indicator, in percent; units named by `jalon network units -o csv` in file $1.
chances_by_unit() {
  awk -v units="$1" -f "$examples_lib/csv.awk" -f "$examples_lib/chances.awk"
}
