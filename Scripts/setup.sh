#!/usr/bin/env bash
# Installs the system libraries a build needs: only those that are missing, and it says which and why first.
#
#   Scripts/setup.sh                     install what is missing
#   Scripts/setup.sh --check             only say what is missing; exit 1 if a build would fail
#   Scripts/setup.sh --development       also what the checks of `make layering` and `make docs` need
#   WITH_OPENBLAS=no Scripts/setup.sh    do not ask for OpenBLAS; any BLAS will do
set -euo pipefail

check_only=no
development=no
for argument in "$@"; do
  case $argument in
    --check) check_only=yes ;;
    --development) development=yes ;;
    *) echo "usage: Scripts/setup.sh [--check] [--development]" >&2; exit 2 ;;
  esac
done

if [[ $(uname -s) == Darwin ]]; then
  for prefix in /opt/homebrew /usr/local; do
    [[ -e $prefix/include/yaml.h ]] && { echo "setup: all system libraries are there."; exit 0; }
  done
  echo "setup: missing: libyaml, which reads study files. Install it by: brew install libyaml" >&2
  exit 1
fi
if ! command -v swift >/dev/null; then
  echo "setup: 'swift' is not on the PATH. Install Swift 6.2 or later: https://www.swift.org/install" >&2
  exit 1
fi

# ---- What is missing? ----

packages=()          # required: a build fails without them
reasons=()
openblas=no          # recommended: slower without it

need() {             # need PACKAGE REASON
  local known
  for known in ${packages[@]+"${packages[@]}"}; do [[ $known == "$1" ]] && return; done
  packages+=("$1")
  reasons+=("$2")
}

library_folders=("/usr/lib/$(uname -m)-linux-gnu" /usr/lib64 /usr/lib /usr/local/lib)
has_library() {
  local folder
  for folder in "${library_folders[@]}"; do [[ -e $folder/$1 ]] && return; done
  return 1
}
has_gcc_file() { compgen -G "/usr/lib/gcc/*/*/$1" >/dev/null; }

find_missing() {
  packages=() reasons=() openblas=no

  has_library liblapack.so.3 || need liblapack3 "LAPACK: the matrix factorizations behind every fit"
  has_library libblas.so.3 || need libblas3 "BLAS: the matrix products behind every fit"
  [[ ${WITH_OPENBLAS:-yes} == no ]] || has_library libopenblas.so.0 || openblas=yes

  [[ -e /usr/include/yaml.h ]] && has_library libyaml.so || need libyaml-dev "libyaml: reads study files"

  # The Swift toolchain compiles and links against the system's C library and uses its linker.
  [[ -e /usr/include/stdio.h ]] || need libc6-dev "Swift: the headers of the C library"
  has_library crt1.o || need libc6-dev "Swift: the headers of the C library"
  has_gcc_file libstdc++.so || need libstdc++-dev "Swift: the runtime libraries it links with"
  command -v ld.gold >/dev/null || need binutils-gold "Swift: the linker it calls"
  command -v git >/dev/null || need git "SwiftPM: fetches packages"
  [[ -e /etc/ssl/certs/ca-certificates.crt || -e /etc/pki/tls/certs/ca-bundle.crt ]] \
    || need ca-certificates "SwiftPM: fetches packages over https"
  [[ -d /usr/share/zoneinfo ]] || need tzdata "Foundation: dates"
  [[ $development == no ]] || command -v python3 >/dev/null || need python3 "Scripts/*.py: the project's own checks"

  # Shared libraries of the toolchain's own programs.
  local toolchain program library
  toolchain=$(dirname "$(readlink -f "$(command -v swift)")")
  for library in $(
    for program in swift-driver swift-frontend swift-package clang docc; do
      [[ -x $toolchain/$program ]] && ldd "$toolchain/$program" 2>/dev/null
    done | awk '/not found/ { print $1 }' | sort -u
  ); do
    case $library in
      libcurl.so.4) need libcurl4 "Swift: $library" ;;
      libedit.so.2) need libedit2 "Swift: $library" ;;
      libncurses.so.6) need libncurses6 "Swift: $library" ;;
      libsqlite3.so.0) need libsqlite3-0 "Swift: $library" ;;
      libstdc++.so.6) need libstdc++6 "Swift: $library" ;;
      libtinfo.so.6) need libtinfo6 "Swift: $library" ;;
      libuuid.so.1) need libuuid1 "Swift: $library" ;;
      libxml2.so.2) need libxml2 "Swift: $library" ;;
      libz.so.1) need zlib1g "Swift: $library" ;;
      *) echo "setup: the Swift toolchain misses $library; see https://www.swift.org/install" >&2 ;;
    esac
  done
}

