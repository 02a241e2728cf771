#include "core/cpu/byte_packed_kernels.h"

#include "core/cpu/byte_groups.h"
#include "core/cpu/packed_output.h"

#if HWY_ARCH_X86

#include <algorithm>
#include <cstring>

namespace asterism::cpu {
namespace {

constexpr std::int64_t kQuads = kGroup / 4;  // runs of four bytes, which one instruction adds up
constexpr std::int64_t kMostDepth = 1024;
constexpr std::int64_t kAvx2Rows = 4;
constexpr std::int64_t kAvx2Columns = 16;
constexpr float kMostByte = 127;
constexpr std::int64_t kLanes = 8;  // words of a vector of AVX2: rows that are packed at once

// A weight is scale * byte + offset, so a group's sum is scale * (sum of products of bytes) +
// offset * (sum of inputs). A group of a packed tile: [quad, row] words of four inputs, [row]
// scales, [row] sums of inputs. A group of a packed panel: [quad, column] words of four weights,
// [column] scales, [column] offsets.
template <std::int64_t width>
constexpr std::int64_t kGroupBytes = width * (kGroup + 8);

std::int32_t* wordsAt(std::byte* bytes) {
    return reinterpret_cast<std::int32_t*>(bytes);
}
const std::int32_t* wordsAt(const std::byte* bytes) {
    return reinterpret_cast<const std::int32_t*>(bytes);
}

// Adds `columns` sums to the output, or writes them there.
inline void writeSums(const PackedProduct& product, std::int64_t columns, const float* sums,
                      float* output) {
    if (product.accumulate)
        for (std::int64_t c = 0; c < columns; ++c) output[c] += sums[c];
    else
        for (std::int64_t c = 0; c < columns; ++c) output[c] = sums[c];
    if (!product.bias) return;
    for (std::int64_t c = 0; c < columns; ++c) output[c] += product.bias[c];
}

void writeTile(const PackedProduct& product, const float* sums) {
    for (std::int64_t row = 0; row < product.rows; ++row, sums += kAvx2Columns) {
        float* output = product.output + row * product.outputStride;
        // Of a known number, the compiler makes vectors.
        if (product.columns == kAvx2Columns)
            writeSums(product, kAvx2Columns, sums, output);
        else
            writeSums(product, product.columns, sums, output);
    }
}

bool takesAll(DataType) {
    return true;
}

bool takesShort(DataType type) {
    switch (type) {
        case DataType::q4_0:
        case DataType::q4_1:
        case DataType::q5_0:
        case DataType::q5_1:
        case DataType::q4_k:
        case DataType::q5_k:
            return true;
        default:
            return false;
    }
}

}  // namespace
}  // namespace asterism::cpu

