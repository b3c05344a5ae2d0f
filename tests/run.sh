#!/usr/bin/env bash
# Builds Canon and runs all its tests, from a machine that has nothing but git
# and a shell. A second run does only what has changed.
#
#   tests/run.sh             install what is missing, build, run everything
#   tests/run.sh --long      fuzzing, long property tests and load as well
#   tests/run.sh --quick     the debug build only
#   tests/run.sh --no-install    missing packages are an error
#
# CANON_FUZZ_SECONDS   how long each fuzz target runs with --long (600)
# CANON_PEER_DATA      folder of contract files for the peers (tests/peers)
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
long= quick= install=1
for option in "$@"; do
  case $option in
    --long) long=1 ;;
    --quick) quick=1 ;;
    --no-install) install= ;;
    *) sed -n '2,/^set/p' "$0" | sed '$d; s/^# \{0,1\}//'; exit 2 ;;
  esac
done
# shellcheck source=support/setup.sh
. tests/support/setup.sh

packages=("${build_packages[@]}" "${test_packages[@]}")
[ -z "$long" ] || packages+=(clang nginx-light wrk)
install_packages "$install" "${packages[@]}"
find_node
prepare_peers
start_postgresql
trap stop_postgresql EXIT

passed=0 failed=0 skipped=0
failures=()

# run_tests PRESET [CTEST-OPTION...]
run_tests() {
  local preset=$1 report="$root/build/$1/report.xml" line
  shift
  step "tests, $preset build"
  rm -f "$report"
  ctest --test-dir "build/$preset" --output-on-failure --output-junit "$report" \
    "$@" || true
  line=$(python3 tests/support/junit.py "$report") || line="0 1 0 $preset:no-report"
  read -r p f s names <<<"$line"
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
  [ "$f" = 0 ] || failures+=("$names")
}

export LSAN_OPTIONS="suppressions=$root/tests/support/lsan.txt:print_suppressions=0"
build debug
run_tests debug
if [ -z "$quick" ]; then
  build asan
  run_tests asan -L 'unit|api|fuzz' -LE slow
fi
if [ -n "$long" ]; then
  build tsan
  run_tests tsan -L threads
  CANON_LONG=1 run_tests debug -L 'property|web'
  run_fuzzers
  build release
  step "load"
  if python3 tests/bench/http.py --canond build/release/canond/canond F12; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1)) failures+=("load")
  fi
  step "peers"
  if (cd build/peers && npm test); then
    passed=$((passed + 1))
  else
    failed=$((failed + 1)) failures+=("peers")
  fi
fi

step "done"
[ ${#failures[@]} = 0 ] || printf 'failed: %s\n' "${failures[@]}"
[ "$skipped" = 0 ] || echo "$skipped skipped"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
