#include "core/cpu/bf16_packed_kernels.h"

#if HWY_ARCH_X86

#include "core/cpu/bf16_vectors.h"
#include "core/cpu/packed_output.h"

namespace asterism::cpu::bf16 {
namespace {

constexpr std::int64_t kTileTokens = 12;
constexpr std::int64_t kPanelOutputs = 2 * kLanes;
constexpr std::int64_t kStep = 2 * kLanes;  // values of the depth that are packed at a time
constexpr std::int64_t kPairBytes = 4;
constexpr std::int64_t kTileBytes = kLanes * kTileTokens * kPairBytes;
constexpr std::int64_t kPanelBytes = kLanes * kPanelOutputs * kPairBytes;
// A panel of this depth takes 32 KiB.
constexpr std::int64_t kMostDepth = 512;

bool takesAll(DataType) {
    return true;
}

}  // namespace
}  // namespace asterism::cpu::bf16

ASTERISM_BEGIN_BF16
namespace asterism::cpu::bf16 {
namespace {

// [pair of values, row, value of the pair]
void packInputs(const float* inputs, std::int64_t stride, std::int64_t valid, std::int64_t depth,
                std::byte* packed) {
    constexpr __mmask16 kTileRows = (1 << kTileTokens) - 1;
    for (std::int64_t at = 0; at < depth; at += kStep) {
        Vectors rows;
        for (std::int64_t row = 0; row < kLanes; ++row)
            rows[static_cast<std::size_t>(row)] =
                row < valid ? toBf16(inputs + row * stride + at) : _mm512_setzero_si512();
        transpose(rows);
        for (const __m512i pair : rows) {
            _mm512_mask_storeu_epi32(packed, kTileRows, pair);
            packed += kTileTokens * kPairBytes;
        }
    }
}

// [pair of values, column, value of the pair]
void packPanel(const float* rows, std::int64_t stride, std::int64_t valid, std::int64_t depth,
               std::byte* packed) {
    for (std::int64_t at = 0; at < depth; at += kStep, packed += kPanelBytes) {
        for (std::int64_t first = 0; first < kPanelOutputs; first += kLanes) {
            Vectors columns;
            for (std::int64_t c = 0; c < kLanes; ++c)
                columns[static_cast<std::size_t>(c)] =
                    first + c < valid ? toBf16(rows + (first + c) * stride + at)
                                      : _mm512_setzero_si512();
            transpose(columns);
            std::byte* to = packed + first * kPairBytes;
            for (const __m512i pair : columns) {
                _mm512_store_si512(to, pair);
                to += kPanelOutputs * kPairBytes;
            }
        }
    }
}

void multiplyTile(const PackedProduct& product) {
    __m512 sums[kTileTokens][2];
#pragma GCC unroll 12
    for (std::int64_t row = 0; row < kTileTokens; ++row)
        sums[row][0] = sums[row][1] = _mm512_setzero_ps();
    const std::byte* inputs = product.inputs;
    const std::byte* panel = product.panel;
    for (std::int64_t at = 0; at < product.depth; at += 2) {
        const __m512i left = _mm512_load_si512(panel);
        const __m512i right = _mm512_load_si512(panel + kVectorBytes);
#pragma GCC unroll 12
        for (std::int64_t row = 0; row < kTileTokens; ++row) {
            const __m512i pair = pairAt(inputs + row * kPairBytes);
            sums[row][0] = addProducts(sums[row][0], pair, left);
            sums[row][1] = addProducts(sums[row][1], pair, right);
        }
        inputs += kTileTokens * kPairBytes;
        panel += kPanelOutputs * kPairBytes;
    }
#pragma GCC unroll 12
    for (std::int64_t row = 0; row < kTileTokens; ++row)
        if (row < product.rows) writeRow(product, row, sums[row][0], sums[row][1]);
}

}  // namespace

const PackedKernels& packedKernelTable() {
    static constexpr PackedKernels kTable = {
        kTileTokens, kPanelOutputs, kStep,   kMostDepth,   kTileBytes, kPanelBytes, takesAll,
        packInputs,  packPanel,     nullptr, multiplyTile, nullptr,    nullptr};
    return kTable;
}

}  // namespace asterism::cpu::bf16
ASTERISM_END_BF16

#endif
