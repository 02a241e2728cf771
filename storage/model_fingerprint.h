#pragma once

#include <filesystem>
#include <string>

namespace asterism {

// 32 hexadecimal digits (XXH3, 128 bits) that stand for everything in a model that its numbers and
// tokens depend on: a file's bytes; of a Hugging Face folder the configuration, the tokenizer's
// files and all *.safetensors with their names. Reading gigabytes takes a while, so a file's digits
// are remembered in `cacheFolder`/fingerprints.json by path, size, modification time and inode; a
// memory that is damaged or cannot be written costs only time. Throws Error if the model cannot be
// read. Any thread, any number of processes.
std::string modelFingerprint(const std::filesystem::path& model,
                             const std::filesystem::path& cacheFolder);

}  // namespace asterism
