#include "core/cpu/byte_packed_kernels.h"

#include "core/cpu/byte_groups.h"

#if HWY_ARCH_X86

#include <algorithm>
#include <cstring>

namespace asterism::cpu {
namespace {

constexpr std::int64_t kQuads = kGroup / 4;  // runs of four bytes, which one instruction adds up
constexpr std::int64_t kMostDepth = 1024;

std::int32_t* wordsAt(std::byte* bytes) {
    return reinterpret_cast<std::int32_t*>(bytes);
}
const std::int32_t* wordsAt(const std::byte* bytes) {
    return reinterpret_cast<const std::int32_t*>(bytes);
}

// A group of a packed tile: [quad, row] words of four inputs, [row] sums that the sums of products
// start with, [row] scales. A group of a packed panel: [quad, column] words of four weights,
// [column] scales. Weights are stored as unsigned bytes, `offset` above their value; the sums start
// at what undoes that.
template <std::int64_t rows>
constexpr std::int64_t kTileGroupBytes = rows * (kGroup + 8);
template <std::int64_t columns>
constexpr std::int64_t kPanelGroupBytes = columns * (kGroup + 4);

// Adds the sums of a tile to its output, or writes them there.
template <std::int64_t stride>
void writeTile(const PackedProduct& product, const float* sums) {
    for (std::int64_t row = 0; row < product.rows; ++row) {
        const float* sum = sums + row * stride;
        float* output = product.output + row * product.outputStride;
        for (std::int64_t c = 0; c < product.columns; ++c) {
            float value = sum[c];
            if (product.accumulate) value += output[c];
            if (product.bias) value += product.bias[c];
            output[c] = value;
        }
    }
}

}  // namespace
}  // namespace asterism::cpu

