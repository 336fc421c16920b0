#!/usr/bin/env bash
# Finds LibTorch, or gets it. Prints its folder (that holds include/ and lib/) and its version, a
# line each.
#   third_party/libtorch.sh find [FOLDER]   the folder named, else $Torch_DIR or $LIBTORCH, else
#                                           python3's torch, else build/libtorch-venv
#   third_party/libtorch.sh get             as find, and where there is none, makes
#                                           build/libtorch-venv with pip
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
venv=$root/build/libtorch-venv
wanted=2.13.0
oldest=2.6

say() { printf 'vitw: %s\n' "$*" >&2; }
[ ! -e "${BASH_SOURCE[0]%/*}/progress.sh" ] || . "${BASH_SOURCE[0]%/*}/progress.sh"

# The folder with include/ and lib/, from any folder that people name: itself, a wheel's
# site-packages, an unpacked zip's parent, share/cmake/Torch, or lib.
folder_of() {
  local candidate
  for candidate in "$1" "$1/torch" "$1/libtorch" "$1/../../.." "$1/.."; do
    if [ -e "$candidate/lib/libtorch_cpu.so" ] || [ -e "$candidate/include/torch" ]; then
      (cd "$candidate" && pwd)
      return
    fi
  done
  printf '%s\n' "$1"
}

version_of() {
  local file
  if [ -f "$1/version.py" ]; then  # a wheel
    sed -n "s/^__version__ = '\(.*\)'.*/\1/p" "$1/version.py"
  elif [ -f "$1/build-version" ]; then  # a zip
    head -n 1 "$1/build-version"
  else
    for file in headeronly/version.h csrc/api/include/torch/version.h; do
      sed -n 's/^#define TORCH_VERSION_\(MAJOR\|MINOR\|PATCH\) \([0-9]*\).*/\2/p' \
        "$1/include/torch/$file" 2>/dev/null | paste -sd. -
    done | grep -m 1 . || true
  fi
}

machine_of() { od -An -tx1 -j18 -N2 "$1" 2>/dev/null; }  # e_machine of the ELF header

# Prints why the LibTorch in a folder cannot be used; nothing where it can.
unfit() {
  local folder=$1 version=$2 file
  for file in lib/libtorch.so lib/libtorch_cpu.so lib/libc10.so \
              include/torch/csrc/api/include/torch/torch.h; do
    [ -e "$folder/$file" ] || { echo "there is no $file"; return; }
  done
  if [ "$(machine_of "$folder/lib/libc10.so")" != "$(machine_of /proc/self/exe)" ]; then
    echo "it is built for another processor than this $(uname -m)"
  elif grep -qs 'GLIBCXX_USE_CXX11_ABI=0' "$folder/share/cmake/Torch/TorchConfig.cmake"; then
    echo "it is built with the old C++ ABI, which does not link with the system's libraries"
  elif [ -z "$version" ]; then
    echo "its version cannot be read"
  elif ! printf '%s\n' "$oldest" "$version" | sort -V -C; then
    echo "it is version $version, and vit needs $oldest or newer"
  fi
}

# Prints folder and version where the LibTorch there can be used; says why where it cannot.
take() {
  local origin=$1 folder version why
  folder=$(folder_of "$2")
  version=$(version_of "$folder")
  why=$(unfit "$folder" "$version")
  if [ -n "$why" ]; then
    say "$origin: the LibTorch in $folder does not fit: $why"
    return 1
  fi
  printf '%s\n%s\n' "$folder" "$version"
}

find_libtorch() {
  local named=${1:-${Torch_DIR:-${LIBTORCH:-}}} found
  if [ -n "$named" ]; then
    take "named by you" "$named" && return
    say "name another folder in LIBTORCH, or none, so that one is looked for"
    exit 5
  fi
  # find_spec does not import torch, which would take seconds.
  found=$(cd / && python3 -c 'import importlib.util as u; s = u.find_spec("torch")
print(s.submodule_search_locations[0] if s and s.submodule_search_locations else "")' 2>/dev/null || true)
  if [ -n "$found" ]; then
    take "python3's torch" "$found" && return
    say "it is left aside"
  fi
  [ -f "$venv/.complete" ] || return 1
  for found in "$venv"/lib/python3*/site-packages/torch; do
    take "build/libtorch-venv" "$found" && return
  done
  return 1
}

install_libtorch() {
  local log
  log=$root/build/libtorch-venv.log
  say "installing torch==$wanted with pip into build/libtorch-venv (once; 0.2 GB, with CUDA 3 GB)"
  rm -rf "$venv"
  mkdir -p "$root/build"
  # .complete comes last: an installation that was cut off is made again.
  if python3 -m venv "$venv" >"$log" 2>&1 &&
    with_progress "pip install torch" "$log" "$venv/bin/python" -m pip install \
      --disable-pip-version-check --no-input --no-compile --only-binary=:all: --retries 2 \
      "torch==$wanted"; then
    touch "$venv/.complete"
    rm -f "$log"
    return
  fi
  tail -n 15 "$log" >&2
  if grep -qE 'python3: command not found|ensurepip is not|No module named (venv|ensurepip)' "$log"; then
    say "python3 is missing or cannot make a virtual environment; on Debian and Ubuntu, as root: apt-get install python3 python3-venv"
  elif grep -qE 'NewConnectionError|NameResolutionError|name resolution|Network is unreachable|ConnectTimeout|Read timed out|ProxyError' "$log"; then
    say "pip could not reach the package index: is there a network? Then run ./vitw again."
  elif grep -q 'No matching distribution' "$log"; then
    say "pip has no torch $wanted for $(python3 --version 2>&1) on $(uname -m)"
  elif grep -q 'No space left' "$log"; then
    say "the disk is full"
  fi
  say "LibTorch is missing. Unpack one ($oldest or newer) yourself and run: LIBTORCH=/path/to/libtorch ./vitw"
  exit 5
}

case ${1:-} in
  find) find_libtorch "${2:-}" ;;
  get) find_libtorch || { install_libtorch; find_libtorch; } ;;
  *) sed -n '2,7s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
esac
