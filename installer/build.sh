#!/bin/bash
# Configures and builds a preset: installer/build.sh [--preset NAME] [TARGET...]
# What the tools say is shown only if they fail; it is kept in build/NAME.log.
set -euo pipefail

preset=cpu
if [[ ${1:-} == --preset ]]; then
    preset=$2
    shift 2
fi
cd "$(dirname "$0")/.."
mkdir -p build
log=build/$preset.log

if ! cmake --preset "$preset" >"$log" 2>&1; then
    cat "$log" >&2
    echo "build.sh: configuring the preset $preset failed; the words above are in $log" >&2
    exit 1
fi
if [[ -t 2 ]]; then
    cmake --build "build/$preset" ${@:+--target "$@"} >&2
    exit
fi
if ! cmake --build "build/$preset" ${@:+--target "$@"} >>"$log" 2>&1; then
    tail -n 60 "$log" >&2
    echo "build.sh: building the preset $preset failed; all of its words are in $log" >&2
    exit 1
fi
