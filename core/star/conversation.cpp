#include "core/star/conversation.h"

#include <algorithm>

namespace asterism {

Conversation::Conversation(const EncodedContext& context, PlacedBlocks placed,
                           std::vector<Passage> passages)
    : m_context(context), m_placed(std::move(placed)), m_passages(std::move(passages)) {
    if (m_passages.empty())
        for (const TokenRange& block : context.blocks) m_passages.push_back({block});
}

std::int64_t Conversation::tokensInScope() const {
    std::int64_t sum = 0;
    for (const Passage& passage : m_passages) sum += passage.tokens.tokens();
    return sum;
}

std::int64_t Conversation::tokensAttended() const {
    std::vector<TokenRange> passages;
    passages.reserve(m_passages.size());
    for (const Passage& passage : m_passages) passages.push_back(passage.tokens);
    const BlockPieces pieces = cutAtBlocks(m_context.blocks, passages);
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < pieces.tokens.size(); ++i)
        if (isAttended(pieces.blockOf[i])) sum += pieces.tokens[i].tokens();
    return sum;
}

VisibleWindow Conversation::visibleWindow() const {
    const ContextOptions& options = m_context.options;
    if (options.attention != AttentionMode::window) return {};
    return {options.slidingTokens, options.sinkTokens};
}

void Conversation::select(BlockSelection selection, PlacedBlocks placed) {
    m_awaited.reset();
    m_selection = std::move(selection);
    m_placed = std::move(placed);
}

bool Conversation::seesTheSameAs(const Conversation& other) const {
    return &m_context == &other.m_context && m_placed == other.m_placed &&
           m_passages == other.m_passages;
}

QueryPlace Conversation::firstPlace() const {
    return {m_placed.queryStart, m_context.firstToken() + m_context.contextTokens()};
}

QueryPlace Conversation::nextPlace() const {
    const QueryPlace first = firstPlace();
    return {first.position + static_cast<double>(turnTokens()), first.token + turnTokens()};
}

std::vector<Conversation::MassRun> Conversation::runsOf(int rank, int ranks) const {
    std::vector<MassRun> runs;
    std::size_t block = 0;
    for (std::size_t figure = 0; figure < m_passages.size(); ++figure) {
        const TokenRange& passage = m_passages[figure].tokens;
        while (block < m_context.blocks.size() && m_context.blocks[block].end <= passage.begin)
            ++block;
        // A passage may reach over several blocks.
        for (std::size_t i = block; i < m_context.blocks.size(); ++i) {
            const TokenRange& tokens = m_context.blocks[i];
            if (tokens.begin >= passage.end) break;
            if (m_context.rankOf[i] != rank || !m_context.hasBlock(i) || !isAttended(i)) continue;
            const std::int64_t begin = std::max(tokens.begin, passage.begin) - tokens.begin;
            const std::int64_t end = std::min(tokens.end, passage.end) - tokens.begin;
            if (begin == end) continue;
            const double start = m_placed.starts[i] + static_cast<double>(begin) * m_placed.step;
            runs.push_back({{m_context.keyValues[i].get(), begin, end, start, m_placed.step,
                             m_context.firstToken() + tokens.begin + begin},
                            figure});
        }
    }
    if (rank == 0 && m_context.fixedAnchor()) {
        const std::int64_t visible = m_context.options.visibleAnchorTokens;
        const std::int64_t all = m_context.fixedAnchorTokens();
        runs.push_back(
            {{m_context.fixedAnchor(), 0, visible > 0 ? std::min(visible, all) : all, 0, 1, 0},
             m_passages.size()});
    }
    if (rank == ranks - 1) addTurnRuns(runs);
    return runs;
}

std::vector<float> Conversation::blockMass(std::span<const double> figures) const {
    const std::vector<TokenRange>& blocks = m_context.blocks;
    std::vector<float> mass(blocks.size(), 0.0F);
    std::size_t block = 0;
    for (std::size_t figure = 0; figure < m_passages.size(); ++figure) {
        const TokenRange& passage = m_passages[figure].tokens;
        while (block < blocks.size() && blocks[block].end <= passage.begin) ++block;
        const auto sharedWith = [&](std::size_t i) {
            if (!isAttended(i)) return std::int64_t{0};
            return std::min(blocks[i].end, passage.end) - std::max(blocks[i].begin, passage.begin);
        };
        std::int64_t attended = 0;
        for (std::size_t i = block; i < blocks.size() && blocks[i].begin < passage.end; ++i)
            attended += sharedWith(i);
        if (attended == 0) continue;  // it is empty, or in blocks that are not attended
        const double perToken = figures[figure] / static_cast<double>(attended);
        for (std::size_t i = block; i < blocks.size() && blocks[i].begin < passage.end; ++i)
            mass[i] += static_cast<float>(perToken * static_cast<double>(sharedWith(i)));
    }
    return mass;
}

void Conversation::addTurnRuns(std::vector<MassRun>& runs) const {
    std::int64_t before = 0;
    for (const auto& turn : m_turns) {
        if (turn->tokens() > 0)
            runs.push_back(
                {{turn.get(), 0, turn->tokens(), m_placed.queryStart + static_cast<double>(before),
                  1, m_context.firstToken() + m_context.contextTokens() + before},
                 turnFigure()});
        before += turn->tokens();
    }
}

void Conversation::beginTurn(Backend& lastRank, const KvLayout& layout, std::int64_t tokens) {
    m_turns.push_back(std::make_unique<KeyValueBlock>(lastRank, layout, tokens));
}

void Conversation::endTurn(std::span<const TokenId> tokens) {
    m_turns.back()->setTokens(std::ssize(tokens));
    m_tokens.insert(m_tokens.end(), tokens.begin(), tokens.end());
}

void Conversation::addTurn(std::unique_ptr<KeyValueBlock> turn, std::span<const TokenId> tokens) {
    m_turns.push_back(std::move(turn));
    endTurn(tokens);
}

}  // namespace asterism
