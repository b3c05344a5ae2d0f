# Functions of tests/run.sh, examples/quickstart.sh and tests/bench/run.sh.
# Sourced by them in the root of the project.

build_packages=(gcc g++ cmake ninja-build pkg-config libc6-dev libjson-c-dev
  libyaml-dev libsodium-dev libssl-dev libcurl4-openssl-dev libsqlite3-dev
  libpq-dev libgit2-dev libcmark-dev libcivetweb-dev ca-certificates)
test_packages=(libcriterion-dev postgresql python3 python3-venv python3-pip
  python3-jsonschema python3-yaml git
  nodejs npm openssl chromium fonts-noto-core)

mkdir -p build
began=$SECONDS
step() {
  printf '\n== [%d:%02d] %s\n' $(((SECONDS - began) / 60)) \
    $(((SECONDS - began) % 60)) "$*"
}

# install_packages ALLOWED PACKAGE...: those that are missing, after saying so.
install_packages() {
  local allowed=$1 missing=() package sudo=()
  shift
  command -v apt-get >/dev/null || { echo "no apt-get: taking for granted that $* are there"; return 0; }
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' ||
      missing+=("$package")
  done
  # a Node that is there already needs no package
  if command -v node >/dev/null && command -v npm >/dev/null; then
    for package in "${!missing[@]}"; do
      case ${missing[package]} in nodejs|npm) unset "missing[package]" ;; esac
    done
  fi
  # so it is with a browser and its fonts
  if command -v "${CHROMIUM:-chromium}" >/dev/null; then
    for package in "${!missing[@]}"; do
      case ${missing[package]} in chromium|fonts-*) unset "missing[package]" ;; esac
    done
  fi
  [ ${#missing[@]} -gt 0 ] || return 0
  step "packages"
  echo "to be installed with apt-get: ${missing[*]}"
  [ -n "$allowed" ] || { echo "not installing anything (--no-install)"; return 1; }
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || { echo "needs root or sudo; run: apt-get install ${missing[*]}"; return 1; }
    sudo=(sudo)
  fi
  "${sudo[@]}" apt-get update -q
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -q --no-install-recommends "${missing[@]}"
}

# Node 20.19 or newer first in PATH; the system's may be older.
find_node() {
  local own="$root/build/node/node_modules/node/bin"
  if ! node_is_new node; then
    if [ ! -x "$own/node" ]; then
      step "Node.js"
      echo "the system's Node.js is older than 20.19: installing one into build/node"
      mkdir -p build/node
      npm install --prefix build/node --no-save --no-audit --no-fund --loglevel=error node@20
    fi
    PATH="$own:$PATH"
    export PATH
  fi
  node --version
}

node_is_new() {
  command -v "$1" >/dev/null && "$1" -e '
    const [a, b] = process.versions.node.split(".").map(Number);
    process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)'
}

# A copy of the peers with what they need; made again when they change.
prepare_peers() {
  local mark
  mkdir -p build/peers
  cp -r tests/peers/. build/peers/
  mark=$(cat tests/peers/package-lock.json tests/peers/package.json | sha256sum)
  if [ "$mark" != "$(cat build/peers/.installed 2>/dev/null)" ]; then
    step "packages of the peers"
    (cd build/peers && npm ci --omit=optional --no-audit --no-fund --loglevel=error)
    echo "$mark" >build/peers/.installed
  fi
  export CANON_PEERS="$root/build/peers"
}

# A private PostgreSQL, gone at the end. The server refuses to run as root.
start_postgresql() {
  local bin version
  [ -z "${CANON_TEST_POSTGRESQL:-}" ] || return 0
  bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)
  if [ ! -x "$bin/initdb" ]; then
    echo "no PostgreSQL server: its tests are skipped"
    return 0
  fi
  step "PostgreSQL"
  pg_bin=$bin
  pg_dir=$(mktemp -d /tmp/canon-pg.XXXXXX)
  if [ "$(id -u)" = 0 ]; then
    chown postgres "$pg_dir"
    pg_as=(setpriv --reuid=postgres --regid=postgres --clear-groups env HOME=/tmp)
  else
    pg_as=()
  fi
  (cd /tmp && "${pg_as[@]}" "$bin/initdb" -A trust -E UTF8 --locale=C.UTF-8 \
    --no-sync -U postgres "$pg_dir/data" >"$pg_dir.log" 2>&1) ||
    { cat "$pg_dir.log"; return 1; }
  (cd /tmp && "${pg_as[@]}" "$bin/pg_ctl" -w -D "$pg_dir/data" -l "$pg_dir/log" -o \
    "-k $pg_dir -c listen_addresses='' -c fsync=off -c synchronous_commit=off \
     -c full_page_writes=off -c max_connections=200" start >/dev/null)
  export CANON_TEST_POSTGRESQL="postgresql://postgres@/postgres?host=$pg_dir"
  version=$("$bin/postgres" --version)
  echo "$version in $pg_dir"
}

stop_postgresql() {
  [ -n "${pg_dir:-}" ] || return 0
  (cd /tmp && "${pg_as[@]}" "$pg_bin/pg_ctl" -m immediate -D "$pg_dir/data" stop >/dev/null 2>&1) || true
  rm -rf "$pg_dir" "$pg_dir.log"
}

# build PRESET [TARGET...]
build() {
  local preset=$1 launcher=()
  shift
  step "build, $preset"
  command -v ccache >/dev/null && launcher=(-DCMAKE_C_COMPILER_LAUNCHER=ccache)
  cmake --preset "$preset" "${launcher[@]}" >"build/$preset.log" 2>&1 ||
    { tail -30 "build/$preset.log"; return 1; }
  cmake --build --preset "$preset" ${1:+--target "$@"}
}

run_fuzzers() {
  local seconds=${CANON_FUZZ_SECONDS:-600} clang target name
  step "fuzzing, $seconds seconds each"
  clang=$(command -v clang-14 || command -v clang)
  cmake --preset fuzz -DCMAKE_C_COMPILER="$clang" >build/fuzz.log 2>&1 ||
    { tail -30 build/fuzz.log; return 1; }
  cmake --build --preset fuzz
  for target in build/fuzz/tests/fuzz/fuzz_*; do
    [ -x "$target" ] && [ -f "$target" ] || continue
    name=${target##*/fuzz_}
    mkdir -p "build/fuzz/corpus/$name"
    echo "-- $name"
    if "$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
      -print_final_stats=1 -artifact_prefix="build/fuzz/$name-" \
      "build/fuzz/corpus/$name" $(ls -d "tests/fuzz/corpus/$name" 2>/dev/null) \
      >"build/fuzz/$name.log" 2>&1; then
      grep -E 'stat::number_of_executed_units' "build/fuzz/$name.log" || true
      passed=$((passed + 1))
    else
      tail -30 "build/fuzz/$name.log"
      failed=$((failed + 1)) failures+=("fuzz-$name")
    fi
  done
}
