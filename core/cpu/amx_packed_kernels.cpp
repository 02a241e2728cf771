#include "core/cpu/amx_packed_kernels.h"

#if HWY_ARCH_X86

#include <algorithm>
#include <cstring>

#include "core/cpu/amx.h"
#include "core/cpu/bf16_vectors.h"

namespace asterism::cpu::amx {
namespace {

// 2 x 2 tiles of sums, the most that leaves registers for what they are made of.
constexpr std::int64_t kTileTokens = 2 * kRows;
constexpr std::int64_t kPanelOutputs = 2 * kRows;
constexpr std::int64_t kStep = 2 * kPairs;  // values of the depth in one row of a tile
constexpr std::int64_t kStepBytes = 2 * kTileBytes;
constexpr std::int64_t kMostDepth = 1536;

}  // namespace
}  // namespace asterism::cpu::amx

ASTERISM_BEGIN_AMX
namespace asterism::cpu::amx {
namespace {

struct alignas(64) TileShapes {
    std::uint8_t palette = 1;
    std::uint8_t startRow = 0;
    std::uint8_t reserved[14] = {};
    std::uint16_t rowBytes[16] = {};
    std::uint8_t rows[16] = {};
};

bool takesAll(DataType) {
    return true;
}

// [step, row, 32 values]
void packInputs(const float* inputs, std::int64_t stride, std::int64_t valid, std::int64_t depth,
                std::byte* packed) {
    for (std::int64_t at = 0; at < depth; at += kStep, packed += kStepBytes) {
        for (std::int64_t row = 0; row < valid; ++row)
            _mm512_store_si512(packed + row * kRowBytes, bf16::toBf16(inputs + row * stride + at));
        std::memset(packed + valid * kRowBytes, 0,
                    static_cast<std::size_t>((kTileTokens - valid) * kRowBytes));
    }
}

// [step, half of the columns, pair of values, column, value of the pair]
void packPanel(const float* rows, std::int64_t stride, std::int64_t valid, std::int64_t depth,
               std::byte* packed) {
    for (std::int64_t at = 0; at < depth; at += kStep) {
        for (std::int64_t first = 0; first < kPanelOutputs; first += kRows) {
            bf16::Vectors columns;
            for (std::int64_t c = 0; c < kRows; ++c)
                columns[static_cast<std::size_t>(c)] =
                    first + c < valid ? bf16::toBf16(rows + (first + c) * stride + at)
                                      : _mm512_setzero_si512();
            bf16::transpose(columns);
            for (const __m512i pairs : columns) {
                _mm512_store_si512(packed, pairs);
                packed += kRowBytes;
            }
        }
    }
}

// The sums start as what is at `output`, or as 0.
void multiplyWhole(const PackedProduct& product, float* output, std::int64_t stride,
                   bool fromZero) {
    const auto bytes = static_cast<long>(stride) * static_cast<long>(sizeof(float));
    float* lower = output + kRows * stride;
    finishStores();
    if (fromZero) {
        _tile_zero(0);
        _tile_zero(1);
        _tile_zero(2);
        _tile_zero(3);
    } else {
        _tile_loadd(0, output, bytes);
        _tile_loadd(1, output + kRows, bytes);
        _tile_loadd(2, lower, bytes);
        _tile_loadd(3, lower + kRows, bytes);
    }
    const std::byte* inputs = product.inputs;
    const std::byte* panel = product.panel;
    for (std::int64_t at = 0; at < product.depth; at += kStep) {
        _tile_loadd(4, inputs, kRowBytes);
        _tile_loadd(6, panel, kRowBytes);
        _tile_dpbf16ps(0, 4, 6);
        _tile_loadd(7, panel + kTileBytes, kRowBytes);
        _tile_dpbf16ps(1, 4, 7);
        _tile_loadd(5, inputs + kTileBytes, kRowBytes);
        _tile_dpbf16ps(2, 5, 6);
        _tile_dpbf16ps(3, 5, 7);
        inputs += kStepBytes;
        panel += kStepBytes;
    }
    _tile_stored(0, output, bytes);
    _tile_stored(1, output + kRows, bytes);
    _tile_stored(2, lower, bytes);
    _tile_stored(3, lower + kRows, bytes);
}

void multiplyTile(const PackedProduct& product) {
    const bool isWhole = product.rows == kTileTokens && product.columns == kPanelOutputs;
    if (isWhole && !product.bias)
        return multiplyWhole(product, product.output, product.outputStride, !product.accumulate);
    alignas(64) float sums[kTileTokens * kPanelOutputs] = {};
    const auto columns = static_cast<std::size_t>(product.columns);
    for (std::int64_t row = 0; row < product.rows; ++row) {
        float* sum = sums + row * kPanelOutputs;
        if (product.accumulate)
            std::copy_n(product.output + row * product.outputStride, columns, sum);
        for (std::size_t c = 0; product.bias && c < columns; ++c) sum[c] += product.bias[c];
    }
    multiplyWhole(product, sums, kPanelOutputs, false);
    for (std::int64_t row = 0; row < product.rows; ++row)
        std::copy_n(sums + row * kPanelOutputs, columns,
                    product.output + row * product.outputStride);
}

}  // namespace

void begin() {
    TileShapes shapes;
    std::fill_n(shapes.rowBytes, 8, static_cast<std::uint16_t>(kRowBytes));
    std::fill_n(shapes.rows, 8, static_cast<std::uint8_t>(kRows));
    finishStores();
    _tile_loadconfig(&shapes);
}

void end() {
    _tile_release();
}

const PackedKernels& packedKernelTable() {
    static constexpr PackedKernels kTable = {
        kTileTokens, kPanelOutputs, kStep,   kMostDepth,   kStepBytes, kStepBytes, takesAll,
        packInputs,  packPanel,     nullptr, multiplyTile, begin,      end};
    return kTable;
}

}  // namespace asterism::cpu::amx
ASTERISM_END_AMX

#endif
