#!/usr/bin/env bash
# Installs those of the Debian and Ubuntu packages that vit is built with which are missing, with
# root's rights or sudo. Says nothing where all are there; elsewhere CMake says what it lacks.
#   VITW_PACKAGES=skip third_party/packages.sh     installs nothing, takes what CMake finds
set -euo pipefail

# A tool counts as there wherever it comes from; a library only as a package.
compiler=${CXX:-g++}
tools=("${compiler%% *}:g++" cmake:cmake ninja:ninja-build pkg-config:pkg-config python3:python3)
libraries=(libopencv-core-dev libopencv-imgproc-dev libopencv-imgcodecs-dev libcli11-dev
           libyaml-cpp-dev libspdlog-dev catch2 nlohmann-json3-dev libarchive-dev zlib1g-dev
           libjpeg-dev libpng-dev libtiff-dev libwebp-dev libexpat1-dev libicu-dev libssl-dev
           libcurl4-openssl-dev python3-venv)
# The build goes without these: the first two make it quicker, with the third training takes less
# memory. Installed with others, never asked for alone.
extras=(ccache mold libgoogle-perftools-dev)

say() { printf 'vitw: %s\n' "$*" >&2; }
. "${BASH_SOURCE[0]%/*}/progress.sh"

missing_packages() {
  local tool installed library
  for tool in "${tools[@]}"; do
    command -v "${tool%%:*}" >/dev/null || echo "${tool#*:}"
  done
  installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "${libraries[@]}" 2>/dev/null || true)
  for library in "${libraries[@]}"; do
    [[ $'\n'$installed$'\n' == *$'\n'"installed $library"$'\n'* ]] || echo "$library"
  done
}

[ "${VITW_PACKAGES:-}" != skip ] && command -v dpkg-query >/dev/null || exit 0
mapfile -t missing < <(missing_packages)
[ "${#missing[@]}" -gt 0 ] || exit 0

for tool in "${extras[@]}"; do
  command -v "$tool" >/dev/null || missing+=("$tool")
done

by_hand="apt-get update && apt-get install --no-install-recommends ${missing[*]}"
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    say "these packages are missing, and there is neither root nor sudo to install them: ${missing[*]}"
    say "as root, run: $by_hand"
    exit 5
  fi
  as_root=(sudo)
  if [ -t 0 ]; then
    sudo -v || true  # the password now, before a line of progress stands where it is asked for
  else
    as_root=(sudo -n)  # nobody there to type it
  fi
fi

say "installing ${#missing[@]} packages with apt-get (once): ${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
apt() {
  with_progress "apt-get $1" "$log" "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get -q -o DPkg::Lock::Timeout=600 -o Acquire::Retries=2 "$@"
}
# A package source that fails need not be the one that is needed: only the installation decides.
apt update || true
if ! apt install -y --no-install-recommends "${missing[@]}"; then
  tail -n 6 "$log" >&2
  if grep -qE 'password is required|not in the sudoers|not allowed to' "$log"; then
    say "sudo wants a password or refuses. In a terminal, run: sudo sh -c '$by_hand'"
  elif grep -qE 'Could not resolve|Failed to fetch|Unable to connect|Network is unreachable|Temporary failure' "$log"; then
    say "the package servers could not be reached: is there a network? Then run ./vitw again."
    say "by hand, as root: $by_hand"
  elif grep -q 'Unable to locate package' "$log"; then
    say "this system is too old or lacks a package: vit is built on Debian 12, Ubuntu 24.04 or newer."
    say "by hand, as root: $by_hand"
  else
    say "apt-get failed. By hand, as root: $by_hand"
  fi
  exit 5
fi
