// The dot products of byte_dot_kernels.cpp. Included once for every instruction set, inside its
// namespace, behind the two functions that differ: products() and signedProducts().
// No include guard, no includes.

// One row's sum: products of whole groups in the lanes, what the groups' minima add in lane 1 of
// `offsets`.
struct Sum {
    __m256 products;
    __m128 offsets;

    static Sum zero() { return {_mm256_setzero_ps(), _mm_setzero_ps()}; }

    float total() const {
        const __m128 four =
            _mm_add_ps(_mm256_castps256_ps128(products), _mm256_extractf128_ps(products, 1));
        const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
        const __m128 one = _mm_add_ss(two, _mm_shuffle_ps(two, two, 1));
        return _mm_cvtss_f32(_mm_add_ss(one, _mm_shuffle_ps(offsets, offsets, 1)));
    }

    // scaleAndOffset: lane 0 is the scale of a group of weights, lane 1 what is added to each.
    void add(__m256i groupProducts, __m128 scaleAndOffset, const float* figures) {
        const __m128 scaled = _mm_mul_ps(scaleAndOffset, _mm_loadu_ps(figures));
        products = _mm256_fmadd_ps(_mm256_cvtepi32_ps(groupProducts), _mm256_broadcastss_ps(scaled),
                                   products);
        offsets = _mm_add_ps(offsets, scaled);
    }
};

// Two half-precision numbers as lanes 0 and 1.
inline __m128 halvesAt(const std::uint8_t* bytes) {
    std::int32_t both;
    std::memcpy(&both, bytes, sizeof both);
    return _mm_cvtph_ps(_mm_cvtsi32_si128(both));
}

// Half-precision scale d of a block as (d, factor d).
inline __m128 scaleAt(const std::uint8_t* block, float factor) {
    std::uint16_t bits;
    std::memcpy(&bits, block, sizeof bits);
    const __m128 scale = _mm_cvtph_ps(_mm_cvtsi32_si128(bits));
    return _mm_mul_ps(_mm_broadcastss_ps(scale), _mm_setr_ps(1.0F, factor, 0.0F, 0.0F));
}

// Adds the product of one stored block with its inputs.
template <DataType type>
struct Block;

template <>
struct Block<DataType::q4_0> {
    static void add(const std::uint8_t* block, const std::int8_t* input, const float* figures,
                    Sum& sum) {
        sum.add(products(nibblesAt(block + 2), bytesAt(input)), scaleAt(block, -8.0F), figures);
    }
};

template <>
struct Block<DataType::q4_1> {
    static void add(const std::uint8_t* block, const std::int8_t* input, const float* figures,
                    Sum& sum) {
        sum.add(products(nibblesAt(block + 4), bytesAt(input)), halvesAt(block), figures);
    }
};

template <>
struct Block<DataType::q5_0> {
    static void add(const std::uint8_t* block, const std::int8_t* input, const float* figures,
                    Sum& sum) {
        const __m256i bits = _mm256_or_si256(nibblesAt(block + 6), fifthBits(wordAt(block + 2)));
        sum.add(products(bits, bytesAt(input)), scaleAt(block, -16.0F), figures);
    }
};

template <>
struct Block<DataType::q5_1> {
    static void add(const std::uint8_t* block, const std::int8_t* input, const float* figures,
                    Sum& sum) {
        const __m256i bits = _mm256_or_si256(nibblesAt(block + 8), fifthBits(wordAt(block + 4)));
        sum.add(products(bits, bytesAt(input)), halvesAt(block), figures);
    }
};

template <>
struct Block<DataType::q8_0> {
    static void add(const std::uint8_t* block, const std::int8_t* input, const float* figures,
                    Sum& sum) {
        sum.add(signedProducts(bytesAt(block + 2), bytesAt(input)), scaleAt(block, 0.0F), figures);
    }
};

// Scale and minimum of group j of a Q4_K or Q5_K block, times the block's own two.
inline __m128 scaledFactors(const std::uint8_t* packed, int j, __m128 ofBlock) {
    int scale;
    int minimum;
    groupFactors(packed, j, scale, minimum);
    return _mm_mul_ps(ofBlock, _mm_cvtepi32_ps(_mm_setr_epi32(scale, -minimum, 0, 0)));
}

template <bool fiveBits>
inline void addKBlock(const std::uint8_t* block, const std::int8_t* input, const float* figures,
                      Sum& sum) {
    const __m256i low = _mm256_set1_epi8(15);
    const __m256i bit = _mm256_set1_epi8(16);
    const __m128 ofBlock = halvesAt(block);
    const std::uint8_t* stored = block + (fiveBits ? 48 : 16);
    // Bit j of 32 bytes is the fifth of group j; each is moved to bit 4.
    [[maybe_unused]] const __m256i high = fiveBits ? bytesAt(block + 16) : _mm256_setzero_si256();
    [[maybe_unused]] const __m256i early = _mm256_slli_epi16(high, 4);
#pragma GCC unroll 4
    for (int pair = 0; pair < 4; ++pair, stored += 32, input += 64, figures += 8) {
        const __m256i both = bytesAt(stored);
        __m256i first = _mm256_and_si256(both, low);
        __m256i second = _mm256_and_si256(_mm256_srli_epi16(both, 4), low);
        if constexpr (fiveBits) {
            // Bits 0 to 3 come from `early`, bits 4 to 7 from `high`; shifts stay within words,
            // and the mask drops what crossed over from the other byte.
            const __m256i a = pair < 2 ? _mm256_srli_epi16(early, 2 * pair)
                                       : _mm256_srli_epi16(high, 2 * pair - 4);
            const __m256i b = pair < 2 ? _mm256_srli_epi16(early, 2 * pair + 1)
                                       : _mm256_srli_epi16(high, 2 * pair - 3);
            first = _mm256_or_si256(first, _mm256_and_si256(a, bit));
            second = _mm256_or_si256(second, _mm256_and_si256(b, bit));
        }
        sum.add(products(first, bytesAt(input)), scaledFactors(block + 4, 2 * pair, ofBlock),
                figures);
        sum.add(products(second, bytesAt(input + 32)),
                scaledFactors(block + 4, 2 * pair + 1, ofBlock), figures + 4);
    }
}

