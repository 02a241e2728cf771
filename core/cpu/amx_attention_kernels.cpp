#include "core/cpu/amx_attention_kernels.h"

#include "core/cpu/bf16_attention_kernels.h"

#if HWY_ARCH_X86

#include "core/cpu/amx.h"

ASTERISM_BEGIN_AMX
namespace asterism::cpu::amx {
namespace {

using bf16::kPanelBytes;
using bf16::kPanelRows;
using bf16::kStep;
using bf16::kValueBytes;

// 32 keys at a time, 2 x 2 tiles of sums.
void score(const float* keys, std::int64_t count, const float* queries, std::int64_t headDim,
           float* scores) {
    const std::int64_t keyBytes = headDim * 2;
    const auto* key = reinterpret_cast<const std::byte*>(keys);
    const auto* packedQueries = reinterpret_cast<const std::byte*>(queries);
    finishStores();
    for (std::int64_t k = 0; k < count; k += kStep, key += kStep * keyBytes) {
        _tile_zero(0);
        _tile_zero(1);
        _tile_zero(2);
        _tile_zero(3);
        const std::byte* query = packedQueries;
        for (std::int64_t i = 0; i < keyBytes; i += kRowBytes, query += kPairs * kPanelBytes) {
            _tile_loadd(4, key + i, keyBytes);
            _tile_loadd(6, query, kPanelBytes);
            _tile_dpbf16ps(0, 4, 6);
            _tile_loadd(7, query + kRowBytes, kPanelBytes);
            _tile_dpbf16ps(1, 4, 7);
            _tile_loadd(5, key + kRows * keyBytes + i, keyBytes);
            _tile_dpbf16ps(2, 5, 6);
            _tile_dpbf16ps(3, 5, 7);
        }
        float* sums = scores + k * kPanelRows;
        _tile_stored(0, sums, kPanelBytes);
        _tile_stored(1, sums + kRows, kPanelBytes);
        _tile_stored(2, sums + kRows * kPanelRows, kPanelBytes);
        _tile_stored(3, sums + kRows * kPanelRows + kRows, kPanelBytes);
    }
}

void scaleOutputs(const float* factors, std::int64_t headDim, float* outputs) {
    const __m512 left = _mm512_load_ps(factors);
    const __m512 right = _mm512_load_ps(factors + kRows);
    const __m512 one = _mm512_set1_ps(1.0F);
    if ((_mm512_cmp_ps_mask(left, one, _CMP_NEQ_UQ) |
         _mm512_cmp_ps_mask(right, one, _CMP_NEQ_UQ)) == 0)
        return;
    for (float* output = outputs; output < outputs + headDim * kPanelRows; output += kPanelRows) {
        _mm512_store_ps(output, _mm512_mul_ps(left, _mm512_load_ps(output)));
        _mm512_store_ps(output + kRows, _mm512_mul_ps(right, _mm512_load_ps(output + kRows)));
    }
}

// 32 dimensions at a time, 2 x 2 tiles of sums.
void accumulate(const float* weights, const float* values, std::int64_t count, const float* factors,
                std::int64_t headDim, float* outputs) {
    scaleOutputs(factors, headDim, outputs);
    const auto* value = reinterpret_cast<const std::byte*>(values);
    finishStores();
    for (std::int64_t i = 0; i < headDim; i += 2 * kRows, value += 2 * kRows * kValueBytes) {
        float* upper = outputs + i * kPanelRows;
        float* lower = upper + kRows * kPanelRows;
        _tile_loadd(0, upper, kPanelBytes);
        _tile_loadd(1, upper + kRows, kPanelBytes);
        _tile_loadd(2, lower, kPanelBytes);
        _tile_loadd(3, lower + kRows, kPanelBytes);
        const auto* weight = reinterpret_cast<const std::byte*>(weights);
        for (std::int64_t k = 0; k < count; k += kStep, weight += kPairs * kPanelBytes) {
            _tile_loadd(4, value + k * 2, kValueBytes);
            _tile_loadd(6, weight, kPanelBytes);
            _tile_dpbf16ps(0, 4, 6);
            _tile_loadd(7, weight + kRowBytes, kPanelBytes);
            _tile_dpbf16ps(1, 4, 7);
            _tile_loadd(5, value + kRows * kValueBytes + k * 2, kValueBytes);
            _tile_dpbf16ps(2, 5, 6);
            _tile_dpbf16ps(3, 5, 7);
        }
        _tile_stored(0, upper, kPanelBytes);
        _tile_stored(1, upper + kRows, kPanelBytes);
        _tile_stored(2, lower, kPanelBytes);
        _tile_stored(3, lower + kRows, kPanelBytes);
    }
}

}  // namespace

// Beside AVX-512-BF16 only the products are others.
const AttentionKernels& attentionKernelTable() {
    static const AttentionKernels kTable = [] {
        AttentionKernels kernels = bf16::attentionKernelTable();
        kernels.score = score;
        kernels.accumulate = accumulate;
        kernels.begin = begin;
        kernels.end = end;
        return kernels;
    }();
    return kTable;
}

}  // namespace asterism::cpu::amx
ASTERISM_END_AMX

#endif