list_missing() {
  local i
  for i in "${!packages[@]}"; do printf '  %-18s %s\n' "${packages[i]}" "${reasons[i]}"; done
  [[ $openblas == no ]] || printf '  %-18s %s\n' libopenblas0 "recommended: a fast BLAS, used through Debian's alternatives"
}

find_missing
if [[ ${#packages[@]} == 0 && $openblas == no ]]; then
  echo "setup: all system libraries are there."
  exit 0
fi
echo "setup: missing on this machine:"
list_missing
if [[ $check_only == yes ]]; then
  [[ ${#packages[@]} == 0 ]] && exit 0 || exit 1
fi

# ---- Install it. ----

give_up() {          # give_up WHY; only a missing requirement is fatal
  echo "setup: $1" >&2
  [[ ${#packages[@]} == 0 ]] || exit 1
  echo "setup: going on with the BLAS that is there."
  exit 0
}

if ! command -v apt-get >/dev/null; then
  give_up "no apt-get here. Install these with your package manager (Fedora: lapack blas openblas libyaml-devel)."
fi

export DEBIAN_FRONTEND=noninteractive
as_root=()
if [[ $(id -u) != 0 ]]; then
  if command -v sudo >/dev/null; then
    as_root=(sudo env DEBIAN_FRONTEND=noninteractive)
  else
    wanted=(${packages[@]+"${packages[@]/libstdc++-dev/g++}"})
    [[ $openblas == no ]] || wanted+=(libopenblas0)
    give_up "needs root and there is no sudo. As root, run: apt-get update && apt-get install ${wanted[*]}"
  fi
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
apt() {
  ${as_root[@]+"${as_root[@]}"} apt-get -qq -o DPkg::Lock::Timeout=300 "$@" >"$log" 2>&1
}
available() { [[ -n $(apt-cache search --names-only "^$1\$" 2>/dev/null) ]]; }

echo "setup: apt-get update"
apt update || echo "setup: apt-get update failed; trying with the lists that are there." >&2

names=()             # some packages carry a version or another name in some releases
for package in ${packages[@]+"${packages[@]}"}; do
  case $package in
    libstdc++-dev)
      package=$(apt-cache pkgnames libstdc++- | grep -E '^libstdc\+\+-[0-9]+-dev$' | sort -V | tail -n 1) || package=g++ ;;
    binutils-gold) available binutils-gold || package=binutils ;;
  esac
  names+=("$package")
done

install() {
  echo "setup: apt-get install $*"
  apt install --yes --no-install-recommends "$@"
}
if [[ ${#names[@]} != 0 ]]; then
  install "${names[@]}" || { tail -n 20 "$log" >&2; give_up "could not install. As root, run: apt-get install ${names[*]}"; }
fi
if [[ $openblas == yes ]]; then
  install libopenblas0 || echo "setup: no OpenBLAS; going on with the BLAS that is there." >&2
fi

find_missing
if [[ ${#packages[@]} != 0 ]]; then
  echo "setup: still missing:" >&2
  list_missing >&2
  exit 1
fi
echo "setup: done."
