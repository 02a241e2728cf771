#include "core/star/kv_block.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "core/cpu/cpu_backend.h"

namespace asterism {
namespace {

// Bytes [begin, end) of a block, and what is in them.
struct Part {
    std::int64_t begin = 0;
    std::int64_t end = 0;
};

std::int64_t offset(const void* place, const void* base) {
    return static_cast<const std::byte*>(place) - static_cast<const std::byte*>(base);
}

std::vector<Part> partsOf(const KeyValueView& view, const void* base) {
    const std::int64_t matrix =
        view.kvHeads * view.capacity * view.headDim * KeyValueView::valueBytes(view.type);
    const auto part = [&](const void* place, std::int64_t bytes) {
        const std::int64_t begin = offset(place, base);
        return Part{begin, begin + bytes};
    };
    std::vector<Part> parts{part(view.keys, matrix), part(view.values, matrix)};
    if (view.type == KvType::q8) {
        parts.push_back(part(view.keyScale, view.kvHeads * view.headDim * 4));
        parts.push_back(part(view.keyOffset, view.kvHeads * view.headDim * 4));
        parts.push_back(part(view.valueScale, view.kvHeads * view.capacity * 4));
    }
    return parts;
}

class KvLayoutOf : public testing::TestWithParam<KvType> {};

TEST_P(KvLayoutOf, PartsAreAlignedInOrderAndInsideTheBlock) {
    for (const std::int64_t capacity : {1, 3, 64, 117}) {
        const KvLayout layout{GetParam(), 3, 2, 20};
        std::vector<std::byte> memory(static_cast<std::size_t>(layout.blockBytes(capacity)));
        std::int64_t end = 0;
        for (std::int64_t layer = 0; layer < layout.layers; ++layer) {
            EXPECT_LE(end, layer * layout.layerBytes(capacity));
            const KeyValueView view = layout.view(memory.data(), layer, capacity, capacity);
            for (const Part& part : partsOf(view, memory.data())) {
                EXPECT_EQ(part.begin % 64, 0) << "capacity " << capacity;
                EXPECT_GE(part.begin, end);
                end = part.end;
            }
        }
        EXPECT_LE(end, layout.blockBytes(capacity));
        EXPECT_LT(layout.blockBytes(capacity) - end, 64);
    }
}

INSTANTIATE_TEST_SUITE_P(AllTypes, KvLayoutOf,
                         testing::Values(KvType::f32, KvType::bf16, KvType::q8),
                         [](const auto& type) {
                             return type.param == KvType::f32    ? "f32"
                                    : type.param == KvType::bf16 ? "bf16"
                                                                 : "q8";
                         });

TEST(KvLayout, BytesFollowTheType) {
    // Sizes that are multiples of 64 as they are: 2 heads, 64 tokens, 32 channels.
    EXPECT_EQ((KvLayout{KvType::f32, 5, 2, 32}.blockBytes(64)), 5 * 2 * 4096 * 4);
    EXPECT_EQ((KvLayout{KvType::bf16, 5, 2, 32}.blockBytes(64)), 5 * 2 * 4096 * 2);
    EXPECT_EQ((KvLayout{KvType::q8, 5, 2, 32}.blockBytes(64)),
              5 * (2 * 4096 + 2 * 64 * 4 + 2 * 64 * 4));
}

TEST(KvLayout, OnlyQ8HasScales) {
    std::vector<std::byte> memory(100'000);
    const KvLayout plain{KvType::bf16, 1, 2, 16};
    const KeyValueView view = plain.view(memory.data(), 0, 5, 8);
    EXPECT_EQ(view.keyScale, nullptr);
    EXPECT_EQ(view.keyOffset, nullptr);
    EXPECT_EQ(view.valueScale, nullptr);
    EXPECT_EQ(view.tokens, 5);
    EXPECT_EQ(view.capacity, 8);
}

TEST(KeyValueView, ARangeSkipsTokensInsideEveryHeadAndKeepsTheStride) {
    std::vector<std::byte> memory(100'000);
    const KvLayout layout{KvType::q8, 2, 2, 16};
    const KeyValueView whole = layout.view(memory.data(), 1, 40, 50);
    const KeyValueView part = whole.range(10, 25);
    EXPECT_EQ(part.tokens, 15);
    EXPECT_EQ(part.capacity, 50);
    EXPECT_EQ(offset(part.keys, whole.keys), 10 * 16);
    EXPECT_EQ(offset(part.values, whole.values), 10 * 16);
    EXPECT_EQ(part.valueScale, whole.valueScale + 10);
    // Key scales are per channel of the whole block.
    EXPECT_EQ(part.keyScale, whole.keyScale);
    EXPECT_EQ(part.keyOffset, whole.keyOffset);
    EXPECT_EQ(part.range(5, 15).tokens, 10);
    EXPECT_EQ(offset(part.range(5, 15).keys, whole.keys), 15 * 16);
}

TEST(KeyValueView, ARangeOfFloatsCountsTheirBytes) {
    std::vector<std::byte> memory(100'000);
    const KeyValueView whole = KvLayout{KvType::f32, 1, 2, 16}.view(memory.data(), 0, 40, 50);
    EXPECT_EQ(offset(whole.range(3, 3).keys, whole.keys), 3 * 16 * 4);
    EXPECT_EQ(whole.range(3, 3).tokens, 0);
    EXPECT_EQ(whole.range(3, 40).valueScale, nullptr);
}

TEST(KeyValueBlock, HoldsTokensUpToItsCapacity) {
    const auto backend = makeCpuBackend({1});
    const KvLayout layout{KvType::bf16, 3, 2, 16};
    KeyValueBlock block(*backend, layout, 30);
    EXPECT_EQ(block.tokens(), 0);
    EXPECT_EQ(block.capacity(), 30);
    EXPECT_GE(block.bytes(), layout.blockBytes(30));
    block.setTokens(12);
    EXPECT_EQ(block.view(2).tokens, 12);
    EXPECT_EQ(block.view(2).capacity, 30);
    const TensorView bytes = block.layerBytes(2);
    EXPECT_EQ(bytes.bytes(), layout.layerBytes(30));
    EXPECT_EQ(bytes.data, block.view(2).keys);
}

}  // namespace
}  // namespace asterism
