// The dot products of byte_dot_kernels.cpp. Included once for every instruction set, inside its
// namespace, behind what differs: kRows rows of weights lie side by side in a vector, 32 values of
// each, and Whole and Real are their vectors of bytes (or whole numbers) and of floats.
// No include guard, no includes.

// Where the same block of kRows rows is stored.
struct Blocks {
    const std::uint8_t* rows[kRows];

    Blocks at(std::int64_t offset) const {
        Blocks moved = *this;
        for (const std::uint8_t*& row : moved.rows) row += offset;
        return moved;
    }
};

// The rows' sums: products of whole groups in the lanes of `products`; what the groups' offsets add
// in the odd lanes of `offsets`.
struct Sums {
    Real products;
    __m128 offsets;

    // Written out, because what the compiler makes up is compiled for no instruction set.
    Sums() : products(zero()), offsets(_mm_setzero_ps()) {}

    // scalesAndOffsets: for every row the scale of a group of weights and what is added to each.
    void add(Whole groupProducts, __m128 scalesAndOffsets, const float* figures) {
        const __m128 scaled = _mm_mul_ps(scalesAndOffsets, pairAt(figures));
        products = multiplyAdd(groupProducts, spread(scaled), products);
        offsets = _mm_add_ps(offsets, scaled);
    }

    // The groups' two halves have scales of their own, two for every row; 32 is taken from weights.
    void addHalves(Whole groupProducts, __m128 scales, const float* figures) {
        const __m128 scaled = _mm_mul_ps(scales, _mm_set1_ps(figures[0]));
        products = multiplyAdd(groupProducts, spreadHalves(scaled), products);
        const __m128 halves = _mm_mul_ps(scales, pairAt(figures + 2));
        const __m128 both = _mm_add_ps(halves, _mm_moveldup_ps(halves));
        offsets = _mm_fnmadd_ps(both, _mm_set1_ps(32.0F), offsets);
    }

    void add(const Sums& other) {
        products = plus(products, other.products);
        offsets = _mm_add_ps(offsets, other.offsets);
    }

    void store(float* totals, std::int64_t count) const {
        alignas(16) float added[4];
        _mm_store_ps(added, offsets);
        float wholes[kRows];
        sumRows(products, wholes);
        for (std::int64_t r = 0; r < count; ++r) totals[r] = wholes[r] + added[2 * r + 1];
    }

    // Two floats, twice.
    static __m128 pairAt(const float* figures) {
        double both;
        std::memcpy(&both, figures, sizeof both);
        return _mm_castpd_ps(_mm_set1_pd(both));
    }
};

// The half-precision scales d at the blocks' begin as (d, factor d) for every row.
inline __m128 scalesAt(const Blocks& blocks, float factor) {
    return _mm_mul_ps(_mm_moveldup_ps(halvesOf(blocks.rows)),
                      _mm_setr_ps(1.0F, factor, 1.0F, factor));
}

// Adds the product of one stored block of every row with its inputs.
template <DataType type>
struct Block;

template <>
struct Block<DataType::q4_0> {
    static void add(const Blocks& blocks, const std::int8_t* input, const float* figures,
                    Sums& sums) {
        sums.add(products(nibblesOf(blocks.at(2).rows), inputAt(input)), scalesAt(blocks, -8.0F),
                 figures);
    }
};

template <>
struct Block<DataType::q4_1> {
    static void add(const Blocks& blocks, const std::int8_t* input, const float* figures,
                    Sums& sums) {
        sums.add(products(nibblesOf(blocks.at(4).rows), inputAt(input)), halvesOf(blocks.rows),
                 figures);
    }
};

template <>
struct Block<DataType::q5_0> {
    static void add(const Blocks& blocks, const std::int8_t* input, const float* figures,
                    Sums& sums) {
        const Whole bits = either(nibblesOf(blocks.at(6).rows), fifthBitsOf(blocks.at(2).rows));
        sums.add(products(bits, inputAt(input)), scalesAt(blocks, -16.0F), figures);
    }
};

template <>
struct Block<DataType::q5_1> {
    static void add(const Blocks& blocks, const std::int8_t* input, const float* figures,
                    Sums& sums) {
        const Whole bits = either(nibblesOf(blocks.at(8).rows), fifthBitsOf(blocks.at(4).rows));
        sums.add(products(bits, inputAt(input)), halvesOf(blocks.rows), figures);
    }
};

