#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace asterism {

// Token index or count within a context, and the id of a token in a vocabulary.
using TokenId = std::int32_t;

// How numbers are stored. The q*_ types are those of GGUF: blocks of 32 (or, the *_k types, 256)
// values with shared scales, rows never share a block.
enum class DataType : std::uint8_t {
    f32,
    f16,
    bf16,
    i8,
    q8_0,
    q4_0,
    q4_1,
    q5_0,
    q5_1,
    q4_k,
    q5_k,
    q6_k
};

struct DataTypeInfo {
    std::string_view name;
    std::int64_t blockValues;  // values per storage block; 1 for the plain types
    std::int64_t blockBytes;
};

constexpr DataTypeInfo dataTypeInfo(DataType type) {
    switch (type) {
        case DataType::f32:
            return {"F32", 1, 4};
        case DataType::f16:
            return {"F16", 1, 2};
        case DataType::bf16:
            return {"BF16", 1, 2};
        case DataType::i8:
            return {"I8", 1, 1};
        case DataType::q8_0:
            return {"Q8_0", 32, 34};
        case DataType::q4_0:
            return {"Q4_0", 32, 18};
        case DataType::q4_1:
            return {"Q4_1", 32, 20};
        case DataType::q5_0:
            return {"Q5_0", 32, 22};
        case DataType::q5_1:
            return {"Q5_1", 32, 24};
        case DataType::q4_k:
            return {"Q4_K", 256, 144};
        case DataType::q5_k:
            return {"Q5_K", 256, 176};
        case DataType::q6_k:
            return {"Q6_K", 256, 210};
    }
    return {"?", 1, 1};
}

// Bytes of one row of `columns` values; columns must be a multiple of the type's block.
constexpr std::int64_t rowBytes(DataType type, std::int64_t columns) {
    const DataTypeInfo info = dataTypeInfo(type);
    return columns / info.blockValues * info.blockBytes;
}

}  // namespace asterism
