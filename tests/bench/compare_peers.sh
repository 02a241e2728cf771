#!/bin/sh
# Measures Asterism beside llama.cpp and OpenVINO GenAI on this machine: the same model files, token
# ids and threads, every program in turn, medians over rounds, and the ratios.
# Usage: compare_peers.sh ASTERISM_CLI [--rounds N] [--threads N] [--only WORK]...
# The peers come from PyPI into a virtual environment under the user's cache folder. llama.cpp is
# built from llama-cpp-python's source for this processor where that works, else xllamacpp's
# prebuilt one is taken.
set -eu

folder=${XDG_CACHE_HOME:-$HOME/.cache}/asterism-peers
python=$folder/bin/python
if [ ! -x "$python" ]; then
    options=-DGGML_NATIVE=ON
    # What GCC 12 makes of llama.cpp's AMX code ends with an illegal instruction.
    if grep -q amx_int8 /proc/cpuinfo; then
        options="-DGGML_NATIVE=OFF -DGGML_AVX512=ON -DGGML_AVX512_VNNI=ON -DGGML_AVX512_VBMI=ON \
            -DGGML_AVX512_BF16=ON"
    fi
    python3 -m venv "$folder"
    "$python" -m pip install --quiet numpy openvino-genai xllamacpp
    CMAKE_ARGS=$options "$python" -m pip install --quiet llama-cpp-python ||
        echo "llama-cpp-python cannot be built here; taking xllamacpp" >&2
fi
exec "$python" "$(dirname "$0")/compare_peers.py" "$@"
