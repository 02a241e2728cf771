#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "storage/projects/project_session.h"

namespace asterism {

// A summary of one document: all of its tokens were read for it.
struct DocumentSummary {
    std::string document;
    SummaryRecord summary;
    bool isReused = false;  // made before, of the same text by the same model
    MessageEnd end = MessageEnd::complete;
};

struct ProjectSummary {
    std::vector<DocumentSummary> documents;  // by name
    SummaryRecord overall;
    bool isReused = false;
    MessageEnd end = MessageEnd::complete;  // of the overall one
    std::vector<CitationRecord> citations;  // of the same
};

// Is told of every document's summary as soon as it is kept.
using SummarySink =
    std::function<void(std::size_t index, std::size_t count, const DocumentSummary& summary)>;

struct SummaryRequest {
    std::vector<std::string> only;  // globs of document names; empty: all
    AnswerOptions answer = AskRequest().answer;
    SummarySink onSummary;  // may be empty
};

// Summarises each document by a question of its own, then all of them by one that carries the
// single summaries (in groups, where they are more than a chat has room for; its room grows as far
// as two of them need). What was made before of the same text, with answers of the same length
// allowed, is not made again. The questions are kept in an archived chat called Summaries.
// Stopped, it keeps what is finished and throws Stopped. Throws Error if there is nothing to
// summarise, or a summary did not see all of its document. The tokenizer is that of the session's
// engine.
ProjectSummary summarizeProject(Workspace& workspace, ProjectSession& session,
                                const Tokenizer& tokenizer, const SummaryRequest& request,
                                const EventSink& events, const std::stop_token& stop);

// How a kept summary ended; complete if its message is gone.
MessageEnd endOf(const ChatStore& chats, const SummaryRecord& summary);

// A glob that matches this name and no other.
std::string globOf(const std::string& name);

}  // namespace asterism
