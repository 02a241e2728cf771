#pragma once

#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

#include "core/star/conversation.h"
#include "core/star/rank.h"

namespace asterism {

// Token generation of several conversations over one context at once: a step runs a token of each
// as the rows of one pass, so that it reads the weights once for all of them, and the context's
// keys once for those that see the same of it. Each row also sees its own conversation's turns, and
// none of the others'. For any attention mode, placement and number of ranks; figures of attention
// mass are left to QueryDecoder, which runs the queries. Collective: all ranks make the same calls.
class BatchDecoder {
  public:
    struct Member {
        Conversation& conversation;
        std::int64_t tokensRun = 0;  // of its turn at work
    };

    // Members that see the same of the context are best next to each other. The rank and the
    // conversations must outlive the decoder.
    BatchDecoder(Rank& rank, std::vector<Member> members, std::stop_token stop);

    // Runs the next token of the members at `rows`, in rising order, and returns their hidden
    // states, [rows, hidden].
    TensorView run(std::span<const std::size_t> rows, std::span<const TokenId> tokens);

  private:
    class Attention;
    // Rows next to each other that see the same of the context.
    struct Group {
        std::int64_t begin = 0;
        std::int64_t end = 0;
        std::vector<KeyRun> runs;
        QueryPlace place;
        std::vector<std::int32_t> places;  // of the rows, if there are several
    };

    std::vector<Group> groupsOf(std::span<const std::size_t> rows) const;
    void fill(Group& group, std::span<const std::size_t> rows) const;
    std::int64_t placeOf(const Member& member) const;

    Rank& m_rank;
    std::vector<Member> m_members;
    std::stop_token m_stop;
};

}  // namespace asterism
