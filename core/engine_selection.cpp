#include <algorithm>
#include <cmath>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/engine.h"
#include "core/star/query_decoder.h"

// Where the blocks of a conversation stand, and which of them a question attends to.

namespace asterism {

namespace {

void checkPlacement(const EncodedContext& context, const PlacementOptions& options) {
    const AttentionMode mode = context.options.attention;
    const bool isFixed = mode == AttentionMode::ring || mode == AttentionMode::window;
    if (isFixed && options.placement != Placement::trueOrder)
        throw Error("attention mode ", mode == AttentionMode::ring ? "ring" : "window",
                    " takes only placement true");
    if (options.placement == Placement::squeeze && mode == AttentionMode::star)
        throw Error("placement squeeze is for dense caches; use true, stagger or reuse with star");
    if (options.selectBlocks < 0)
        throw Error("a selection of ", options.selectBlocks,
                    " blocks is not possible; use 1 or more, or 0 to attend to all");
    if (options.selectBlocks > 0 && mode != AttentionMode::star)
        throw Error(
            "blocks are selected in attention mode star only; use --attention star or "
            "leave --select-blocks out");
    if (options.room < 0 || options.window < 0)
        throw Error("a window of ", options.window, " and a room of ", options.room,
                    " positions are not possible; use 0 or more");
}

std::vector<TokenRange> rangesOf(std::span<const Passage> passages) {
    std::vector<TokenRange> ranges;
    ranges.reserve(passages.size());
    for (const Passage& passage : passages) ranges.push_back(passage.tokens);
    return ranges;
}

// The blocks that have tokens in scope and are there.
std::vector<std::size_t> candidatesOf(const EncodedContext& context, const BlockPieces& pieces) {
    std::vector<std::size_t> candidates;
    for (const std::size_t block : pieces.blockOf)
        if (context.hasBlock(block) && (candidates.empty() || candidates.back() != block))
            candidates.push_back(block);
    return candidates;
}

}  // namespace

PlacementRequest Engine::placementRequest(const EncodedContext& context,
                                          const PlacementOptions& options) const {
    PlacementRequest request;
    request.placement = options.placement;
    request.anchor = context.options.attention == AttentionMode::star ? context.options.anchor
                                                                      : AnchorMode::none;
    request.fixedAnchorTokens = context.fixedAnchorTokens();
    request.blocks = context.blocks;
    request.room = options.room;
    request.window = options.window > 0
                         ? options.window
                         : defaultWindow(m_config.window, context.options.blockTokens,
                                         request.fixedAnchorTokens, request.room);
    return request;
}

std::string Engine::placementNote(const Conversation& conversation,
                                  const PlacementOptions& options) const {
    const EncodedContext& context = conversation.context();
    const double highest = conversation.placed().queryStart + static_cast<double>(options.room);
    if (highest > static_cast<double>(m_config.window))
        return "questions stand at position " + std::to_string(std::llround(highest)) +
               ", beyond the model's window of " + std::to_string(m_config.window) +
               ": answers will suffer; placement stagger stays inside it";
    const auto& selection = conversation.selection();
    if (selection && !selection->firstMass.empty())
        return "the question attends to " + std::to_string(selection->blocks.size()) + " of " +
               std::to_string(context.blocks.size()) + " blocks (" +
               std::to_string(conversation.tokensAttended()) + " of " +
               std::to_string(conversation.tokensInScope()) +
               " tokens), chosen by a first pass over all of them";
    const std::int64_t last = context.firstToken() + context.contextTokens() + options.room;
    if (last <= m_config.window) return {};
    return "the context has " + std::to_string(context.contextTokens()) +
           " tokens, the model's window is " + std::to_string(m_config.window) +
           ": blocks are placed inside " +
           std::to_string(placementRequest(context, options).window) + " positions" +
           (conversation.tokensAttended() < context.contextTokens() ? "" : ", every token is read");
}

Conversation Engine::startConversation(const EncodedContext& context,
                                       const PlacementOptions& options,
                                       std::vector<Passage> passages) const {
    checkPlacement(context, options);
    Conversation conversation(context, placeBlocks(placementRequest(context, options)),
                              std::move(passages));
    if (options.selectBlocks > 0)
        conversation.awaitSelection(options);
    else
        conversation.setNote(placementNote(conversation, options));
    return conversation;
}

void Engine::attendTo(Conversation& conversation, const PlacementOptions& options,
                      std::vector<std::size_t> blocks) const {
    ASTERISM_CHECK(conversation.turnTokens() == 0);
    PlacedBlocks placed = placeSelected(placementRequest(conversation.context(), options), blocks);
    conversation.select({{}, std::move(blocks), 0}, std::move(placed));
}

void Engine::selectBlocks(Conversation& conversation, std::span<const TokenId> query,
                          const std::stop_token& stop) {
    ASTERISM_CHECK(conversation.turnTokens() == 0);
    const Stopwatch clock;
    const PlacementOptions options = *conversation.awaitedSelection();
    const EncodedContext& context = conversation.context();
    const BlockPieces pieces = cutAtBlocks(context.blocks, rangesOf(conversation.passages()));
    const std::vector<std::size_t> candidates = candidatesOf(context, pieces);
    const auto others =
        std::count_if(candidates.begin(), candidates.end(), [](auto block) { return block > 0; });
    BlockSelection selection;
    PlacedBlocks placed = conversation.placed();
    if (others > options.selectBlocks) {
        selection.firstMass = firstPassMass(conversation, pieces, query, stop);
        selection.blocks = chooseBlocks(selection.firstMass, candidates, options.selectBlocks);
        placed = placeSelected(placementRequest(context, options), selection.blocks);
    } else {
        // There is nothing to choose: all stay where they are.
        selection.blocks = candidates;
    }
    selection.seconds = clock.seconds();
    conversation.select(std::move(selection), std::move(placed));
    conversation.setNote(placementNote(conversation, options));
}

// All blocks stand at the same place, so that none is preferred for standing near.
std::vector<double> Engine::firstPassMass(const Conversation& conversation,
                                          const BlockPieces& pieces, std::span<const TokenId> query,
                                          const std::stop_token& stop) {
    const EncodedContext& context = conversation.context();
    PlacementOptions options = *conversation.awaitedSelection();
    options.placement = Placement::reuse;
    std::vector<Passage> passages;
    passages.reserve(pieces.tokens.size());
    for (const TokenRange& tokens : pieces.tokens) passages.push_back({tokens});
    Conversation probe(context, placeBlocks(placementRequest(context, options)),
                       std::move(passages));
    probe.beginTurn(*m_backends.back(), kvLayout(m_config, turnType(conversation)),
                    std::ssize(query));
    const auto parts = firstPassParts(query);
    std::vector<double> mass(context.blocks.size(), 0.0);
    runOnRanks([&](Rank& rank) {
        QueryDecoder decoder(rank, probe, stop);
        for (const std::span<const TokenId> part : parts) {
            decoder.run(part);
            const AttentionMass now = decoder.attentionMass();
            if (!rank.isLast()) continue;
            for (std::size_t i = 0; i < pieces.blockOf.size(); ++i)
                mass[pieces.blockOf[i]] += now.all[i] / static_cast<double>(parts.size());
        }
    });
    return mass;
}

}  // namespace asterism
