#include "storage/projects/project_context.h"

#include <algorithm>

#include "core/base/error.h"
#include "storage/projects/file_filter.h"

namespace asterism {

namespace {

// The chat header, and enough of what follows for the model to settle on (the first tokens draw
// attention whatever they say).
constexpr std::int64_t kVisibleOfLostAnchor = 32;

bool beginsWith(std::span<const TokenId> tokens, std::span<const TokenId> start) {
    return tokens.size() >= start.size() && std::equal(start.begin(), start.end(), tokens.begin());
}

}  // namespace

ProjectContext::ProjectContext(const PromptFrame& frame, const ProjectSettings& settings,
                               std::vector<TokenId> pinned, std::vector<SharedDocument> documents)
    : m_documents(std::move(documents)), m_anchor(std::move(pinned)) {
    m_options.plan = PlanKind::documents;
    m_options.blockTokens = settings.blockTokens;
    m_options.kv = settings.kv;
    m_options.anchor = settings.anchor;
    if (m_documents.empty()) return;

    join(frame.before);
    if (settings.anchor == AnchorMode::none) {
        m_blocks = documentsPlan(m_input.tokens, m_input.cuts, settings.blockTokens);
    } else if (m_anchor.empty()) {
        const auto plan = documentsPlan(m_input.tokens, m_input.cuts, settings.blockTokens);
        planBehindAnchor(plan.front().tokens(), settings.blockTokens);
        // A single block stands behind nothing: a better anchor may come yet.
        if (m_blocks.size() > 1)
            m_anchor.assign(m_input.tokens.begin(), m_input.tokens.begin() + m_blocks[0].end);
    } else if (beginsWith(m_input.tokens, m_anchor)) {
        planBehindAnchor(std::ssize(m_anchor), settings.blockTokens);
    } else {
        m_anchorStands = false;
        m_options.anchor = AnchorMode::fixedText;
        m_options.fixedAnchor = m_anchor;
        m_options.visibleAnchorTokens =
            std::max<std::int64_t>(kVisibleOfLostAnchor, std::ssize(frame.before));
        join({});
        m_blocks = documentsPlan(m_input.tokens, m_input.cuts, settings.blockTokens);
    }
    if (m_options.anchor == AnchorMode::first) m_options.anchorTokens = m_blocks.front().tokens();
    findDocuments();
}

void ProjectContext::join(std::span<const TokenId> header) {
    std::vector<const DocumentSegment*> segments;
    segments.reserve(m_documents.size());
    for (const SharedDocument& document : m_documents) segments.push_back(&document->segment);
    m_input = joinSegments(header, segments);
}

// Block 0 is the anchor and nothing else; the rest is planned by itself, so that no edit behind the
// anchor can move its end.
void ProjectContext::planBehindAnchor(std::int64_t anchorTokens, std::int64_t blockTokens) {
    m_blocks = {{0, anchorTokens}};
    const auto rest = std::span(m_input.tokens).subspan(static_cast<std::size_t>(anchorTokens));
    if (rest.empty()) return;
    std::vector<CutPoint> cuts;
    for (CutPoint cut : m_input.cuts) {
        cut.token -= anchorTokens;
        if (cut.token > 0) cuts.push_back(cut);
    }
    for (const TokenRange& block : documentsPlan(rest, cuts, blockTokens))
        m_blocks.push_back({block.begin + anchorTokens, block.end + anchorTokens});
}

void ProjectContext::findDocuments() {
    m_tokensOf.resize(m_documents.size());
    std::vector<bool> isSeen(m_documents.size());
    for (const DocumentContext::Part& part : m_input.parts) {
        if (!part.document) continue;
        TokenRange& tokens = m_tokensOf[*part.document];
        if (!isSeen[*part.document]) tokens.begin = part.tokens.begin;
        isSeen[*part.document] = true;
        tokens.end = part.tokens.end;
    }
}

std::vector<std::size_t> ProjectContext::documentsIn(std::size_t block) const {
    const TokenRange& tokens = m_blocks[block];
    const auto first = std::partition_point(
        m_tokensOf.begin(), m_tokensOf.end(),
        [&](const TokenRange& document) { return document.end <= tokens.begin; });
    std::vector<std::size_t> documents;
    for (auto it = first; it != m_tokensOf.end() && it->begin < tokens.end; ++it)
        documents.push_back(static_cast<std::size_t>(it - m_tokensOf.begin()));
    return documents;
}

TokenRange ProjectContext::blocksOf(std::size_t document) const {
    const TokenRange& tokens = m_tokensOf[document];
    const auto holding = [&](std::int64_t token) {
        const auto block =
            std::partition_point(m_blocks.begin(), m_blocks.end(),
                                 [&](const TokenRange& range) { return range.end <= token; });
        return static_cast<std::int64_t>(block - m_blocks.begin());
    };
    return {holding(tokens.begin), holding(tokens.end - 1) + 1};
}

std::vector<bool> ProjectContext::matching(std::span<const std::string> globs) const {
    std::vector<bool> isMatching(m_documents.size(), globs.empty());
    for (const std::string& glob : globs) {
        bool hasAny = false;
        for (std::size_t i = 0; i < m_documents.size(); ++i) {
            if (!matchesGlob(glob, m_documents[i]->record.name)) continue;
            isMatching[i] = hasAny = true;
        }
        if (!hasAny)
            throw Error(glob, ": matches none of the ", m_documents.size(),
                        " documents that can be asked; `asterism-cli status` lists them");
    }
    return isMatching;
}

}  // namespace asterism
