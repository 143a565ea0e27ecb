# Sourced by scripts/test, scripts/demo and .ci/run: messages, Debian packages, job count.
# shellcheck shell=bash

JALON_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

# Prints a headline, so that a reader always knows which step is running.
say() { printf '\n== %s\n' "$*"; }

# Prints an error and stops.
die() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

# Runs a command and prints how long it took. `timed LABEL COMMAND...`
timed() {
  local label=$1 start=$SECONDS code=0
  shift
  "$@" || code=$?
  if [ "$code" = 0 ]; then
    printf -- '-- %s: done in %s s\n' "$label" $((SECONDS - start))
  else
    printf -- '-- %s: FAILED after %s s (exit %s)\n' "$label" $((SECONDS - start)) "$code" >&2
  fi
  return "$code"
}

# Parallel compilations: JALON_JOBS, or one per core but fewer when memory is short (a gRPC file
# takes up to 1 GiB).
job_count() {
  [ -z "${JALON_JOBS:-}" ] || { echo "$JALON_JOBS"; return; }
  local cores free_gib
  cores=$(nproc)
  free_gib=$(awk '/^MemAvailable:/ {print int($2 / 1048576)}' /proc/meminfo)
  [ "${free_gib:-1}" -ge 1 ] || free_gib=1
  echo $((cores < free_gib ? cores : free_gib))
}

# Prints the packages of the list files $@ which are not installed, one a line.
missing_packages() {
  local line package command
  cat "$@" | sed 's/#.*//' | while read -r line; do
    [ -n "$line" ] || continue
    read -r package command <<<"$line"
    if [ -n "$command" ] && command -v "$command" >/dev/null; then continue; fi
    case $(dpkg-query -W -f='${db:Status-Abbrev}' "$package" 2>/dev/null) in
      ii*) ;;
      *) echo "$package" ;;
    esac
  done
}

apt_get() {
  local as_root=()
  [ "$(id -u)" = 0 ] || as_root=(sudo)
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get -q -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@"
}

# Installs what is missing of the lists $@; does nothing, and needs no rights, when all is there.
install_packages() {
  local missing
  command -v dpkg-query >/dev/null || die "this script installs Debian packages and dpkg-query is not here.
Install the equivalents of $* by hand, then: cmake --workflow --preset release"
  mapfile -t missing < <(missing_packages "$@")
  if [ ${#missing[@]} = 0 ]; then
    echo "All packages needed are installed."
    return
  fi
  if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
    die "${#missing[@]} Debian packages are missing and this user is neither root nor has sudo. Ask root for:
  apt-get update && apt-get install --no-install-recommends ${missing[*]}"
  fi
  echo "Installing ${#missing[@]} Debian packages: ${missing[*]}"
  timed "package lists" apt_get update || return
  timed "packages" apt_get install -y --no-install-recommends "${missing[@]}"
}

# (`|| return`: callers that test the result switch `set -e` off inside.)
# Configures the preset $1 (further arguments go to cmake), then builds the targets named in the
# array JALON_TARGETS (everything when it is empty), with a progress line per file.
build_preset() {
  local preset=$1 targets=()
  shift
  [ ${#JALON_TARGETS[@]} = 0 ] || targets=(--target "${JALON_TARGETS[@]}")
  timed "configure $preset" cmake -S "$JALON_ROOT" --preset "$preset" \
    -DJALON_UNITY="${JALON_UNITY:-ON}" "$@" || return
  timed "build $preset" cmake --build "$JALON_ROOT/build/$preset" -j "$(job_count)" "${targets[@]}"
}