template <>
struct Block<DataType::q8_0> {
    static void add(const Blocks& blocks, const std::int8_t* input, const float* figures,
                    Sums& sums) {
        sums.add(signedProducts(storedOf(blocks.at(2).rows), inputAt(input)),
                 scalesAt(blocks, kSignedOffset), figures);
    }
};

// Scales and minima of the eight groups of a Q4_K or Q5_K block, times the block's own two, as
// (scale, -minimum) for every group: twelve bytes hold eight of each, 6 bits.
inline void storeFactors(const std::uint8_t* block, float* factors) {
    constexpr std::uint32_t kSix = 0x3F3F3F3F;
    constexpr std::uint32_t kFour = 0x0F0F0F0F;
    constexpr std::uint32_t kTwo = 0x03030303;
    const std::uint32_t low = wordAt(block + 4);
    const std::uint32_t middle = wordAt(block + 8);
    const std::uint32_t high = wordAt(block + 12);
    const std::uint64_t scales =
        (low & kSix) | static_cast<std::uint64_t>((high & kFour) | (low >> 6 & kTwo) << 4) << 32;
    const std::uint64_t minima =
        (middle & kSix) |
        static_cast<std::uint64_t>((high >> 4 & kFour) | (middle >> 6 & kTwo) << 4) << 32;
    const __m128i both = _mm_unpacklo_epi8(_mm_cvtsi64_si128(static_cast<std::int64_t>(scales)),
                                           _mm_cvtsi64_si128(static_cast<std::int64_t>(minima)));
    const __m128 ofBlock = _mm_setr_ps(halfAt(block), -halfAt(block + 2), 0.0F, 0.0F);
    const __m256 ofGroups = _mm256_castpd_ps(_mm256_broadcastsd_pd(_mm_castps_pd(ofBlock)));
    const __m256 first = _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(both));
    const __m256 last = _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_srli_si128(both, 8)));
    _mm256_storeu_ps(factors, _mm256_mul_ps(first, ofGroups));
    _mm256_storeu_ps(factors + 8, _mm256_mul_ps(last, ofGroups));
}

// The same of a Q6_K block: the scales of sixteen halves of groups.
inline void storeHalfScales(const std::uint8_t* block, float* factors) {
    const __m256 ofBlock = _mm256_set1_ps(halfAt(block + 208));
    for (std::int64_t i = 0; i < 16; i += 8) {
        std::int64_t scales;
        std::memcpy(&scales, block + 192 + i, sizeof scales);
        const __m256i wide = _mm256_cvtepi8_epi32(_mm_cvtsi64_si128(scales));
        _mm256_storeu_ps(factors + i, _mm256_mul_ps(_mm256_cvtepi32_ps(wide), ofBlock));
    }
}

// Two factors each of the blocks of kRows rows.
struct BlockFactors {
    float values[kRows][16];

    // Those of group j, row by row.
    __m128 ofGroup(std::size_t j) const {
        double pairs[2] = {};
        for (std::size_t r = 0; r < kRows; ++r)
            std::memcpy(&pairs[r], &values[r][2 * j], sizeof(double));
        return _mm_castpd_ps(_mm_setr_pd(pairs[0], pairs[1]));
    }
};

template <bool fiveBits>
inline void addKBlock(const Blocks& blocks, const std::int8_t* input, const float* figures,
                      Sums& sums) {
    BlockFactors factors;
    for (std::size_t r = 0; r < kRows; ++r) storeFactors(blocks.rows[r], factors.values[r]);
    // Bit j of 32 bytes is the fifth of group j; each is moved to bit 4. Bits 0 to 3 come from
    // `early`, bits 4 to 7 from `high`; shifts stay within words, and the mask drops what crossed
    // over from the other byte.
    [[maybe_unused]] const Whole high = storedOf(blocks.at(16).rows);
    [[maybe_unused]] const Whole early = up(high, 4);
#pragma GCC unroll 4
    for (int pair = 0; pair < 4; ++pair, input += 64, figures += 8) {
        const Whole both = storedOf(blocks.at((fiveBits ? 48 : 16) + 32 * pair).rows);
        Whole first = masked(both, 15);
        Whole second = masked(down(both, 4), 15);
        if constexpr (fiveBits) {
            const Whole bits = pair < 2 ? early : high;
            first = either(first, masked(down(bits, 2 * (pair % 2)), 16));
            second = either(second, masked(down(bits, 2 * (pair % 2) + 1), 16));
        }
        const std::size_t group = 2 * static_cast<std::size_t>(pair);
        sums.add(products(first, inputAt(input)), factors.ofGroup(group), figures);
        sums.add(products(second, inputAt(input + 32)), factors.ofGroup(group + 1), figures + 4);
    }
}

