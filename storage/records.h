#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/documents/document.h"
#include "core/key_values.h"
#include "core/star/block_plan.h"
#include "core/star/block_store.h"
#include "core/star/placement.h"

namespace asterism {

// Rows of the database as plain data; what each field means is said here and nowhere else. Times
// are milliseconds since 1970. Ids are those of the database; 0: not stored yet.

// How a project's text is encoded. Chosen when the project is made and never changed: every block
// depends on it.
struct ProjectSettings {
    // Most tokens of a block; for a model whose window does not hold two such blocks, half of it.
    // Blocks that follow the text have three quarters of it on average. Of 22 tasks of `eval` on
    // Qwen2.5-Coder 0.5B, against dense attention at 16K and 32K (1,567 and 825 haystacks): 4096
    // +0.2 +- 0.6 and -0.0 +- 0.9, 6144 +0.9 +- 0.6 and +1.3 +- 0.8; at 8K +0.4 +- 0.3.
    std::int64_t blockTokens = 6144;
    KvType kv = KvType::q8;
    AnchorMode anchor = AnchorMode::first;  // first: pinned from the first block; or none
    bool operator==(const ProjectSettings&) const = default;
};

struct ProjectRecord {
    std::int64_t id = 0;
    std::string name;   // unique, of 1 to 100 characters, without a slash
    std::string model;  // as it was named: of the catalogue, or a path
    std::string
        modelFingerprint;  // of the model that the tokens and blocks are of; empty: none yet
    ProjectSettings settings;
    std::vector<TokenId>
        anchor;  // pinned tokens, kept whatever becomes of their document; or empty
    std::int64_t createdAt = 0;
    std::int64_t openedAt = 0;  // last use
    bool operator==(const ProjectRecord&) const = default;
};

// A file or folder whose documents belong to a project.
struct SourceRecord {
    std::int64_t id = 0;
    std::filesystem::path path;  // absolute; its bytes need not be UTF-8
    std::string prefix;          // in front of its documents' names, with its slash; often empty
    bool isFolder = true;
    bool operator==(const SourceRecord&) const = default;
};

// Persistent, do not renumber.
enum class DocumentState : std::uint8_t {
    queued = 0,    // known, not read yet
    reading = 1,   // being read
    encoding = 2,  // read; its blocks are not all there yet
    ready = 3,     // can be asked
    changed = 4,   // the file has changed since it was read; what was read can still be asked
    failed = 5,    // cannot be taken; `reason` says why
};

std::string_view toString(DocumentState state);

// A document without its text and tokens, which are read apart (DocumentStore).
struct DocumentRecord {
    std::int64_t id = 0;
    std::int64_t sourceId = 0;
    std::string name;  // unique in its project
    std::filesystem::path path;
    DocumentKind kind = DocumentKind::text;
    TextQuality quality = TextQuality::good;
    DocumentState state = DocumentState::queued;
    std::string reason;            // of DocumentState::failed
    std::uintmax_t fileBytes = 0;  // size and change time of the file when it was read;
    std::int64_t fileTime = 0;     // nanoseconds since 1970, 0: read it again to be sure
    std::uint64_t textHash = 0;    // XXH3-64 of the text
    std::int64_t textBytes = 0;
    std::int64_t tokens = 0;
    std::vector<Mark> marks;         // pages and headings by text offset
    std::vector<std::string> notes;  // what could not be taken of the file, or is unsure
    std::vector<PossibleSecret> secrets;
    bool operator==(const DocumentRecord&) const = default;
};

// Whether the user wants one document, or all whose names match a glob (FileFilter).
struct FilterRule {
    std::string pattern;  // the document's name, or the glob
    bool isGlob = false;
    bool isWanted = false;
    bool operator==(const FilterRule&) const = default;
};

// A block of the project's plan, in the order of the context.
struct PlannedBlock {
    TokenRange tokens;
    BlockKey key;
    double seconds = 0;  // it took to encode; 0: found in the KV cache or not encoded yet
    int rank = 0;
    bool operator==(const PlannedBlock&) const = default;
};

struct ConversationRecord {
    std::int64_t id = 0;
    std::int64_t projectId = 0;
    std::string title;  // empty until the first question names it
    bool isPinned = false;
    bool isArchived = false;
    std::int64_t createdAt = 0;
    std::int64_t changedAt = 0;    // of the last message
    std::int64_t room = 2048;      // positions kept for its turns; see PlacementOptions::room
    std::int64_t leafMessage = 0;  // end of the branch that is shown; 0: no message yet
    bool operator==(const ConversationRecord&) const = default;
};

// Persistent, do not renumber.
enum class MessageRole : std::uint8_t { question = 0, answer = 1 };

// Persistent, do not renumber.
enum class MessageEnd : std::uint8_t { complete = 0, maxTokens = 1, stopped = 2, failed = 3 };

// As the command line's JSON has it: "complete", "max_tokens", "stopped", "failed".
std::string_view toString(MessageEnd end);

// A question or an answer. Messages of a conversation form a tree: an edited question is another
// child of the same parent.
struct MessageRecord {
    std::int64_t id = 0;
    std::int64_t conversationId = 0;
    std::int64_t parentId = 0;  // 0: the first
    MessageRole role = MessageRole::question;
    std::string text;
    std::int64_t createdAt = 0;
    std::vector<std::string> scope;  // of a question: globs of document names; empty: everything
    std::vector<TokenId> tokens;     // of this message as it ran through the model
    // Of an answer.
    MessageEnd end = MessageEnd::complete;
    std::string model;
    std::int64_t tokensRead = 0;     // context tokens that the answer had a view of
    std::int64_t tokensInScope = 0;  // what the question asked for; less than read: never
    double encodeSeconds = 0;
    double querySeconds = 0;
    double firstTokenSeconds = 0;
    double tokensPerSecond = 0;
    std::int64_t blocksRestored = 0;
    std::int64_t blocksEncoded = 0;
    std::vector<float> blockMass;  // attention mass per block of the plan it was made with
    // The blocks that it attended to, where the question chose them, in rising order; empty: all.
    std::vector<std::int32_t> selectedBlocks;
    std::uint64_t contextHash = 0;  // of the tokens and blocks it was made over; 0: not kept
    Placement placement = Placement::stagger;  // the order of its enumerators is persistent
    std::int64_t placementWindow = 0;          // as PlacementOptions::window
    bool operator==(const MessageRecord&) const = default;
};

// Where a part of an answer comes from.
struct CitationRecord {
    std::string document;         // name; stays when the document goes
    std::int64_t documentId = 0;  // 0: it is gone
    int sentence = -1;            // of the answer, from 0; -1: the answer as a whole
    std::int64_t lineBegin = 1;   // of the document's text
    std::int64_t lineEnd = 1;
    std::optional<int> page;    // documents with pages
    std::string place;          // for people: "page 3", "lines 10 to 14", "Setup > Keys"
    std::size_t textBegin = 0;  // bytes [textBegin, textEnd) of the document's text
    std::size_t textEnd = 0;
    std::string quote;
    double mass = 0;         // attention mass, mean over the sentence's tokens
    bool isVerified = true;  // the quote is in the document's text, letter by letter
    bool operator==(const CitationRecord&) const = default;
};

// A quotation that an answer itself makes, checked against the documents.
struct QuotationRecord {
    std::size_t answerBegin = 0;  // bytes [answerBegin, answerEnd) of the answer, without the marks
    std::size_t answerEnd = 0;
    bool isFound = false;
    std::string document;  // where it was found
    std::int64_t documentId = 0;
    std::int64_t lineBegin = 1;
    std::int64_t lineEnd = 1;
    std::size_t textBegin = 0;
    std::size_t textEnd = 0;
    bool operator==(const QuotationRecord&) const = default;
};

// A summary of one document, or of all of a project's (documentId 0).
struct SummaryRecord {
    std::int64_t documentId = 0;
    std::uint64_t contentHash = 0;  // of what was summarised: another one means it is out of date
    std::string text;
    std::int64_t tokensRead = 0;
    std::int64_t createdAt = 0;
    std::int64_t messageId = 0;  // the answer that it is, with its citations
    bool operator==(const SummaryRecord&) const = default;
};

// A place in the chats where a search found its words.
struct ChatHit {
    std::int64_t projectId = 0;
    std::int64_t conversationId = 0;
    std::int64_t messageId = 0;
    std::string title;    // of the conversation
    std::string snippet;  // with the words found between U+0002 and U+0003
    bool operator==(const ChatHit&) const = default;
};

}  // namespace asterism
