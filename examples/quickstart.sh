#!/usr/bin/env bash
# From a checkout to a running server: builds Canon, indexes PATH and serves it
# on 127.0.0.1.
#
#   examples/quickstart.sh [PATH]
#
# PATH is a folder with specs, a git repository, or a folder of these; without
# it the sample organisation in examples/specs is served. The index is an
# SQLite file in build/quickstart; a second start only looks for changes.
#
#   --once         check that the server answers, then stop it
#   --port N       instead of 8080 (the next free one is taken)
#   --no-install   missing packages are an error
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
path= once= port=8080 install=1
while [ $# -gt 0 ]; do
  case $1 in
    --once) once=1 ;;
    --port) port=${2:?--port needs a number}; shift ;;
    --no-install) install= ;;
    -*) sed -n '2,/^set/p' "$0" | sed '$d; s/^# \{0,1\}//'; exit 2 ;;
    *) path=$1 ;;
  esac
  shift
done
path=$(cd "${path:-$here/examples/specs}" && pwd)
case $path in *,*) echo "the path must not hold a comma: $path"; exit 2 ;; esac
cd "$here"
root=$here
# shellcheck source=../tests/support/setup.sh
. tests/support/setup.sh

if [ ! -x build/quickstart/canond/canond ] || [ ! -e build/quickstart/.built ] ||
  [ -n "$(find CMakeLists.txt include libcanon canond examples/index.c \
    -name node_modules -prune -o \
    -newer build/quickstart/.built -type f -print -quit)" ]; then
  install_packages "$install" "${build_packages[@]}" nodejs npm
  find_node
  step "build"
  mkdir -p build/quickstart
  cmake -S . -B build/quickstart -G Ninja -DCMAKE_BUILD_TYPE=Release \
    >build/quickstart.log 2>&1 || { tail -30 build/quickstart.log; exit 1; }
  cmake --build build/quickstart --target canond example_index
  touch build/quickstart/.built
fi

# The name of the organisation: the folder's, made of what a name may hold.
org=$(basename "$path" | tr '[:upper:]' '[:lower:]' | tr -cs 'a-z0-9\n' - |
  sed 's/^-*//; s/-*$//' | cut -c1-39)
case $path in "$here/examples/specs") org=acme ;; esac
case $org in ''|admin|setup|api|no-org|choose-org) org=local ;; esac
if [ -e "$path/.git" ] || [ -f "$path/HEAD" ]; then
  sources="$org/$org=git:$path"
else
  sources="$org=$path"
fi

data="$here/build/quickstart/data/$(printf %s "$path" | sha256sum | cut -c1-12)"
mkdir -p "$data"
export DATABASE_URL="sqlite:$data/canon.db" CANON_SOURCES="$sources" \
  WEB_ORG="$org" LISTEN=127.0.0.1
echo "indexing $path"
build/quickstart/examples/index || true

while (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do
  port=$((port + 1))
done
export PORT=$port
address="http://127.0.0.1:$port"
if [ -z "$once" ]; then
  printf '\nserving %s at\n\n    %s/app/%s/\n\nEnd with Ctrl-C.\n\n' \
    "$path" "$address" "$org"
  exec build/quickstart/canond/canond
fi

build/quickstart/canond/canond 2>"$data/log" &
server=$!
trap 'kill $server 2>/dev/null || true' EXIT
fetch() {
  exec 3<>"/dev/tcp/127.0.0.1/$port" &&
    printf 'GET %s HTTP/1.0\r\nHost: 127.0.0.1:%s\r\n\r\n' "$1" "$port" >&3 &&
    cat <&3
}
for _ in $(seq 100); do
  case $(fetch /readyz 2>/dev/null) in *' 200 '*) break ;; esac
  sleep 0.1
done
answer=$(fetch "/app/$org/api/dashboard")
case $answer in
  *' 200 OK'*) echo "$address/app/$org/api/dashboard answers" ;;
  *) echo "$answer"; cat "$data/log"; exit 1 ;;
esac
kill $server
wait $server
