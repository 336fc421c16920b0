#!/usr/bin/env bash
# The library is of use to a project outside: installed and found with find_package, and as a folder of
# that project's own build. The whole of the latter takes as long as a clean build of the library; here it is
# configured, and the project's own file compiled.
#   package_test.sh installed|subdirectory SOURCE BUILD LIBTORCH
set -euo pipefail
way=$1 source=$2 build=$3 libtorch=$4
here=$source/tests/package
work=$build/tests/package/$way
rm -rf "$work"
mkdir -p "$work"
configure() {
  cmake -S "$here" -B "$work/build" -G Ninja -DCMAKE_BUILD_TYPE=Release \
    -DCMAKE_CXX_COMPILER="$(sed -n 's/^CMAKE_CXX_COMPILER:[A-Z]*=//p' "$build/CMakeCache.txt")" "$@"
}
case $way in
  installed)
    cmake --install "$build" --prefix "$work/prefix" >/dev/null
    "$work/prefix/bin/vit" --version
    configure -DCMAKE_PREFIX_PATH="$work/prefix"
    cmake --build "$work/build"
    "$work/build/own_vit"
    ;;
  subdirectory)
    configure -DVIT_SOURCE="$source" -DLibTorch_ROOT="$libtorch"
    cmake --build "$work/build" --target CMakeFiles/own_vit.dir/main.cpp.o
    ;;
esac
rm -rf "$work"
