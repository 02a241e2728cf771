#include "core/cpu/byte_dot_kernels.h"

#include <cstring>

#include "core/cpu/byte_groups.h"

#if HWY_ARCH_X86

namespace asterism::cpu {
namespace {

bool takes(DataType type) {
    return dataTypeInfo(type).blockValues >= kGroup;
}

}  // namespace
}  // namespace asterism::cpu

ASTERISM_BEGIN_AVX2
namespace asterism::cpu {
namespace {

void roundInput(const float* input, std::int64_t columns, const ByteInput& rounded) {
    float* figures = rounded.figures;
    for (std::int64_t at = 0; at < columns; at += kGroup, figures += 4) {
        __m256i bytes;
        const float scale = toBytes(input + at, 127.0F, bytes);
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(rounded.bytes + at), bytes);
        std::int32_t lower;
        std::int32_t upper;
        sumsOf(bytes, lower, upper);
        figures[0] = scale;
        figures[1] = scale * static_cast<float>(lower + upper);
        figures[2] = scale * static_cast<float>(lower);
        figures[3] = scale * static_cast<float>(upper);
    }
}

namespace avx2 {

// Sums of four products each, of unsigned bytes of at most 7 bits with signed ones.
inline __m256i products(__m256i weights, __m256i inputs) {
    return _mm256_madd_epi16(_mm256_maddubs_epi16(weights, inputs), _mm256_set1_epi16(1));
}

// ... of two signed ones.
inline __m256i signedProducts(__m256i weights, __m256i inputs) {
    return products(_mm256_abs_epi8(weights), _mm256_sign_epi8(inputs, weights));
}

#include "core/cpu/byte_dots-inl.h"

}  // namespace avx2
}  // namespace
}  // namespace asterism::cpu
ASTERISM_END_AVX2

ASTERISM_BEGIN_VNNI
namespace asterism::cpu {
namespace {
namespace vnni {

inline __m256i products(__m256i weights, __m256i inputs) {
    return _mm256_dpbusd_epi32(_mm256_setzero_si256(), weights, inputs);
}

inline __m256i signedProducts(__m256i weights, __m256i inputs) {
    return products(_mm256_abs_epi8(weights), _mm256_sign_epi8(inputs, weights));
}

#include "core/cpu/byte_dots-inl.h"

}  // namespace vnni
}  // namespace
}  // namespace asterism::cpu
ASTERISM_END_VNNI

#endif

namespace asterism::cpu {

const ByteDotKernels* byteDotKernels(Arithmetic arithmetic) {
#if HWY_ARCH_X86
    static constexpr ByteDotKernels kAvx2 = {roundInput, takes, avx2::dot};
    static constexpr ByteDotKernels kVnni = {roundInput, takes, vnni::dot};
    switch (arithmetic) {
        case Arithmetic::avx2Bytes:
            return &kAvx2;
        case Arithmetic::avx512Vnni:
        case Arithmetic::amxBf16:
            return &kVnni;
        default:
            break;
    }
#endif
    return nullptr;
}

}  // namespace asterism::cpu
