#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/options.h"
#include "core/star/block_plan.h"
#include "core/text/context_builder.h"
#include "core/text/prompt.h"
#include "storage/records.h"

namespace asterism {

// A document of a project with its text and its stretch of the context.
struct ProjectDocument {
    DocumentRecord record;  // its state is that of when it was read
    std::string text;
    DocumentSegment segment;
};

// Shared by the contexts of a project before and after a change of other documents.
using SharedDocument = std::shared_ptr<const ProjectDocument>;

// The documents of a project as the one context that its questions read: in the order of their
// names, behind the chat header, cut into blocks, with the pinned anchor.
//
// The anchor is the first block as it was when the project first had two blocks, and stays what it
// is. While the context begins with its tokens, they are block 0. When it does not any more (the
// document was changed or removed, or another one comes before it), all blocks are ordinary ones
// behind the pinned tokens, of which questions see only the first, the chat header.
// Immutable; any thread.
class ProjectContext {
  public:
    // `pinned` is empty while the project has no anchor of its own yet.
    ProjectContext(const PromptFrame& frame, const ProjectSettings& settings,
                   std::vector<TokenId> pinned, std::vector<SharedDocument> documents);

    const std::vector<SharedDocument>& documents() const { return m_documents; }
    bool isEmpty() const { return m_documents.empty(); }

    // Tokens, cuts and parts; part.document counts documents().
    const DocumentContext& input() const { return m_input; }
    const std::vector<TokenRange>& blocks() const { return m_blocks; }
    const ContextOptions& options() const { return m_options; }
    // What is to be pinned: as given, or chosen now. Empty while there is but one block.
    const std::vector<TokenId>& anchor() const { return m_anchor; }
    bool anchorStands() const { return m_anchorStands; }

    // Indices of the documents that have tokens in a block, in order.
    std::vector<std::size_t> documentsIn(std::size_t block) const;
    // First and last block that hold tokens of a document.
    TokenRange blocksOf(std::size_t document) const;
    // Documents whose name matches one of the globs; all of them without globs. Throws Error that
    // names a glob that matches nothing.
    std::vector<bool> matching(std::span<const std::string> globs) const;

  private:
    void join(std::span<const TokenId> header);
    void planBehindAnchor(std::int64_t anchorTokens, std::int64_t blockTokens);
    void findDocuments();

    std::vector<SharedDocument> m_documents;
    DocumentContext m_input;
    std::vector<TokenRange> m_blocks;
    ContextOptions m_options;
    std::vector<TokenId> m_anchor;
    bool m_anchorStands = true;
    std::vector<TokenRange> m_tokensOf;  // of every document: its tokens in the context
};

}  // namespace asterism
