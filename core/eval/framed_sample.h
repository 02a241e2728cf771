#pragma once

#include <cstdint>
#include <vector>

#include "core/eval/task.h"
#include "core/text/prompt.h"

namespace asterism::eval {

// A sample as the model reads it: context and queries apart, as Star Attention needs them. The
// chat header begins the context; a query is the question, the answer's header and its first words.
struct FramedSample {
    Sample sample;
    std::vector<TokenId> context;
    std::vector<std::vector<TokenId>> queries;  // one per question
    std::int64_t answerTokens = 0;              // longest answer

    // Positions that the longest query and its answer take.
    std::int64_t room() const;
    // Of context, longest query and longest answer together.
    std::int64_t tokens() const { return static_cast<std::int64_t>(context.size()) + room(); }
    // The same for the same texts: tells whether two runs have asked the same.
    std::uint64_t digest(std::size_t question) const;
};

// What a sample is made for.
struct SampleRequest {
    const Texts& texts;
    const Tokenizer& tokenizer;
    const PromptFrame& frame;
    std::int64_t length = 0;     // tokens of context, query and answer
    std::int64_t questions = 4;  // at most
    std::uint64_t seed = 0;
    std::int64_t index = 0;  // number of the sample
};

FramedSample frameSample(const Tokenizer& tokenizer, const PromptFrame& frame, Sample sample,
                         std::int64_t answerTokens);

// The sample of that length: as long as possible without exceeding it. Throws Error, with the
// numbers, if the task needs more tokens than that or has too little text for it.
FramedSample makeSample(const Task& task, const SampleRequest& request);

}  // namespace asterism::eval
