#!/bin/sh
# Install the build, move what was installed elsewhere, and use it twice: as a
# CMake package and through pkg-config. Nothing of the source tree is on the
# include paths. The environment says where things are: see CMakeLists.txt.
set -eu

work=$1
specs=$SOURCE/examples/specs
prefix=$work/moved
libdir=$prefix/$LIBDIR
export PKG_CONFIG_PATH="$libdir/pkgconfig"

fail()
{
    echo "install: $1" >&2
    exit 1
}

# expect TEXT COMMAND...: the command succeeds and its output contains TEXT
expect()
{
    text=$1
    shift
    output=$("$@" 2>&1) || fail "$* failed: $output"
    case $output in
    *"$text"*) ;;
    *) fail "$* does not say '$text' but: $output" ;;
    esac
}

# run_all FOLDER: the examples as they were built there
run_all()
{
    expect '"title":"Refunds"' \
        "$1/parse" "$specs/payments/docs/specs/refunds.md"
    expect warning "$1/lint" "$specs/platform"
    expect documents env -u CANON_PEERS -u CANON_PEER_DATA \
        -u CANON_TEST_POSTGRESQL -u CANON_LONG DATABASE_URL=sqlite::memory: \
        CANON_SOURCES="local=$specs" "$1/index"
    expect '0 blocks of memory left' "$1/host" "$specs/payments" refund
    expect local/payments "$1/coverage" "$specs"
}

rm -rf "$work"
mkdir -p "$work/pc"
"$CMAKE" --install "$BUILD" --prefix "$work/first" >"$work/install.log"
mv "$work/first" "$prefix"

echo "The installed programs find their library."
for name in canond canon; do
    expect "$name" "$prefix/$BINDIR/$name" --version
    case $(ldd "$prefix/$BINDIR/$name") in
    *"$prefix/"*libcanon.so*) ;;
    *) fail "$name does not use the library beside it" ;;
    esac
done
expect '"title":"Refunds"' "$prefix/$BINDIR/canon" \
    parse "$specs/payments/docs/specs/refunds.md"
# Nobody shall know of our own libraries, nor see their names in ours.
nm -D --defined-only "$libdir/libcanon.so" | grep -v ' canon_' >"$work/names" &&
    fail "libcanon.so offers foreign names: $(head -3 "$work/names")"
grep -rl "$SOURCE" "$libdir/cmake" "$libdir/pkgconfig" "$prefix/include" &&
    fail "an installed file names the source tree"

echo "find_package(canon): the examples, and canond once more."
"$CMAKE" -S "$SOURCE/tests/install/consumer" -B "$work/cmake" \
    -G "$GENERATOR" -DCMAKE_EXPORT_COMPILE_COMMANDS=ON \
    -DCMAKE_PREFIX_PATH="$prefix" -DSOURCE="$SOURCE" \
    -DCMAKE_C_COMPILER="$CC" -DCMAKE_CXX_COMPILER="$CXX" >"$work/cmake.log"
"$CMAKE" --build "$work/cmake" >"$work/build.log" 2>&1 ||
    fail "the CMake project does not build: $(tail -20 "$work/build.log")"
grep -q "$prefix/include" "$work/cmake/compile_commands.json" ||
    fail "the CMake project does not use the installed headers"
grep -q "$SOURCE/include" "$work/cmake/compile_commands.json" &&
    fail "the CMake project uses the headers of the source tree"
run_all "$work/cmake"
expect canond "$work/cmake/canond" --version
expect canon "$work/cmake/canon" --version

echo "pkg-config: the examples with the shared library."
flags=$("$PKG_CONFIG" --cflags --libs canon)
case $flags in
*"$libdir"*) ;;
*) fail "pkg-config does not follow the move: $flags" ;;
esac
warn='-Wall -Wextra -Wpedantic -Werror'
for name in parse lint index host merge; do
    "$CC" -std=c11 $warn "$SOURCE/examples/$name.c" -o "$work/pc/$name" $flags
done
"$CXX" -std=c++11 $warn "$SOURCE/examples/coverage.cpp" \
    -o "$work/pc/coverage" $flags
LD_LIBRARY_PATH=$libdir
export LD_LIBRARY_PATH
run_all "$work/pc"
unset LD_LIBRARY_PATH

# The libraries below ours stay shared: not every system has them whole in a
# static form, so --static is looked at and goes one floor deep only.
echo "pkg-config --static: an example with the static library inside."
case $("$PKG_CONFIG" --static --libs canon) in
*-lcmark*) ;;
*) fail "pkg-config --static does not say what libcanon.a needs" ;;
esac
below=$("$PKG_CONFIG" --print-requires-private canon)
"$CC" -std=c11 "$SOURCE/examples/parse.c" -o "$work/pc/static" \
    $("$PKG_CONFIG" --cflags canon) "$libdir/libcanon.a" \
    $("$PKG_CONFIG" --libs $below) -lcmark -lm -pthread
case $(ldd "$work/pc/static") in
*libcanon*) fail "the static library was not used" ;;
esac
expect '"title":"Refunds"' \
    "$work/pc/static" "$specs/payments/docs/specs/refunds.md"
echo "All of it works from $prefix."
