#pragma once

#include <span>
#include <string>

#include <nlohmann/json.hpp>

#include "core/star/encoded_context.h"
#include "storage/projects/project_session.h"

namespace asterism {

// An answer with its sources, as commands print it.

// {"document", "page" | "line_begin", "line_end", "quote", "mass", "verified"}
nlohmann::ordered_json sourceJson(const CitationRecord& citation);
// The sources of the whole answer, without those of its sentences.
nlohmann::ordered_json sourcesJson(std::span<const CitationRecord> citations);
// {"blocks", "attended_tokens", "first_mass", "seconds"}
nlohmann::ordered_json selectionJson(const BlockSelection& selection, std::int64_t attendedTokens);
// {"answer", "conversation_id", "message_id", "sources", "sentence_sources", "quotations", "end",
// "tokens_read", "tokens_in_scope", "timings", "blocks"}, and "selection" where blocks were
// selected; `isKept` false: the ids are null.
nlohmann::ordered_json answerJson(const AskResult& result, const EncodedContext& context,
                                  bool isKept);

// The same for people, on standard error: sources, quotations that were not found, figures.
void printSources(std::span<const CitationRecord> citations);
// That --max-tokens ended it; `what` with its verb: "the answer was".
void printCut(const std::string& what, std::int64_t tokens);
void printBelowAnswer(const AskResult& result, const EncodedContext& context);

}  // namespace asterism
