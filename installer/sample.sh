#!/bin/bash
# Puts the sample that the first project reads together, anew: installer/sample.sh FOLDER
# The manual and the sources of core/star, without those of the ring mode, of questions answered at
# once, of chats, of the cache on disk, of contexts and blocks in memory, of their selection, of the
# ranks and of the memory plan: at most 30,000 tokens, which a test checks.
set -euo pipefail

[[ $# -eq 1 ]] || { echo "usage: installer/sample.sh FOLDER" >&2; exit 2; }
root=$(cd "$(dirname "$0")/.." && pwd)

rm -rf "$1"
mkdir -p "$1/manual" "$1/core/star"
cp "$root"/resources/manual/*.md "$1/manual"
for file in "$root"/core/star/*.{h,cpp}; do
    case ${file##*/} in
        ring_encoder.* | batch_decoder.* | conversation.* | context_cache.* | block_key.* | block_store.*) ;;
        encoded_context.* | kv_block.* | block_selection.* | rank.* | encoding_cost.* | memory_plan.*) ;;
        *) cp "$file" "$1/core/star" ;;
    esac
done
