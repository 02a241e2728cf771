#include "core/cpu/attention_plan.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace asterism::cpu {
namespace {

constexpr std::int64_t kPiece = 256;
constexpr std::int64_t kSegment = 1000;

RopeConfig smallRope() {
    RopeConfig rope;
    rope.dimensions = 8;
    rope.frequencies = {1.0, 0.1, 0.01, 0.001};
    return rope;
}

// Two segments of kSegment keys, one behind the other, and queries behind both.
class PlanOfTwoSegments : public testing::Test {
  protected:
    PlanOfTwoSegments() {
        for (std::int64_t s = 0; s < 2; ++s) {
            AttentionSegment segment;
            segment.keyValues = {KvType::f32, 1, 8, kSegment, kSegment};
            segment.keyToken = s * kSegment;
            segment.queryToken = 2 * kSegment;
            m_segments.push_back(segment);
        }
        m_call.segments = m_segments;
        m_call.queries = {nullptr, {1, 1, 8}, DataType::f32};
    }

    // Segment and first key of each piece.
    std::vector<std::pair<std::size_t, std::int64_t>> pieces() {
        AttentionPlan plan;
        plan.begin(m_call, m_tables);
        plan.cutPieces(kPiece, m_tables);
        std::vector<std::pair<std::size_t, std::int64_t>> found;
        found.reserve(plan.pieces.size());
        for (const AttentionPiece& piece : plan.pieces)
            found.emplace_back(piece.segment, piece.firstKey);
        return found;
    }

    RotaryTables m_tables{smallRope()};
    std::vector<AttentionSegment> m_segments;
    AttentionCall m_call;
};

using Pieces = std::vector<std::pair<std::size_t, std::int64_t>>;

TEST_F(PlanOfTwoSegments, WithoutAWindowHasPiecesOfAllKeys) {
    EXPECT_EQ(pieces(),
              (Pieces{{0, 0}, {0, 256}, {0, 512}, {0, 768}, {1, 0}, {1, 256}, {1, 512}, {1, 768}}));
}

// The query is token 2000: with a window of w it sees tokens from 2001 - w on.
TEST_F(PlanOfTwoSegments, LeavesOutPiecesThatAreOutOfEveryWindow) {
    m_call.window = 2000 - 1768 + 1;
    EXPECT_EQ(pieces(), (Pieces{{1, 768}}));
    m_call.window += 1;  // and the last key of the piece before
    EXPECT_EQ(pieces(), (Pieces{{1, 512}, {1, 768}}));
    m_call.window = 1;  // the query itself, which is in no segment
    EXPECT_EQ(pieces(), Pieces());
}

TEST_F(PlanOfTwoSegments, KeepsPiecesWithSinks) {
    m_call.window = 100;
    m_call.sinkTokens = 257;
    EXPECT_EQ(pieces(), (Pieces{{0, 0}, {0, 256}, {1, 768}}));
    m_call.sinkTokens = 256;
    EXPECT_EQ(pieces(), (Pieces{{0, 0}, {1, 768}}));
}

TEST_F(PlanOfTwoSegments, KeepsWhatTheFirstOfSeveralRowsSees) {
    m_call.window = 2000 - 1768 + 2;
    m_call.queries.shape = {60, 1, 8};
    EXPECT_EQ(pieces(), (Pieces{{1, 512}, {1, 768}}));
    m_call.queries.shape = {3, 1, 8};
    const std::vector<std::int32_t> places = {300, 1, 20};
    m_call.rowPlaces = places;
    EXPECT_EQ(pieces(), (Pieces{{1, 768}}));
    const std::vector<std::int32_t> earlier = {300, 0, 20};
    m_call.rowPlaces = earlier;
    EXPECT_EQ(pieces(), (Pieces{{1, 512}, {1, 768}}));
}

}  // namespace
}  // namespace asterism::cpu
