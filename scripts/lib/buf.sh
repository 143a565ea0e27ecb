# Sourced by checks that need buf: installs it with npm, once per version of the lock file.
# shellcheck shell=bash

# Prints the path of buf, below JALON_TOOLS (default build/tools).
buf_path() {
  local here tools
  here=$(cd "$(dirname "${BASH_SOURCE[0]}")/../tools" && pwd) || return
  tools=${JALON_TOOLS:-$here/../../build/tools}
  if ! cmp -s "$here/package-lock.json" "$tools/package-lock.json" || [ ! -x "$tools/node_modules/.bin/buf" ]; then
    mkdir -p "$tools"
    cp "$here/package.json" "$here/.npmrc" "$tools/"
    cp "$here/package-lock.json" "$tools/.lock"
    (cd "$tools" && cp .lock package-lock.json && npm ci --ignore-scripts --silent >&2) || {
      rm -f "$tools/package-lock.json"
      echo "could not install buf with npm" >&2
      return 2
    }
  fi
  echo "$tools/node_modules/.bin/buf"
}
