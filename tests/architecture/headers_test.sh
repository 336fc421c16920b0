#!/usr/bin/env bash
# Each header under vit/ compiles when it is the first that a file includes.
#   headers_test.sh SOURCE_FOLDER BUILD_FOLDER
#
# Each is compiled alone, followed by an assertion that fails: -Wfatal-errors stops the compiler
# there, before it instantiates what LibTorch's headers leave pending (5 s a header). Headers that
# include torch get the precompiled header in front, which costs 0.3 s instead of 15 s and hides a
# forgotten #include of the standard library; rooms_test.cpp looks for those.
set -euo pipefail
source=$1 build=$2
cd "$source"

# The compile command of some source file of a library, less its input and output.
commands=$(sed -n 's/^ *"command": "\(.*\)",\{0,1\}$/\1/p' "$build/compile_commands.json" |
  sed -E 's/\\(["\\])/\1/g; / -x c\+\+-header /d; s/ -o [^ ]+ -c (.*)$/ #\1/')
command_of() {
  { grep -E -m 1 -- "$1" <<<"$commands" || true; } | sed 's/ #.*$//'
}
with_torch=$(command_of '-include .*/vit\.dir/cmake_pch')
without_torch=$(command_of ' #.*/vit/(core|io|image|report|text)/')
export with_torch without_torch

check() {
  local header=$1 output
  local command=$without_torch
  case $header in
    vit/core/* | vit/io/* | vit/image/* | vit/report/* | vit/text/*) ;;
    *) [ -z "$with_torch" ] || command=$with_torch ;;
  esac
  output=$(printf '#include "%s"\nstatic_assert(false, "compiled alone");\n' "$header" |
    eval "$command -I. -Wfatal-errors -fsyntax-only -x c++ -" 2>&1 || true)
  if [[ $output != *"compiled alone"* ]]; then
    printf '%s does not compile alone:\n%s\n' "$header" "$output"
    return 1
  fi
}
export -f check

if [ -z "$without_torch" ]; then
  echo "no compile command of vit_base in $build/compile_commands.json"
  exit 1
fi
find vit -name '*.h' -print0 | sort -z |
  xargs -0 -P "$(nproc)" -I{} bash -c 'check "$1"' check {}
