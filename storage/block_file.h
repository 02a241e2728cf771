#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "core/star/block_store.h"

namespace asterism {

// The bytes of a block file (FORMAT.md): a header, zeros up to a multiple of 4096, the block.

// What stands in a block file before the block's bytes. bytes.size() must be shape.bytes().
std::vector<std::byte> blockFileHead(const BlockKey& key, const BlockShape& shape,
                                     std::span<const std::byte> bytes);

// Result of a check: the block inside the file, or what is wrong with the file.
struct CheckedBlockFile {
    std::span<const std::byte> bytes;
    std::string problem;  // empty: every byte of the file is as it was written
};

// Checks a file for the block of that key; `shape` null: of whatever shape its header says. Reads
// all of the file and nothing outside it, whatever is in it.
CheckedBlockFile checkBlockFile(std::span<const std::byte> file, const BlockKey& key,
                                const BlockShape* shape);

}  // namespace asterism