template <>
struct Block<DataType::q4_k> {
    static void add(const std::uint8_t* block, const std::int8_t* input, const float* figures,
                    Sum& sum) {
        addKBlock<false>(block, input, figures, sum);
    }
};

template <>
struct Block<DataType::q5_k> {
    static void add(const std::uint8_t* block, const std::int8_t* input, const float* figures,
                    Sum& sum) {
        addKBlock<true>(block, input, figures, sum);
    }
};

template <>
struct Block<DataType::q6_k> {
    // A group of 32 values with a scale for each half.
    static void addGroup(__m256i bits, const std::int8_t* input, const std::int8_t* scales,
                         float ofBlock, const float* figures, Sum& sum) {
        const float first = ofBlock * static_cast<float>(scales[0]);
        const float second = ofBlock * static_cast<float>(scales[1]);
        const __m256 both =
            _mm256_set_m128(_mm_set1_ps(second * figures[0]), _mm_set1_ps(first * figures[0]));
        sum.products =
            _mm256_fmadd_ps(_mm256_cvtepi32_ps(products(bits, bytesAt(input))), both, sum.products);
        const float offset = -32.0F * (first * figures[2] + second * figures[3]);
        sum.offsets = _mm_add_ps(sum.offsets, _mm_set1_ps(offset));
    }

    static void add(const std::uint8_t* block, const std::int8_t* input, const float* figures,
                    Sum& sum) {
        const __m256i low = _mm256_set1_epi8(15);
        const __m256i two = _mm256_set1_epi8(48);
        const float scale = _mm_cvtss_f32(scaleAt(block + 208, 0.0F));
#pragma GCC unroll 2
        for (int half = 0; half < 2; ++half, input += 128, figures += 16) {
            const __m256i first = bytesAt(block + 64 * half);
            const __m256i second = bytesAt(block + 64 * half + 32);
            const __m256i high = bytesAt(block + 128 + 32 * half);
            const auto* scales = reinterpret_cast<const std::int8_t*>(block + 192 + 8 * half);
            const auto join = [&](__m256i bits, __m256i top) {
                return _mm256_or_si256(_mm256_and_si256(bits, low), _mm256_and_si256(top, two));
            };
            addGroup(join(first, _mm256_slli_epi16(high, 4)), input, scales, scale, figures, sum);
            addGroup(join(second, _mm256_slli_epi16(high, 2)), input + 32, scales + 2, scale,
                     figures + 4, sum);
            addGroup(join(_mm256_srli_epi16(first, 4), high), input + 64, scales + 4, scale,
                     figures + 8, sum);
            addGroup(join(_mm256_srli_epi16(second, 4), _mm256_srli_epi16(high, 2)), input + 96,
                     scales + 6, scale, figures + 12, sum);
        }
    }
};

template <DataType type>
float dotRow(const std::byte* row, const ByteInput& input, std::int64_t columns) {
    constexpr DataTypeInfo kInfo = dataTypeInfo(type);
    const auto* block = reinterpret_cast<const std::uint8_t*>(row);
    const float* figures = input.figures;
    // Two sums, so that one need not wait for the other.
    Sum even = Sum::zero();
    Sum odd = Sum::zero();
    std::int64_t at = 0;
    for (; at + 2 * kInfo.blockValues <= columns; at += 2 * kInfo.blockValues) {
        Block<type>::add(block, input.bytes + at, figures, even);
        Block<type>::add(block + kInfo.blockBytes, input.bytes + at + kInfo.blockValues,
                         figures + kInfo.blockValues / 8, odd);
        block += 2 * kInfo.blockBytes;
        figures += kInfo.blockValues / 4;
    }
    if (at < columns) Block<type>::add(block, input.bytes + at, figures, even);
    return even.total() + odd.total();
}

float dot(DataType type, const std::byte* row, const ByteInput& input, std::int64_t columns) {
    switch (type) {
        case DataType::q4_0:
            return dotRow<DataType::q4_0>(row, input, columns);
        case DataType::q4_1:
            return dotRow<DataType::q4_1>(row, input, columns);
        case DataType::q5_0:
            return dotRow<DataType::q5_0>(row, input, columns);
        case DataType::q5_1:
            return dotRow<DataType::q5_1>(row, input, columns);
        case DataType::q8_0:
            return dotRow<DataType::q8_0>(row, input, columns);
        case DataType::q4_k:
            return dotRow<DataType::q4_k>(row, input, columns);
        case DataType::q5_k:
            return dotRow<DataType::q5_k>(row, input, columns);
        default:
            return dotRow<DataType::q6_k>(row, input, columns);
    }
}
