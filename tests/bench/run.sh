#!/usr/bin/env bash
# Builds Canon and measures the figures F1 to F15, A1, A2 and W1 to W4 (tests/bench/README.md).
#
#   tests/bench/run.sh               all figures
#   tests/bench/run.sh F9 F12        these only
#   tests/bench/run.sh --quick       three repetitions instead of nine
#   tests/bench/run.sh --no-install  missing packages are an error
#
# CANON_TEST_POSTGRESQL   a server to use instead of a private one
# Exit status: 0 every bar is met, 1 one is missed, 2 a program failed.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
install=1 rounds=9
figures=()
for option in "$@"; do
  case $option in
    --quick) rounds=3 ;;
    --no-install) install= ;;
    F[1-9]|F1[0-5]|A[12]|W[1-4]) figures+=("$option") ;;
    *) sed -n '2,/^set/p' "$0" | sed '$d; s/^# \{0,1\}//'; exit 2 ;;
  esac
done
# shellcheck source=../support/setup.sh
. tests/support/setup.sh

# wanted FIGURE...: whether one of them is asked for
wanted() {
  local figure
  [ ${#figures[@]} -gt 0 ] || return 0
  for figure in "$@"; do
    case " ${figures[*]} " in *" $figure "*) return 0 ;; esac
  done
  return 1
}

# make_corpus FOLDER [OPTION...]: once; it is complete when it has queries
make_corpus() {
  local folder=build/corpus/$1
  shift
  [ ! -f "$folder/queries.tsv" ] || return 0
  rm -rf "$folder"
  python3 tests/bench/corpus.py make "$folder" "$@"
}

worst=0
# measure PROGRAM [ARGUMENT...]: its lines into the table, the worst status
measure() {
  local status=0
  step "${1##*/} ${*:2}"
  "$@" >build/bench-lines || status=$?
  tee -a "$table" <build/bench-lines
  if [ "$status" -gt 1 ]; then
    status=2
    echo "$(basename "$1") failed" >>"$table.failed"
  fi
  [ "$status" -le "$worst" ] || worst=$status
}

measure_index() {
  local figure
  if [ ${#figures[@]} = 0 ]; then
    measure "$bench/bench_index" build/corpus/clean-6500
    return
  fi
  for figure in F3 F4 F5 F6 F11 F13; do
    ! wanted "$figure" ||
      BENCH_ONLY=$figure measure "$bench/bench_index" build/corpus/clean-6500
  done
}

print_table() {
  printf '\n'
  {
    echo "figure what value bar goal state"
    while read -r figure rest; do
      # a program may print more than it was asked for
      ! wanted "$figure" || echo "$figure $rest"
    done <"$table" | sort -V -s -k1,1 | uniq
  } | awk '{
    for (i = 1; i <= NF; i++) {
      cell[NR, i] = $i
      if (length($i) > width[i]) width[i] = length($i)
    }
  } END {
    for (r = 1; r <= NR; r++) {
      for (i = 1; i <= 6; i++) printf "%-*s  ", width[i], cell[r, i]
      print ""
    }
  }'
  [ ! -f "$table.failed" ] || cat "$table.failed"
}

install_packages "$install" "${build_packages[@]}" postgresql python3 \
  python3-venv python3-pip nginx-light wrk || exit 2
build release canond canon_program bench_parse bench_index bench_search bench_auth || exit 2
mkdir -p build/corpus
step "corpus"
make_corpus clean-6500 --docs 6500 --clean
make_corpus clean-5000 --docs 5000 --clean
make_corpus dirty-5000 --docs 5000
start_postgresql
table=$(mktemp "$root/build/bench-table.XXXXXX")
trap 'stop_postgresql; rm -f "$table" "$table.failed" build/bench-lines' EXIT

bench=build/release/tests/bench
export BENCH_RUNS=$rounds
! wanted F1 F2 F14 ||
  measure "$bench/bench_parse" build/corpus/clean-5000 build/corpus/dirty-5000
! wanted F3 F4 F5 F6 F11 F13 || measure_index
! wanted F7 F8 || measure "$bench/bench_search" build/corpus/clean-6500
! wanted A1 || measure "$bench/bench_auth"
http=()
for figure in F9 F10 F12 F13 F15 A2; do
  ! wanted "$figure" || http+=("$figure")
done
[ ${#http[@]} = 0 ] || measure tests/bench/http.py \
  --canond build/release/canond/canond --corpus build/corpus/clean-6500 \
  --rounds "$rounds" "${http[@]}"
web=()
for figure in W1 W2 W3 W4; do
  ! wanted "$figure" || web+=("$figure")
done
[ ${#web[@]} = 0 ] || ! node_is_new node || prepare_peers
[ ${#web[@]} = 0 ] || measure node tests/bench/web.mjs \
  --canond build/release/canond/canond --rounds "$rounds" "${web[@]}"
print_table
exit "$worst"