ASTERISM_BEGIN_AVX2
namespace asterism::cpu {
namespace {

template <std::int64_t rows, std::int32_t offset>
void packInputs(const float* inputs, std::int64_t stride, std::int64_t valid, std::int64_t depth,
                std::byte* packed) {
    for (std::int64_t at = 0; at < depth; at += kGroup, packed += kTileGroupBytes<rows>) {
        std::int32_t* words = wordsAt(packed);
        std::int32_t* starts = words + kQuads * rows;
        auto* scales = reinterpret_cast<float*>(starts + rows);
        if (valid < rows) std::memset(packed, 0, static_cast<std::size_t>(kTileGroupBytes<rows>));
        for (std::int64_t row = 0; row < valid; ++row) {
            __m256i bytes;
            scales[row] = toBytes(inputs + row * stride + at, 127.0F, bytes);
            std::int32_t lower;
            std::int32_t upper;
            sumsOf(bytes, lower, upper);
            starts[row] = -offset * (lower + upper);
            alignas(32) std::int32_t quads[kQuads];
            _mm256_store_si256(reinterpret_cast<__m256i*>(quads), bytes);
            for (std::int64_t quad = 0; quad < kQuads; ++quad)
                words[quad * rows + row] = quads[quad];
        }
    }
}

template <std::int64_t columns, std::int32_t offset>
void packPanel(const float* rows, std::int64_t stride, std::int64_t valid, std::int64_t depth,
               std::byte* packed) {
    const __m256i raise = _mm256_set1_epi8(static_cast<char>(offset));
    for (std::int64_t at = 0; at < depth; at += kGroup, packed += kPanelGroupBytes<columns>) {
        std::int32_t* words = wordsAt(packed);
        auto* scales = reinterpret_cast<float*>(words + kQuads * columns);
        if (valid < columns)
            std::memset(packed, 0, static_cast<std::size_t>(kPanelGroupBytes<columns>));
        for (std::int64_t column = 0; column < valid; ++column) {
            __m256i bytes;
            scales[column] = toBytes(rows + column * stride + at, offset - 1, bytes);
            alignas(32) std::int32_t quads[kQuads];
            _mm256_store_si256(reinterpret_cast<__m256i*>(quads), _mm256_add_epi8(bytes, raise));
            for (std::int64_t quad = 0; quad < kQuads; ++quad)
                words[quad * columns + column] = quads[quad];
        }
    }
}

constexpr std::int64_t kAvx2Rows = 4;
constexpr std::int64_t kAvx2Columns = 16;
constexpr std::int32_t kAvx2Offset = 64;

// Sums of products of one group stay in registers; those over the groups in the nearest cache.
void multiplyAvx2(const PackedProduct& product) {
    alignas(32) float sums[kAvx2Rows * kAvx2Columns] = {};
    const std::byte* inputs = product.inputs;
    const std::byte* panel = product.panel;
    const __m256i ones = _mm256_set1_epi16(1);
    for (std::int64_t at = 0; at < product.depth; at += kGroup) {
        const std::int32_t* input = wordsAt(inputs);
        const std::int32_t* starts = input + kQuads * kAvx2Rows;
        const auto* scales = reinterpret_cast<const float*>(starts + kAvx2Rows);
        const auto* weights = reinterpret_cast<const __m256i*>(panel);
        __m256i group[kAvx2Rows][2];
#pragma GCC unroll 4
        for (std::int64_t r = 0; r < kAvx2Rows; ++r)
            group[r][0] = group[r][1] = _mm256_set1_epi32(starts[r]);
#pragma GCC unroll 8
        for (std::int64_t quad = 0; quad < kQuads; ++quad, weights += 2, input += kAvx2Rows) {
            const __m256i left = _mm256_loadu_si256(weights);
            const __m256i right = _mm256_loadu_si256(weights + 1);
#pragma GCC unroll 4
            for (std::int64_t r = 0; r < kAvx2Rows; ++r) {
                const __m256i four = _mm256_set1_epi32(input[r]);
                const __m256i ofLeft = _mm256_madd_epi16(_mm256_maddubs_epi16(left, four), ones);
                const __m256i ofRight = _mm256_madd_epi16(_mm256_maddubs_epi16(right, four), ones);
                group[r][0] = _mm256_add_epi32(group[r][0], ofLeft);
                group[r][1] = _mm256_add_epi32(group[r][1], ofRight);
            }
        }
        const auto* columnScales = reinterpret_cast<const float*>(weights);
#pragma GCC unroll 2
        for (std::int64_t half = 0; half < 2; ++half) {
            const __m256 ofColumns = _mm256_loadu_ps(columnScales + 8 * half);
#pragma GCC unroll 4
            for (std::int64_t r = 0; r < kAvx2Rows; ++r) {
                float* sum = sums + r * kAvx2Columns + 8 * half;
                const __m256 scale = _mm256_mul_ps(ofColumns, _mm256_set1_ps(scales[r]));
                _mm256_store_ps(sum, _mm256_fmadd_ps(_mm256_cvtepi32_ps(group[r][half]), scale,
                                                     _mm256_load_ps(sum)));
            }
        }
        inputs += kTileGroupBytes<kAvx2Rows>;
        panel += kPanelGroupBytes<kAvx2Columns>;
    }
    writeTile<kAvx2Columns>(product, sums);
}

}  // namespace

const PackedKernels& avx2BytePackedKernels() {
    static constexpr PackedKernels kTable = {kAvx2Rows,
                                             kAvx2Columns,
                                             kGroup,
                                             kMostDepth,
                                             kTileGroupBytes<kAvx2Rows>,
                                             kPanelGroupBytes<kAvx2Columns>,
                                             packInputs<kAvx2Rows, kAvx2Offset>,
                                             packPanel<kAvx2Columns, kAvx2Offset>,
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
constexpr std::int32_t kVnniOffset = 128;

// All sums stay in registers: those of one group as integers, those over the groups as floats.
void multiplyVnni(const PackedProduct& product) {
    __m512 sums[kVnniRows][2];
#pragma GCC unroll 6
    for (std::int64_t r = 0; r < kVnniRows; ++r) sums[r][0] = sums[r][1] = _mm512_setzero_ps();
    const std::byte* inputs = product.inputs;
    const std::byte* panel = product.panel;
    for (std::int64_t at = 0; at < product.depth; at += kGroup) {
        const std::int32_t* input = wordsAt(inputs);
        const std::int32_t* starts = input + kQuads * kVnniRows;
        const auto* scales = reinterpret_cast<const float*>(starts + kVnniRows);
        __m512i group[kVnniRows][2];
#pragma GCC unroll 6
        for (std::int64_t r = 0; r < kVnniRows; ++r)
            group[r][0] = group[r][1] = _mm512_set1_epi32(starts[r]);
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
        const __m512 left = _mm512_loadu_ps(weights);
        const __m512 right = _mm512_loadu_ps(weights + 64);
#pragma GCC unroll 6
        for (std::int64_t r = 0; r < kVnniRows; ++r) {
            const __m512 scale = _mm512_set1_ps(scales[r]);
            sums[r][0] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(group[r][0]),
                                         _mm512_mul_ps(scale, left), sums[r][0]);
            sums[r][1] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(group[r][1]),
                                         _mm512_mul_ps(scale, right), sums[r][1]);
        }
        inputs += kTileGroupBytes<kVnniRows>;
        panel += kPanelGroupBytes<kVnniColumns>;
    }
    alignas(64) float all[kVnniRows * kVnniColumns];
#pragma GCC unroll 6
    for (std::int64_t r = 0; r < kVnniRows; ++r) {
        _mm512_store_ps(all + r * kVnniColumns, sums[r][0]);
        _mm512_store_ps(all + r * kVnniColumns + 16, sums[r][1]);
    }
    writeTile<kVnniColumns>(product, all);
}

}  // namespace

const PackedKernels& vnniPackedKernels() {
    static constexpr PackedKernels kTable = {kVnniRows,
                                             kVnniColumns,
                                             kGroup,
                                             kMostDepth,
                                             kTileGroupBytes<kVnniRows>,
                                             kPanelGroupBytes<kVnniColumns>,
                                             packInputs<kVnniRows, kVnniOffset>,
                                             packPanel<kVnniColumns, kVnniOffset>,
                                             multiplyVnni,
                                             nullptr,
                                             nullptr};
    return kTable;
}

}  // namespace asterism::cpu
ASTERISM_END_VNNI

#endif
