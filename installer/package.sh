#!/bin/bash
# Builds the Debian packages into build/packages: installer/package.sh [--cpu]
# asterism computes on the processor. asterism-cuda, which stands in for it, computes on NVIDIA GPUs
# too; it is left out with --cpu, and where nvcc is missing.
set -euo pipefail
if [[ $# -gt 1 || ${1:---cpu} != --cpu ]]; then
    echo "usage: installer/package.sh [--cpu]" >&2
    exit 2
fi
cd "$(dirname "$0")/.."
umask 022

installer/deps.sh
rm -rf build/packages

# Builds what a preset installs and packs it.
pack() {
    local made=build/$1/packages
    installer/build.sh --preset "$1"
    rm -rf "$made"
    if ! cpack --config "build/$1/CPackConfig.cmake" -B "$made" >"build/$1-pack.log" 2>&1; then
        cat "build/$1-pack.log" >&2
        echo "package.sh: packing the preset $1 failed; its words are above" >&2
        exit 1
    fi
    mkdir -p build/packages
    mv "$made"/*.deb build/packages
}

pack release
if [[ $# -eq 0 ]]; then
    if ! command -v nvcc >/dev/null; then PATH=$PATH:/usr/local/cuda/bin; fi
    if command -v nvcc >/dev/null; then pack release-cuda; fi
    # Where CMake finds no nvcc of the right version, that preset makes what the first made.
    if ! compgen -G 'build/packages/asterism-cuda_*.deb' >/dev/null; then
        echo "package.sh: nvcc 13 was not found: the package asterism-cuda is left out" >&2
    fi
fi
ls "$PWD"/build/packages/*.deb
