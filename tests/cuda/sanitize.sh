#!/bin/bash
# Runs the short tests of the CUDA back end under compute-sanitizer, on a machine with a GPU:
#   tests/cuda/sanitize.sh build/cuda/tests/cuda
# memcheck looks at everything, racecheck at our own kernels (the vendor's libraries are not ours to
# judge, and it is slow). Prints one line a run; ends with 1 if one of them found something.
set -uo pipefail

folder=${1:?the folder of cuda_backend_test and cuda_engine_test}
logs=${2:-$(mktemp -d)}
mkdir -p "$logs"
sanitizer=$(command -v compute-sanitizer || echo /usr/local/cuda/bin/compute-sanitizer)
if [[ ! -x $sanitizer ]]; then
    echo "sanitize.sh: compute-sanitizer is not installed; it comes with the CUDA toolkit" >&2
    exit 1
fi

# What takes minutes here: long runs of large heads, and every type of weight in every size.
long='*longRuns*:*manyTiles*:*LargeHeads*:*linearMatches*:*MoreTokens*:*hundreds*:*fractional*'
failed=0

# check TOOL BINARY FILTER [OPTION...]
check() {
    local tool=$1 binary=$2 filter=$3 begin=$SECONDS
    local log=$logs/$tool-$binary.log
    shift 3
    # Tests of faults ask for what cannot be had, so that calls that fail are no finding.
    "$sanitizer" --tool "$tool" --error-exitcode 99 --report-api-errors no "$@" \
        "$folder/$binary" --gtest_filter="$filter" >"$log" 2>&1
    local code=$?
    printf '%-10s %-18s %s, %s, %d s\n' "$tool" "$binary" \
        "$(grep -E '^=+ (ERROR|RACECHECK) SUMMARY' "$log" | tail -n 1 | tr -d = || true)" \
        "$(grep -E '^\[  (PASSED|FAILED)  \] [0-9]+ test' "$log" | tr '\n' ' ')" \
        "$((SECONDS - begin))"
    if [[ $code -ne 0 ]]; then
        failed=1
        grep -E '^=+ (Invalid|Error|Warning|Program|Uninit)|^\[  FAILED' "$log" | head -n 20
    fi
}

check memcheck cuda_backend_test "*-$long"
check memcheck cuda_engine_test \
    '*CudaHostMemory*:CudaSaving.bytes*:CudaSaving.saved*:*CudaEngine.bf16*llama_64:*CudaEngine.long*llama_64:*CudaEngine.bf16*quantised'
# racecheck itself fails where cuBLAS is called.
check racecheck cuda_backend_test \
    "*AttentionTest.one*:*AttentionTest.causal*:*AttentionTest.outputs*:*AttentionTest.everyNumber*:*rmsNorm*:*largest*-$long" \
    --kernel-name kns=asterism
echo "logs: $logs"
exit "$failed"
