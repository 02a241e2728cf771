#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "core/data_type.h"
#include "tests/support/gguf_writer.h"

namespace asterism::test {

// A model small enough to run in a test: random weights, a byte-level BPE vocabulary of the 256
// byte letters, a few merges and ChatML's control tokens.
struct TinyModelOptions {
    std::string architecture = "llama";  // llama, qwen2, qwen3 or gemma3
    std::int64_t layers = 2;
    std::int64_t hidden = 64;  // a multiple of the block of `weights`, as feedForward and heads x
    std::int64_t feedForward = 128;  // headDim are (256 for the _k types)
    std::int64_t heads = 4;
    std::int64_t kvHeads = 2;
    std::int64_t headDim = 16;
    std::int64_t window = 4096;
    std::int64_t slidingWindow = 0;    // gemma3: 16 if 0
    DataType weights = DataType::f32;  // of the matrices; norms and biases are F32
    bool hasOutput = false;            // an output matrix of its own, not the embeddings
    std::uint64_t seed = 1;
};

// Tokens of every tiny model: control tokens first, then bytes, then merged pieces.
inline constexpr TokenId kTinyEndOfText = 0;
inline constexpr TokenId kTinyTurnBegin = 1;  // <|im_start|>
inline constexpr TokenId kTinyTurnEnd = 2;    // <|im_end|>

GgufWriter tinyModel(const TinyModelOptions& options);
void writeTinyModel(const std::filesystem::path& path, const TinyModelOptions& options = {});

// The letter that stands for a byte in byte-level vocabularies (GPT-2's table), as UTF-8.
std::string byteLetter(std::uint8_t byte);

}  // namespace asterism::test