ASTERISM_BEGIN_AVX2
namespace asterism::cpu {
namespace {

// 32 values of one column, in place `at` of a group that is `width` wide.
template <std::int64_t width>
inline void putGroup(__m256i bytes, float scale, float offset, std::int64_t at, std::byte* packed) {
    alignas(32) std::int32_t quads[kQuads];
    _mm256_store_si256(reinterpret_cast<__m256i*>(quads), bytes);
    std::int32_t* words = wordsAt(packed);
#pragma GCC unroll 8
    for (std::int64_t quad = 0; quad < kQuads; ++quad) words[quad * width + at] = quads[quad];
    auto* figures = reinterpret_cast<float*>(words + kQuads * width);
    figures[at] = scale;
    figures[width + at] = offset;
}

// rows[r], word c -> rows[c], word r
inline void transpose(__m256i (&rows)[8]) {
    __m256i pairs[8];
#pragma GCC unroll 4
    for (std::size_t i = 0; i < 8; i += 2) {
        pairs[i] = _mm256_unpacklo_epi32(rows[i], rows[i + 1]);
        pairs[i + 1] = _mm256_unpackhi_epi32(rows[i], rows[i + 1]);
    }
    __m256i quads[8];
#pragma GCC unroll 2
    for (std::size_t i = 0; i < 8; i += 4) {
        quads[i] = _mm256_unpacklo_epi64(pairs[i], pairs[i + 2]);
        quads[i + 1] = _mm256_unpackhi_epi64(pairs[i], pairs[i + 2]);
        quads[i + 2] = _mm256_unpacklo_epi64(pairs[i + 1], pairs[i + 3]);
        quads[i + 3] = _mm256_unpackhi_epi64(pairs[i + 1], pairs[i + 3]);
    }
#pragma GCC unroll 4
    for (std::size_t i = 0; i < 4; ++i) {
        rows[i] = _mm256_permute2x128_si256(quads[i], quads[i + 4], 0x20);
        rows[i + 4] = _mm256_permute2x128_si256(quads[i], quads[i + 4], 0x31);
    }
}

inline __m256i absoluteBits(const float* values) {
    return _mm256_andnot_si256(_mm256_set1_epi32(static_cast<int>(0x80000000U)), bytesAt(values));
}

// The largest magnitude of 32 values of each row, as toBytes() finds them.
inline __m256 largestOfRows(const float* inputs, std::int64_t stride, std::int64_t valid) {
    __m256i largest[kLanes] = {};
#pragma GCC unroll 8
    for (std::int64_t row = 0; row < kLanes; ++row) {
        if (row >= valid) continue;
        const float* values = inputs + row * stride;
        const __m256i lower = _mm256_max_epi32(absoluteBits(values), absoluteBits(values + 8));
        const __m256i upper =
            _mm256_max_epi32(absoluteBits(values + 16), absoluteBits(values + 24));
        largest[row] = _mm256_max_epi32(lower, upper);
    }
    transpose(largest);
    for (std::size_t i = 1; i < 8; ++i) largest[0] = _mm256_max_epi32(largest[0], largest[i]);
    return _mm256_castsi256_ps(largest[0]);
}

// A group of up to 8 rows; those beyond `valid` become 0.
template <std::int64_t rows>
inline void packInputGroup(const float* inputs, std::int64_t stride, std::int64_t valid,
                           std::byte* packed) {
    static_assert(rows <= kLanes);
    static_assert((kQuads - 1) * rows + kLanes <= (kQuads + 2) * rows);
    const __m256 most = largestOfRows(inputs, stride, valid);
    const __m256 limit = _mm256_set1_ps(kMostByte);
    const __m256 isNonZero = _mm256_cmp_ps(most, _mm256_setzero_ps(), _CMP_GT_OQ);
    alignas(32) float factors[kLanes];
    _mm256_store_ps(factors, _mm256_and_ps(isNonZero, _mm256_div_ps(limit, most)));
    const __m256 scales = _mm256_div_ps(most, limit);
    __m256i quads[kLanes] = {};
#pragma GCC unroll 8
    for (std::int64_t row = 0; row < rows; ++row)
        if (row < valid) quads[row] = bytesOf(inputs + row * stride, factors[row]);
    transpose(quads);
    std::int32_t* words = wordsAt(packed);
    __m256i sums = _mm256_setzero_si256();
    // Of each vector the lanes of the rows are kept: the next one, or the figures, overwrite
    // others.
#pragma GCC unroll 8
    for (std::int64_t quad = 0; quad < kQuads; ++quad) {
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(words + quad * rows), quads[quad]);
        const __m256i pairs = _mm256_maddubs_epi16(_mm256_set1_epi8(1), quads[quad]);
        sums = _mm256_add_epi32(sums, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
    }
    alignas(32) float figures[2][kLanes];
    _mm256_store_ps(figures[0], scales);
    _mm256_store_ps(figures[1], _mm256_mul_ps(_mm256_cvtepi32_ps(sums), scales));
    std::memcpy(words + kQuads * rows, figures[0], rows * sizeof(float));
    std::memcpy(words + (kQuads + 1) * rows, figures[1], rows * sizeof(float));
}

template <std::int64_t rows>
void packInputs(const float* inputs, std::int64_t stride, std::int64_t valid, std::int64_t depth,
                std::byte* packed) {
    for (std::int64_t at = 0; at < depth; at += kGroup, packed += kGroupBytes<rows>)
        packInputGroup<rows>(inputs + at, stride, valid, packed);
}

// Widened weights as signed bytes, raised by 128.
template <std::int64_t columns>
void packPanel(const float* rows, std::int64_t stride, std::int64_t valid, std::int64_t depth,
               std::byte* packed) {
    const __m256i raise = _mm256_set1_epi8(static_cast<char>(0x80));
    for (std::int64_t at = 0; at < depth; at += kGroup, packed += kGroupBytes<columns>) {
        if (valid < columns) std::memset(packed, 0, static_cast<std::size_t>(kGroupBytes<columns>));
        for (std::int64_t column = 0; column < valid; ++column) {
            __m256i bytes;
            const float scale = toBytes(rows + column * stride + at, kMostByte, bytes);
            putGroup<columns>(_mm256_xor_si256(bytes, raise), scale, -128.0F * scale, column,
                              packed);
        }
    }
}

// A group of 32 stored weights as bytes.
struct StoredGroup {
    __m256i bytes;
    float scale;
    float offset;
};

template <DataType type>
inline StoredGroup groupOf(const std::uint8_t* row, std::int64_t group) {
    constexpr DataTypeInfo kInfo = dataTypeInfo(type);
    if constexpr (kInfo.blockValues == kGroup) {
        const std::uint8_t* block = row + group * kInfo.blockBytes;
        const float scale = halfAt(block);
        if constexpr (type == DataType::q4_0) return {nibblesAt(block + 2), scale, -8 * scale};
        if constexpr (type == DataType::q4_1)
            return {nibblesAt(block + 4), scale, halfAt(block + 2)};
        if constexpr (type == DataType::q5_0)
            return {_mm256_or_si256(nibblesAt(block + 6), fifthBits(wordAt(block + 2))), scale,
                    -16 * scale};
        if constexpr (type == DataType::q5_1)
            return {_mm256_or_si256(nibblesAt(block + 8), fifthBits(wordAt(block + 4))), scale,
                    halfAt(block + 2)};
        if constexpr (type == DataType::q8_0)
            return {_mm256_xor_si256(bytesAt(block + 2), _mm256_set1_epi8(static_cast<char>(0x80))),
                    scale, -128 * scale};
    } else {
        static_assert(type == DataType::q4_k || type == DataType::q5_k);
        const std::uint8_t* block = row + group / 8 * kInfo.blockBytes;
        const auto j = static_cast<int>(group % 8);
        int scale;
        int minimum;
        groupFactors(block + 4, j, scale, minimum);
        const std::uint8_t* stored = block + (type == DataType::q5_k ? 48 : 16) + j / 2 * 32;
        __m256i bytes = bytesAt(stored);
        if (j % 2 == 1) bytes = _mm256_srli_epi16(bytes, 4);
        bytes = _mm256_and_si256(bytes, _mm256_set1_epi8(15));
        if constexpr (type == DataType::q5_k) {
            const __m256i high = _mm256_srl_epi16(bytesAt(block + 16), _mm_cvtsi32_si128(j));
            const __m256i bit = _mm256_and_si256(high, _mm256_set1_epi8(1));
            bytes = _mm256_or_si256(bytes, _mm256_slli_epi16(bit, 4));
        }
        return {bytes, halfAt(block) * static_cast<float>(scale),
                -halfAt(block + 2) * static_cast<float>(minimum)};
    }
}

template <std::int64_t columns, DataType type>
bool packRows(const std::byte* const* rows, std::int64_t valid, std::int64_t depth,
              std::byte* packed) {
    for (std::int64_t group = 0; group < depth / kGroup; ++group, packed += kGroupBytes<columns>) {
        if (valid < columns) std::memset(packed, 0, static_cast<std::size_t>(kGroupBytes<columns>));
        for (std::int64_t column = 0; column < valid; ++column) {
            const auto* row = reinterpret_cast<const std::uint8_t*>(rows[column]);
            const StoredGroup stored = groupOf<type>(row, group);
            putGroup<columns>(stored.bytes, stored.scale, stored.offset, column, packed);
        }
    }
    return true;
}

template <std::int64_t columns>
bool packStored(DataType type, const std::byte* const* rows, std::int64_t valid, std::int64_t depth,
                std::byte* packed) {
    switch (type) {
        case DataType::q4_0:
            return packRows<columns, DataType::q4_0>(rows, valid, depth, packed);
        case DataType::q4_1:
            return packRows<columns, DataType::q4_1>(rows, valid, depth, packed);
        case DataType::q5_0:
            return packRows<columns, DataType::q5_0>(rows, valid, depth, packed);
        case DataType::q5_1:
            return packRows<columns, DataType::q5_1>(rows, valid, depth, packed);
        case DataType::q8_0:
            return packRows<columns, DataType::q8_0>(rows, valid, depth, packed);
        case DataType::q4_k:
            return packRows<columns, DataType::q4_k>(rows, valid, depth, packed);
        case DataType::q5_k:
            return packRows<columns, DataType::q5_k>(rows, valid, depth, packed);
        default:
            return false;
    }
}

// Adds a group's sums of products, as its rows' and columns' figures count them, to [row, column].
inline void addGroup(const __m256i (&group)[kAvx2Rows][2], const float* rowFigures,
                     const float* columnFigures, float* sums) {
#pragma GCC unroll 2
    for (std::int64_t half = 0; half < 2; ++half) {
        const __m256 scales = _mm256_loadu_ps(columnFigures + 8 * half);
        const __m256 offsets = _mm256_loadu_ps(columnFigures + kAvx2Columns + 8 * half);
#pragma GCC unroll 4
        for (std::int64_t r = 0; r < kAvx2Rows; ++r) {
            float* sum = sums + r * kAvx2Columns + 8 * half;
            const __m256 scale = _mm256_mul_ps(scales, _mm256_set1_ps(rowFigures[r]));
            const __m256 offset = _mm256_fmadd_ps(
                offsets, _mm256_set1_ps(rowFigures[kAvx2Rows + r]), _mm256_load_ps(sum));
            _mm256_store_ps(sum,
                            _mm256_fmadd_ps(_mm256_cvtepi32_ps(group[r][half]), scale, offset));
        }
    }
}

// Sums of products of one group stay in registers; those over the groups in the nearest cache.
void multiplyAvx2(const PackedProduct& product) {
    alignas(32) float sums[kAvx2Rows * kAvx2Columns] = {};
    const std::byte* inputs = product.inputs;
    const std::byte* panel = product.panel;
    const __m256i ones = _mm256_set1_epi16(1);
    for (std::int64_t at = 0; at < product.depth; at += kGroup) {
        const std::int32_t* input = wordsAt(inputs);
        const auto* figures = reinterpret_cast<const float*>(input + kQuads * kAvx2Rows);
        const std::byte* weights = panel;
        __m256i group[kAvx2Rows][2];
#pragma GCC unroll 4
        for (std::int64_t r = 0; r < kAvx2Rows; ++r)
            group[r][0] = group[r][1] = _mm256_setzero_si256();
#pragma GCC unroll 4
        for (std::int64_t pair = 0; pair < kQuads / 2; ++pair, weights += 128) {
            // Weights of 5 bits: the sums of four products fit 16 bits.
            const __m256i left = bytesAt(weights);
            const __m256i right = bytesAt(weights + 32);
            const __m256i nextLeft = bytesAt(weights + 64);
            const __m256i nextRight = bytesAt(weights + 96);
#pragma GCC unroll 4
            for (std::int64_t r = 0; r < kAvx2Rows; ++r) {
                const __m256i four = _mm256_set1_epi32(input[r]);
                const __m256i next = _mm256_set1_epi32(input[kAvx2Rows + r]);
                const __m256i ofLeft = _mm256_add_epi16(_mm256_maddubs_epi16(left, four),
                                                        _mm256_maddubs_epi16(nextLeft, next));
                const __m256i ofRight = _mm256_add_epi16(_mm256_maddubs_epi16(right, four),
                                                         _mm256_maddubs_epi16(nextRight, next));
                group[r][0] = _mm256_add_epi32(group[r][0], _mm256_madd_epi16(ofLeft, ones));
                group[r][1] = _mm256_add_epi32(group[r][1], _mm256_madd_epi16(ofRight, ones));
            }
            input += 2 * kAvx2Rows;
        }
        addGroup(group, figures, reinterpret_cast<const float*>(weights), sums);
        inputs += kGroupBytes<kAvx2Rows>;
        panel += kGroupBytes<kAvx2Columns>;
    }
    writeTile(product, sums);
}

}  // namespace

const PackedKernels& avx2BytePackedKernels() {
    static constexpr PackedKernels kTable = {kAvx2Rows,
                                             kAvx2Columns,
                                             kGroup,
                                             kMostDepth,
                                             kGroupBytes<kAvx2Rows>,
                                             kGroupBytes<kAvx2Columns>,
                                             takesShort,
                                             packInputs<kAvx2Rows>,
                                             packPanel<kAvx2Columns>,
                                             packStored<kAvx2Columns>,
                                             multiplyAvx2,
                                             nullptr,
                                             nullptr};
    return kTable;
}

}  // namespace asterism::cpu
ASTERISM_END_AVX2

