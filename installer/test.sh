#!/bin/bash
# Installs what is missing, builds and runs all tests: installer/test.sh [CTEST OPTION...]
# Models that the tests use are fetched once and kept in the user's model folder.
set -euo pipefail
cd "$(dirname "$0")/.."

installer/deps.sh --tests
installer/build.sh

# Without its model a test skips, so a model that cannot be had is said out loud; on a build
# machine (CI is set) it is a failure.
export ASTERISM_REQUIRE_MODELS=1
for model in smollm2-135m-instruct qwen2.5-coder-0.5b gemma3-270m; do
    if ! build/cpu/app/asterism-cli model pull "$model"; then
        if [[ -n ${CI:-} ]]; then exit 1; fi
        echo "test.sh: $model could not be fetched: the tests that need it are skipped" >&2
        unset ASTERISM_REQUIRE_MODELS
    fi
done

ctest --test-dir build/cpu -j2 --output-on-failure "$@"
