#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/options.h"
#include "core/star/block_selection.h"
#include "core/star/encoded_context.h"
#include "core/star/rank.h"

namespace asterism {

// A stretch of the context whose attention mass is reported on its own: a block, a document, a
// passage. Masses of passages add up to that of their block.
struct Passage {
    TokenRange tokens;
    bool operator==(const Passage&) const = default;
};

// One question (with its follow-ups) over an encoded context: where the blocks stand, which of
// them are in scope, and the keys of the turns so far. Made by Engine::startConversation; the
// context must outlive it.
class Conversation {
  public:
    // passages: in rising order, not overlapping; context tokens outside all of them are out of
    // scope and not attended. Empty: every block is one passage.
    Conversation(const EncodedContext& context, PlacedBlocks placed, std::vector<Passage> passages);

    const EncodedContext& context() const { return m_context; }
    const PlacedBlocks& placed() const { return m_placed; }
    const std::vector<Passage>& passages() const { return m_passages; }
    // What the user should know of the placement: a window that the context does not fit in, and
    // what was done about it. One line; empty if all is as in training.
    const std::string& note() const { return m_note; }
    void setNote(std::string note) { m_note = std::move(note); }
    std::int64_t tokensInScope() const;
    // Those of them that stand in blocks which are attended.
    std::int64_t tokensAttended() const;

    // Which earlier tokens its queries see, as the context's attention mode has it.
    VisibleWindow visibleWindow() const;

    // How the first question chooses the blocks to attend to; empty: all are attended, or they are
    // chosen already.
    const std::optional<PlacementOptions>& awaitedSelection() const { return m_awaited; }
    void awaitSelection(const PlacementOptions& options) { m_awaited = options; }
    // The blocks that this and all later turns attend to, and where they stand.
    void select(BlockSelection selection, PlacedBlocks placed);
    const std::optional<BlockSelection>& selection() const { return m_selection; }

    // Whether both stand over the same of one context: their queries then see the same keys of it,
    // at the same places.
    bool seesTheSameAs(const Conversation& other) const;
    // Where the first turn's first token stands.
    QueryPlace firstPlace() const;
    // Where the next turn's first token stands.
    QueryPlace nextPlace() const;
    std::int64_t turnTokens() const { return std::ssize(m_tokens); }
    // The tokens of all turns so far.
    std::span<const TokenId> tokens() const { return m_tokens; }

    // Figures of attention mass: one per passage, then the fixed anchor, then the turns' tokens.
    std::size_t massCount() const { return m_passages.size() + 2; }
    std::size_t turnFigure() const { return m_passages.size() + 1; }
    // Mass per block of the context, from such figures. A passage in several blocks counts in each
    // by its tokens there.
    std::vector<float> blockMass(std::span<const double> figures) const;

    // A run of cached keys of one rank and the mass figure it counts towards.
    struct MassRun {
        KeyRun run;
        std::size_t figure = 0;
    };
    // The runs that `rank` of `ranks` holds: its blocks' part of every passage, on rank 0 the
    // fixed anchor, on the last rank the turns.
    std::vector<MassRun> runsOf(int rank, int ranks) const;

    // Room for the keys of a turn of at most `tokens` tokens, in the memory of the last rank.
    void beginTurn(Backend& lastRank, const KvLayout& layout, std::int64_t tokens);
    // The keys of the turn at work, or of the last one.
    KeyValueBlock& turn() { return *m_turns.back(); }
    const KeyValueBlock& turn() const { return *m_turns.back(); }
    // Ends the turn with these tokens: those that ran through all layers.
    void endTurn(std::span<const TokenId> tokens);
    // Takes the turn at work back.
    void dropTurn() { m_turns.pop_back(); }
    // A turn whose keys are there already.
    void addTurn(std::unique_ptr<KeyValueBlock> turn, std::span<const TokenId> tokens);

  private:
    void addTurnRuns(std::vector<MassRun>& runs) const;
    bool isAttended(std::size_t block) const {
        return m_placed.starts[block] != PlacedBlocks::kNowhere;
    }

    const EncodedContext& m_context;
    PlacedBlocks m_placed;
    std::vector<Passage> m_passages;
    std::optional<PlacementOptions> m_awaited;
    std::optional<BlockSelection> m_selection;
    std::vector<std::unique_ptr<KeyValueBlock>> m_turns;
    std::vector<TokenId> m_tokens;  // of the turns
    std::string m_note;
};

}  // namespace asterism