template <>
struct Block<DataType::q4_k> {
    static void add(const Blocks& blocks, const std::int8_t* input, const float* figures,
                    Sums& sums) {
        addKBlock<false>(blocks, input, figures, sums);
    }
};

template <>
struct Block<DataType::q5_k> {
    static void add(const Blocks& blocks, const std::int8_t* input, const float* figures,
                    Sums& sums) {
        addKBlock<true>(blocks, input, figures, sums);
    }
};

template <>
struct Block<DataType::q6_k> {
    static void add(const Blocks& blocks, const std::int8_t* input, const float* figures,
                    Sums& sums) {
        BlockFactors scales;
        for (std::size_t r = 0; r < kRows; ++r) storeHalfScales(blocks.rows[r], scales.values[r]);
#pragma GCC unroll 2
        for (int half = 0; half < 2; ++half, input += 128, figures += 16) {
            const Whole first = storedOf(blocks.at(64 * half).rows);
            const Whole second = storedOf(blocks.at(64 * half + 32).rows);
            const Whole high = storedOf(blocks.at(128 + 32 * half).rows);
            const Whole groups[4] = {join(first, up(high, 4)), join(second, up(high, 2)),
                                     join(down(first, 4), high),
                                     join(down(second, 4), down(high, 2))};
#pragma GCC unroll 4
            for (std::size_t j = 0; j < 4; ++j)
                sums.addHalves(products(groups[j], inputAt(input + 32 * j)),
                               scales.ofGroup(4 * static_cast<std::size_t>(half) + j),
                               figures + 4 * j);
        }
    }

    static Whole join(Whole bits, Whole top) { return either(masked(bits, 15), masked(top, 48)); }
};

// totals[r] = row r . input for up to kRows rows.
template <DataType type>
void dotFew(const std::byte* const* rows, std::int64_t count, const ByteInput& input,
            std::int64_t columns, float* totals) {
    constexpr DataTypeInfo kInfo = dataTypeInfo(type);
    Blocks blocks;
    for (std::int64_t r = 0; r < std::ssize(blocks.rows); ++r)
        blocks.rows[r] = reinterpret_cast<const std::uint8_t*>(rows[std::min(r, count - 1)]);
    const float* figures = input.figures;
    // Two sums, so that one need not wait for the other.
    Sums even;
    Sums odd;
    std::int64_t at = 0;
    for (; at + 2 * kInfo.blockValues <= columns; at += 2 * kInfo.blockValues) {
        Block<type>::add(blocks, input.bytes + at, figures, even);
        Block<type>::add(blocks.at(kInfo.blockBytes), input.bytes + at + kInfo.blockValues,
                         figures + kInfo.blockValues / 8, odd);
        blocks = blocks.at(2 * kInfo.blockBytes);
        figures += kInfo.blockValues / 4;
    }
    if (at < columns) Block<type>::add(blocks, input.bytes + at, figures, even);
    even.add(odd);
    even.store(totals, count);
}

template <DataType type>
void dotRows(const std::byte* const* rows, std::int64_t count, const ByteInput& input,
             std::int64_t columns, float* totals) {
    constexpr auto kStep = static_cast<std::int64_t>(kRows);
    const std::int64_t bytes = kStep * rowBytes(type, columns);
    for (std::int64_t r = 0; r < count; r += kStep) {
        prefetchBehind(rows[r], bytes);
        dotFew<type>(rows + r, std::min(kStep, count - r), input, columns, totals + r);
    }
}

void dot(DataType type, const std::byte* const* rows, std::int64_t count, const ByteInput& input,
         std::int64_t columns, float* totals) {
    switch (type) {
        case DataType::q4_0:
            return dotRows<DataType::q4_0>(rows, count, input, columns, totals);
        case DataType::q4_1:
            return dotRows<DataType::q4_1>(rows, count, input, columns, totals);
        case DataType::q5_0:
            return dotRows<DataType::q5_0>(rows, count, input, columns, totals);
        case DataType::q5_1:
            return dotRows<DataType::q5_1>(rows, count, input, columns, totals);
        case DataType::q8_0:
            return dotRows<DataType::q8_0>(rows, count, input, columns, totals);
        case DataType::q4_k:
            return dotRows<DataType::q4_k>(rows, count, input, columns, totals);
        case DataType::q5_k:
            return dotRows<DataType::q5_k>(rows, count, input, columns, totals);
        default:
            return dotRows<DataType::q6_k>(rows, count, input, columns, totals);
    }
}
