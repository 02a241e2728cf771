#include "core/star/batch_decoder.h"

#include <utility>

namespace asterism {

// Attends to the context and to the turns, to which it adds every row's new keys on the last rank.
class BatchDecoder::Attention : public LayerAttention {
  public:
    // Where a row's keys go.
    struct TurnEnd {
        KeyValueBlock* turn = nullptr;
        std::int64_t token = 0;
    };

    // No ends on other ranks.
    Attention(Rank& rank, std::vector<TurnEnd> ends, std::span<const Group> groups)
        : m_rank(rank), m_ends(std::move(ends)), m_groups(groups) {}

    void attend(std::int64_t layer, const TensorView& queries, const TensorView& keys,
                const TensorView& values, const TensorView& output) override {
        for (std::size_t i = 0; i < m_ends.size(); ++i) {
            const auto row = static_cast<std::int64_t>(i);
            m_rank.backend().store(keys.slice(row, row + 1), values.slice(row, row + 1),
                                   m_ends[i].turn->view(layer), m_ends[i].token);
        }
        for (const Group& group : m_groups)
            m_rank.attendAllRanks(layer, queries.slice(group.begin, group.end), group.runs,
                                  group.place, output.slice(group.begin, group.end));
    }

  private:
    Rank& m_rank;
    std::vector<TurnEnd> m_ends;
    std::span<const Group> m_groups;
};

BatchDecoder::BatchDecoder(Rank& rank, std::vector<Member> members, std::stop_token stop)
    : m_rank(rank), m_members(std::move(members)), m_stop(std::move(stop)) {
    const Conversation& first = m_members.front().conversation;
    for (const Member& member : m_members)
        ASTERISM_CHECK(&member.conversation.context() == &first.context());
    rank.setVisibleWindow(first.visibleWindow());
}

TensorView BatchDecoder::run(std::span<const std::size_t> rows, std::span<const TokenId> tokens) {
    ASTERISM_CHECK(rows.size() == tokens.size());
    std::vector<Attention::TurnEnd> ends;
    for (const std::size_t row : rows) {
        if (!m_rank.isLast()) break;
        KeyValueBlock& turn = m_members[row].conversation.turn();
        ends.push_back({&turn, turn.tokens()});
        turn.setTokens(turn.tokens() + 1);
    }
    const std::vector<Group> groups = groupsOf(rows);
    Attention attention(m_rank, std::move(ends), groups);
    const TensorView hidden = m_rank.decoder().run(tokens, attention, m_stop);
    for (const std::size_t row : rows) ++m_members[row].tokensRun;
    return hidden;
}

std::vector<BatchDecoder::Group> BatchDecoder::groupsOf(std::span<const std::size_t> rows) const {
    std::vector<Group> groups;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto at = static_cast<std::int64_t>(i);
        const Conversation& conversation = m_members[rows[i]].conversation;
        if (i == 0 || !conversation.seesTheSameAs(m_members[rows[i - 1]].conversation))
            groups.push_back({at, at, {}, {}, {}});
        groups.back().end = at + 1;
    }
    for (Group& group : groups)
        fill(group, rows.subspan(static_cast<std::size_t>(group.begin),
                                 static_cast<std::size_t>(group.end - group.begin)));
    return groups;
}

// The context's runs once, then every row's own turns.
void BatchDecoder::fill(Group& group, std::span<const std::size_t> rows) const {
    const Member& first = m_members[rows.front()];
    group.place = first.conversation.firstPlace();
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const Member& member = m_members[rows[i]];
        for (auto& [run, figure] : member.conversation.runsOf(m_rank.index(), m_rank.count())) {
            const bool isTurn = figure == member.conversation.turnFigure();
            if (i > 0 && !isTurn) continue;
            group.runs.push_back(run);
            if (isTurn && rows.size() > 1) group.runs.back().onlyRow = static_cast<std::int64_t>(i);
        }
        group.places.push_back(static_cast<std::int32_t>(placeOf(member)));
    }
    if (rows.size() > 1) {
        group.place.rows = group.places;
        return;
    }
    // A row of its own is placed as any query is.
    group.place.position += static_cast<double>(placeOf(first));
    group.place.token += placeOf(first);
}

// Of a member's next token, behind the first of its conversation.
std::int64_t BatchDecoder::placeOf(const Member& member) const {
    return member.conversation.turnTokens() + member.tokensRun;
}

}  // namespace asterism
