#include "core/star/kv_block.h"

#include <algorithm>
#include <cstring>

namespace asterism {

namespace {

constexpr std::int64_t kAlignment = 64;

std::int64_t aligned(std::int64_t bytes) {
    return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

// Byte offsets of the parts of one layer.
struct LayerParts {
    std::int64_t values, keyScale, keyOffset, valueScale, end;

    LayerParts(const KvLayout& layout, std::int64_t capacity) {
        const std::int64_t elements = layout.kvHeads * capacity * layout.headDim;
        const std::int64_t matrix = aligned(elements * KeyValueView::valueBytes(layout.type));
        const bool hasScales = layout.type == KvType::q8;
        const std::int64_t perChannel =
            hasScales ? aligned(layout.kvHeads * layout.headDim * 4) : 0;
        values = matrix;
        keyScale = values + matrix;
        keyOffset = keyScale + perChannel;
        valueScale = keyOffset + perChannel;
        end = valueScale + (hasScales ? aligned(layout.kvHeads * capacity * 4) : 0);
    }
};

// What stands between the parts of a layer is nobody's: whatever the memory held before would go to
// the disk, and equal blocks would differ.
void clearPadding(std::span<std::byte> layer, const KvLayout& layout, std::int64_t capacity) {
    const LayerParts parts(layout, capacity);
    const auto clear = [&](std::int64_t begin, std::int64_t end) {
        std::fill(layer.begin() + begin, layer.begin() + end, std::byte{0});
    };
    const std::int64_t matrix =
        layout.kvHeads * capacity * layout.headDim * KeyValueView::valueBytes(layout.type);
    clear(matrix, parts.values);
    clear(parts.values + matrix, parts.keyScale);
    if (layout.type != KvType::q8) return;
    const std::int64_t perChannel = layout.kvHeads * layout.headDim * 4;
    clear(parts.keyScale + perChannel, parts.keyOffset);
    clear(parts.keyOffset + perChannel, parts.valueScale);
    clear(parts.valueScale + layout.kvHeads * capacity * 4, parts.end);
}

}  // namespace

std::int64_t KvLayout::layerBytes(std::int64_t capacity) const {
    return LayerParts(*this, capacity).end;
}

KeyValueView KvLayout::view(void* base, std::int64_t layer, std::int64_t tokens,
                            std::int64_t capacity) const {
    ASTERISM_CHECK(layer >= 0 && layer < layers && tokens <= capacity);
    const LayerParts parts(*this, capacity);
    std::byte* begin = static_cast<std::byte*>(base) + layer * parts.end;
    KeyValueView view{.type = type,
                      .kvHeads = kvHeads,
                      .headDim = headDim,
                      .tokens = tokens,
                      .capacity = capacity,
                      .keys = begin,
                      .values = begin + parts.values};
    if (type == KvType::q8) {
        view.keyScale = reinterpret_cast<float*>(begin + parts.keyScale);
        view.keyOffset = reinterpret_cast<float*>(begin + parts.keyOffset);
        view.valueScale = reinterpret_cast<float*>(begin + parts.valueScale);
    }
    return view;
}

KeyValueBlock::KeyValueBlock(Backend& backend, const KvLayout& layout, std::int64_t capacity,
                             MemoryPlace place)
    : m_layout(layout),
      m_capacity(capacity),
      m_place(place),
      m_memory(place == MemoryPlace::host ? backend.allocateOnHost(layout.blockBytes(capacity))
                                          : backend.allocate(layout.blockBytes(capacity))) {}

KeyValueBlock::KeyValueBlock(std::unique_ptr<Buffer> memory, const KvLayout& layout,
                             std::int64_t tokens)
    : m_layout(layout), m_capacity(tokens), m_tokens(tokens), m_memory(std::move(memory)) {
    ASTERISM_CHECK(m_memory->bytes() == layout.blockBytes(tokens));
}

void KeyValueBlock::setTokens(std::int64_t tokens) {
    ASTERISM_CHECK(tokens >= 0 && tokens <= m_capacity);
    m_tokens = tokens;
}

std::vector<std::byte> KeyValueBlock::packed(Backend& backend) const {
    return packed(
        [&](const TensorView& from, std::span<std::byte> host) { backend.download(from, host); });
}

std::vector<std::byte> KeyValueBlock::packed(const Download& download) const {
    const auto layerSize = static_cast<std::size_t>(m_layout.layerBytes(m_tokens));
    std::vector<std::byte> bytes(static_cast<std::size_t>(m_layout.layers) * layerSize);
    if (m_tokens == m_capacity) {
        for (std::int64_t layer = 0; layer < m_layout.layers; ++layer) {
            const auto to =
                std::span(bytes).subspan(static_cast<std::size_t>(layer) * layerSize, layerSize);
            download(layerBytes(layer), to);
            clearPadding(to, m_layout, m_tokens);
        }
        return bytes;
    }
    ASTERISM_CHECK(m_layout.type != KvType::q8);
    std::vector<std::byte> whole(static_cast<std::size_t>(m_layout.layerBytes(m_capacity)));
    KvLayout one = m_layout;
    one.layers = 1;
    const auto headBytes = static_cast<std::size_t>(m_tokens * m_layout.headDim *
                                                    KeyValueView::valueBytes(m_layout.type));
    const auto stride = static_cast<std::ptrdiff_t>(m_capacity * m_layout.headDim *
                                                    KeyValueView::valueBytes(m_layout.type));
    for (std::int64_t layer = 0; layer < m_layout.layers; ++layer) {
        download(layerBytes(layer), whole);
        const KeyValueView from = one.view(whole.data(), 0, m_tokens, m_capacity);
        const KeyValueView to = m_layout.view(bytes.data(), layer, m_tokens, m_tokens);
        for (std::int64_t head = 0; head < m_layout.kvHeads; ++head) {
            const auto at = static_cast<std::size_t>(head) * headBytes;
            std::memcpy(static_cast<std::byte*>(to.keys) + at,
                        static_cast<const std::byte*>(from.keys) + head * stride, headBytes);
            std::memcpy(static_cast<std::byte*>(to.values) + at,
                        static_cast<const std::byte*>(from.values) + head * stride, headBytes);
        }
    }
    return bytes;
}

TensorView KeyValueBlock::layerBytes(std::int64_t layer) const {
    const std::int64_t bytes = m_layout.layerBytes(m_capacity);
    return {static_cast<std::byte*>(m_memory->data()) + layer * bytes, {bytes}, DataType::i8};
}

}  // namespace asterism