ASTERISM_BEGIN_VNNI
namespace asterism::cpu {
namespace {

constexpr std::int64_t kVnniRows = 6;
constexpr std::int64_t kVnniColumns = 32;

// Adds a group's sums of products, as its rows' and columns' figures count them.
inline void addGroup(const __m512i (&group)[kVnniRows][2], const float* rowFigures,
                     const std::byte* columnFigures, __m512 (&sums)[kVnniRows][2]) {
#pragma GCC unroll 2
    for (std::int64_t half = 0; half < 2; ++half) {
        const __m512 scales = _mm512_loadu_ps(columnFigures + 64 * half);
        const __m512 offsets = _mm512_loadu_ps(columnFigures + 4 * kVnniColumns + 64 * half);
#pragma GCC unroll 6
        for (std::int64_t r = 0; r < kVnniRows; ++r) {
            const __m512 scale = _mm512_mul_ps(scales, _mm512_set1_ps(rowFigures[r]));
            const __m512 offset =
                _mm512_fmadd_ps(offsets, _mm512_set1_ps(rowFigures[kVnniRows + r]), sums[r][half]);
            sums[r][half] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(group[r][half]), scale, offset);
        }
    }
}

// All sums stay in registers: those of one group as integers, those over the groups as floats.
void multiplyVnni(const PackedProduct& product) {
    __m512 sums[kVnniRows][2];
#pragma GCC unroll 6
    for (std::int64_t r = 0; r < kVnniRows; ++r) sums[r][0] = sums[r][1] = _mm512_setzero_ps();
    const std::byte* inputs = product.inputs;
    const std::byte* panel = product.panel;
    for (std::int64_t at = 0; at < product.depth; at += kGroup) {
        const std::int32_t* input = wordsAt(inputs);
        const auto* figures = reinterpret_cast<const float*>(input + kQuads * kVnniRows);
        __m512i group[kVnniRows][2];
#pragma GCC unroll 6
        for (std::int64_t r = 0; r < kVnniRows; ++r)
            group[r][0] = group[r][1] = _mm512_setzero_si512();
        const std::byte* weights = panel;
#pragma GCC unroll 8
        for (std::int64_t quad = 0; quad < kQuads; ++quad, weights += 128, input += kVnniRows) {
            const __m512i left = _mm512_loadu_si512(weights);
            const __m512i right = _mm512_loadu_si512(weights + 64);
#pragma GCC unroll 6
            for (std::int64_t r = 0; r < kVnniRows; ++r) {
                const __m512i four = _mm512_set1_epi32(input[r]);
                group[r][0] = _mm512_dpbusd_epi32(group[r][0], left, four);
                group[r][1] = _mm512_dpbusd_epi32(group[r][1], right, four);
            }
        }
        addGroup(group, figures, weights, sums);
        inputs += kGroupBytes<kVnniRows>;
        panel += kGroupBytes<kVnniColumns>;
    }
#pragma GCC unroll 6
    for (std::int64_t r = 0; r < kVnniRows; ++r)
        if (r < product.rows) writeRow(product, r, sums[r][0], sums[r][1]);
}

}  // namespace

const PackedKernels& vnniPackedKernels() {
    static constexpr PackedKernels kTable = {kVnniRows,
                                             kVnniColumns,
                                             kGroup,
                                             kMostDepth,
                                             kGroupBytes<kVnniRows>,
                                             kGroupBytes<kVnniColumns>,
                                             takesAll,
                                             packInputs<kVnniRows>,
                                             packPanel<kVnniColumns>,
                                             packStored<kVnniColumns>,
                                             multiplyVnni,
                                             nullptr,
                                             nullptr};
    return kTable;
}

}  // namespace asterism::cpu
ASTERISM_END_VNNI

#endif
