#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "core/engine.h"
#include "storage/projects/project_context.h"
#include "storage/records.h"

namespace asterism {

// What an answer drew on, as it is stored and shown.
struct CitedSources {
    std::vector<CitationRecord> citations;    // of the whole answer, then of its sentences
    std::vector<QuotationRecord> quotations;  // that the answer itself makes
    std::vector<float> blockMass;             // per block of the context
};

// `parts` of the context were the conversation's passages. Passages are found by attention alone
// (rankSources), quotations by their words in all that was read (QuotationChecker).
CitedSources findSources(const ProjectContext& context, std::span<const std::size_t> parts,
                         const Tokenizer& tokenizer, const Answer& answer);

}  // namespace asterism
