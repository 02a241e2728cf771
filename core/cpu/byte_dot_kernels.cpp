#include "core/cpu/byte_dot_kernels.h"

#include <algorithm>
#include <cstring>
#include <iterator>

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

inline float sumOf(__m256 values) {
    const __m128 four =
        _mm_add_ps(_mm256_castps256_ps128(values), _mm256_extractf128_ps(values, 1));
    const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_shuffle_ps(two, two, 1)));
}

inline __m128i halfVectorAt(const std::uint8_t* bytes) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes));
}

inline std::int32_t signedWordAt(const std::uint8_t* bytes) {
    return static_cast<std::int32_t>(wordAt(bytes));
}

// Fetches what is read next but for some rows: rows are too short for the processor to see far
// enough ahead by itself.
inline void prefetchBehind(const std::byte* row, std::int64_t bytes) {
    constexpr std::int64_t kAhead = 4096;
    constexpr std::int64_t kLine = 64;
    for (std::int64_t at = 0; at < bytes; at += kLine)
        _mm_prefetch(reinterpret_cast<const char*>(row + kAhead + at), _MM_HINT_T0);
}

namespace avx2 {

constexpr std::size_t kRows = 1;
constexpr float kSignedOffset = 0.0F;  // what signedProducts() adds to weights, negative
using Whole = __m256i;
using Real = __m256;

inline Real zero() {
    return _mm256_setzero_ps();
}
inline Real plus(Real a, Real b) {
    return _mm256_add_ps(a, b);
}
inline Real multiplyAdd(Whole a, Real b, Real c) {
    return _mm256_fmadd_ps(_mm256_cvtepi32_ps(a), b, c);
}
// The even of four values for all lanes of their rows; the four for half the lanes of a row each.
inline Real spread(__m128 values) {
    return _mm256_broadcastss_ps(values);
}
inline Real spreadHalves(__m128 values) {
    return _mm256_permutevar8x32_ps(_mm256_castps128_ps256(values),
                                    _mm256_setr_epi32(0, 0, 0, 0, 1, 1, 1, 1));
}
inline void sumRows(Real values, float* sums) {
    sums[0] = sumOf(values);
}
inline Whole masked(Whole bits, int mask) {
    return _mm256_and_si256(bits, _mm256_set1_epi8(static_cast<char>(mask)));
}
inline Whole either(Whole a, Whole b) {
    return _mm256_or_si256(a, b);
}
inline Whole up(Whole bits, int places) {
    return _mm256_slli_epi16(bits, places);
}
inline Whole down(Whole bits, int places) {
    return _mm256_srli_epi16(bits, places);
}
inline Whole inputAt(const std::int8_t* bytes) {
    return bytesAt(bytes);
}

// Sums of four products each, of unsigned bytes of at most 7 bits with signed ones.
inline Whole products(Whole weights, Whole inputs) {
    return _mm256_madd_epi16(_mm256_maddubs_epi16(weights, inputs), _mm256_set1_epi16(1));
}

// ... of two signed ones.
inline Whole signedProducts(Whole weights, Whole inputs) {
    return products(_mm256_abs_epi8(weights), _mm256_sign_epi8(inputs, weights));
}

inline Whole storedOf(const std::uint8_t* const (&rows)[kRows]) {
    return bytesAt(rows[0]);
}
inline Whole nibblesOf(const std::uint8_t* const (&rows)[kRows]) {
    return cpu::nibblesAt(rows[0]);
}
inline Whole fifthBitsOf(const std::uint8_t* const (&rows)[kRows]) {
    return fifthBits(wordAt(rows[0]));
}
// Two half-precision numbers of every row.
inline __m128 halvesOf(const std::uint8_t* const (&rows)[kRows]) {
    return _mm_cvtph_ps(_mm_cvtsi32_si128(signedWordAt(rows[0])));
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

constexpr std::size_t kRows = 2;
constexpr float kSignedOffset = -128.0F;
using Whole = __m512i;
using Real = __m512;

inline Real zero() {
    return _mm512_setzero_ps();
}
inline Real plus(Real a, Real b) {
    return _mm512_add_ps(a, b);
}
inline Real multiplyAdd(Whole a, Real b, Real c) {
    return _mm512_fmadd_ps(_mm512_cvtepi32_ps(a), b, c);
}
inline Real spread(__m128 values) {
    const __m512i order = _mm512_setr_epi32(0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 2, 2, 2, 2, 2, 2);
    return _mm512_permutexvar_ps(order, _mm512_castps128_ps512(values));
}
inline Real spreadHalves(__m128 values) {
    const __m512i order = _mm512_setr_epi32(0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3);
    return _mm512_permutexvar_ps(order, _mm512_castps128_ps512(values));
}
inline void sumRows(Real values, float* sums) {
    sums[0] = sumOf(_mm512_castps512_ps256(values));
    sums[1] = sumOf(_mm512_extractf32x8_ps(values, 1));
}
inline Whole masked(Whole bits, int mask) {
    return _mm512_and_si512(bits, _mm512_set1_epi8(static_cast<char>(mask)));
}
inline Whole either(Whole a, Whole b) {
    return _mm512_or_si512(a, b);
}
inline Whole up(Whole bits, unsigned places) {
    return _mm512_slli_epi16(bits, places);
}
inline Whole down(Whole bits, unsigned places) {
    return _mm512_srli_epi16(bits, places);
}
inline Whole inputAt(const std::int8_t* bytes) {
    return _mm512_broadcast_i64x4(bytesAt(bytes));
}

inline Whole products(Whole weights, Whole inputs) {
    return _mm512_dpbusd_epi32(_mm512_setzero_si512(), weights, inputs);
}

// The weights plus 128.
inline Whole signedProducts(Whole weights, Whole inputs) {
    return products(_mm512_xor_si512(weights, _mm512_set1_epi8(static_cast<char>(0x80))), inputs);
}

inline Whole storedOf(const std::uint8_t* const (&rows)[kRows]) {
    return _mm512_inserti64x4(_mm512_castsi256_si512(bytesAt(rows[0])), bytesAt(rows[1]), 1);
}
inline Whole nibblesOf(const std::uint8_t* const (&rows)[kRows]) {
    const Whole first = _mm512_broadcast_i32x4(halfVectorAt(rows[0]));
    const Whole both = _mm512_mask_broadcast_i32x4(first, 0xFF00, halfVectorAt(rows[1]));
    const Whole places = _mm512_setr_epi32(0, 0, 0, 0, 4, 4, 4, 4, 0, 0, 0, 0, 4, 4, 4, 4);
    return masked(_mm512_srlv_epi32(both, places), 15);
}
inline Whole fifthBitsOf(const std::uint8_t* const (&rows)[kRows]) {
    const Whole first = _mm512_set1_epi32(signedWordAt(rows[0]));
    const Whole both = _mm512_mask_set1_epi32(first, 0xFF00, signedWordAt(rows[1]));
    const Whole order = _mm512_broadcast_i64x4(
        _mm256_setr_epi64x(0, 0x0101010101010101, 0x0202020202020202, 0x0303030303030303));
    const Whole ofByte = _mm512_set1_epi64(static_cast<std::int64_t>(0x8040201008040201ULL));
    const __mmask64 isSet = _mm512_test_epi8_mask(_mm512_shuffle_epi8(both, order), ofByte);
    return _mm512_maskz_set1_epi8(isSet, 16);
}
inline __m128 halvesOf(const std::uint8_t* const (&rows)[kRows]) {
    const __m128i first = _mm_cvtsi32_si128(signedWordAt(rows[0]));
    return _mm_cvtph_ps(_mm_insert_epi32(first, signedWordAt(rows[1]), 1));
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
    if (usesVnni(arithmetic)) return &kVnni;
    if (arithmetic == Arithmetic::avx2Bytes) return &kAvx2;
#endif
    return nullptr;
}

}  // namespace asterism::cpu
