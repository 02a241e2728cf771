#pragma once

#include "cuda/kernels/attention_args.h"
#include "cuda/kernels/rotation.cuh"
#include "cuda/kernels/values.cuh"

namespace asterism::cuda {

// Two values of a head that are handled together: those a rotation pairs, or behind the rotated
// ones two neighbours.
struct Slot {
    int first;
    int second;
    bool turns;
};

__device__ inline Slot slotOf(const AttentionShape& shape, int pair) {
    if (pair < shape.pairs) return {pair, pair + shape.pairs, true};
    return {2 * pair, 2 * pair + 1, false};
}

// Reads keys and values of one segment and head as floats, whatever their type; un-rotated.
class KeyReader {
  public:
    __device__ KeyReader(const SegmentEntry& segment, int headDim, int head)
        : m_segment(segment), m_headDim(headDim), m_head(head) {}

    __device__ float2 key(std::int64_t index, const Slot& slot) const {
        const std::int64_t at = (m_head * m_segment.capacity + index) * m_headDim;
        if (m_segment.type == KvType::q8) {
            const auto* bytes = static_cast<const std::uint8_t*>(m_segment.keys) + at;
            return {scaled(bytes[slot.first], slot.first), scaled(bytes[slot.second], slot.second)};
        }
        return {plain(m_segment.keys, at + slot.first), plain(m_segment.keys, at + slot.second)};
    }

    __device__ float2 value(std::int64_t index, const Slot& slot) const {
        const std::int64_t row = m_head * m_segment.capacity + index;
        const std::int64_t at = row * m_headDim;
        if (m_segment.type == KvType::q8) {
            const auto* bytes = static_cast<const std::int8_t*>(m_segment.values) + at;
            const float scale = m_segment.valueScale[row];
            return {scale * static_cast<float>(bytes[slot.first]),
                    scale * static_cast<float>(bytes[slot.second])};
        }
        return {plain(m_segment.values, at + slot.first),
                plain(m_segment.values, at + slot.second)};
    }

  private:
    __device__ float plain(const void* values, std::int64_t at) const {
        if (m_segment.type == KvType::f32) return static_cast<const float*>(values)[at];
        return toFloat(static_cast<const bf16*>(values)[at]);
    }
    __device__ float scaled(std::uint8_t byte, int channel) const {
        const int at = m_head * m_headDim + channel;
        return m_segment.keyOffset[at] + m_segment.keyScale[at] * static_cast<float>(byte);
    }

    const SegmentEntry& m_segment;
    int m_headDim;
    int m_head;
};

__device__ inline double positionOf(const SegmentEntry& segment, std::int64_t key) {
    return segment.keyStart + static_cast<double>(key) * segment.keyStep;
}

}  // namespace asterism::cuda
