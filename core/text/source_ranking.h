#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/text/context_builder.h"

namespace asterism {

// Where an answer looked while it was written. Attention is what a model looked at, not why it
// wrote something; what an answer depends on is found by leaving blocks out.
struct SourceEvidence {
    const DocumentContext& context;
    std::span<const std::size_t> parts;     // of the context, in scope, in rising order
    std::span<const TokenRange> blocks;     // of the plan
    std::span<const TokenRange> sentences;  // tokens of the answer; see sentenceTokens()
    // Attention mass of the step that chose each token of the answer: one figure per part in scope
    // first, then whatever else there is. Tokens without a list have no say.
    std::span<const std::vector<float>> allLayers;
    // The same over the last layers only, which tell passages apart better. Empty: over all.
    std::span<const std::vector<float>> lastLayers;
};

struct SourceOptions {
    std::size_t count = 5;          // sources of the whole answer
    std::size_t sentenceCount = 3;  // of one sentence
    std::size_t blocks = 6;         // whose passages can be sources
    // Frames that begin within these first tokens of the context count for no block: models rest
    // their attention there, whatever the text says.
    std::int64_t sinkTokens = 4;
};

// A stretch of a document that an answer drew on: a passage, or neighbouring ones as one.
struct Source {
    SourcePassage passage;
    // Share of attention over the last layers, mean over heads and the tokens it is a source of.
    double mass = 0;
};

struct AnswerSources {
    std::vector<Source> whole;                   // of the answer, the most attended first
    std::vector<std::vector<Source>> sentences;  // of each; often none
    // Share of attention over all layers on each block's documents, mean over the answer's tokens.
    std::vector<double> blockMass;
};

// Ranks blocks by their mass over all layers, and the passages inside the best of them by their
// mass over the last layers; no text is searched. The chat header, sinks and everything else that
// is no document counts for nothing. Passages of one document that follow each other and rank
// together (the lesser mass is at least half of the other) become one source.
//
// A sentence has sources only where attention is clearly above what it would be if it were spread
// evenly: with u for a passage's share of all tokens that can be cited, its share of the mass on
// them must reach 3 u, or u + (1 - u) / 4 where that is less (few passages: one of two needs
// 0.625). Further sources must also have half the mass of the first. The whole answer's best are
// given whatever they reach. No list of figures: no sources.
//
// A part in several blocks counts in each by its tokens there.
AnswerSources rankSources(const SourceEvidence& evidence, const SourceOptions& options = {});

}  // namespace asterism
