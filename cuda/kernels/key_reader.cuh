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

    // Eight neighbouring values, from one that is a multiple of 8.
    __device__ void keyRun(std::int64_t index, int first, float (&run)[8]) const {
        const std::int64_t at = (m_head * m_segment.capacity + index) * m_headDim + first;
        if (m_segment.type != KvType::q8) return plainRun(m_segment.keys, at, run);
        const auto bytes =
            *reinterpret_cast<const uint2*>(static_cast<const std::uint8_t*>(m_segment.keys) + at);
#pragma unroll
        for (int i = 0; i < 8; ++i) {
            const int channel = m_head * m_headDim + first + i;
            run[i] = m_segment.keyOffset[channel] +
                     m_segment.keyScale[channel] * byteAsFloat(i < 4 ? bytes.x : bytes.y, i % 4);
        }
    }
    __device__ void valueRun(std::int64_t index, int first, float (&run)[8]) const {
        const std::int64_t row = m_head * m_segment.capacity + index;
        if (m_segment.type != KvType::q8)
            return plainRun(m_segment.values, row * m_headDim + first, run);
        const auto bytes = *reinterpret_cast<const uint2*>(
            static_cast<const std::uint8_t*>(m_segment.values) + row * m_headDim + first);
        const float scale = m_segment.valueScale[row];
#pragma unroll
        for (int i = 0; i < 8; ++i) {
            // With its top bit flipped a signed byte counts from -128.
            const std::uint32_t raised = (i < 4 ? bytes.x : bytes.y) ^ 0x80808080U;
            run[i] = scale * (byteAsFloat(raised, i % 4) - 128.0F);
        }
    }

  private:
    __device__ void plainRun(const void* values, std::int64_t at, float (&run)[8]) const {
        if (m_segment.type == KvType::f32) {
            for (int i = 0; i < 8; ++i) run[i] = static_cast<const float*>(values)[at + i];
            return;
        }
        const Run<bf16> stored = loadRun(static_cast<const bf16*>(values) + at);
#pragma unroll
        for (int i = 0; i < 8; ++i) run[i] = toFloat(stored.values[i]);
    }
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
