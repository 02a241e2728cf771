#include "core/text/context_builder.h"

#include <xxhash.h>

#include <algorithm>
#include <string_view>

#include "core/base/error.h"
#include "core/text/cut_points.h"
#include "core/text/passage_locator.h"

namespace asterism {

namespace {

// A passage is long enough to mean something alone and short enough to be read at a glance.
constexpr std::int64_t kShortPassage = 48;
constexpr std::int64_t kLongPassage = 160;

class SegmentBuilder {
  public:
    SegmentBuilder(const Tokenizer& tokenizer, std::string_view text)
        : m_tokenizer(tokenizer), m_text(text), m_locator(text) {}

    DocumentSegment build(const std::string& name, std::span<const TokenId> textTokens) {
        const std::uint64_t hash = XXH3_64bits(name.data(), name.size());
        m_segment.cuts.push_back({0, CutPoint::Strength::document, hash});
        addBetween("File: " + name + "\n");
        const std::int64_t begin = size();
        append(textTokens);
        m_segment.text = {begin, size()};
        addPassages(textTokens, begin);
        addBetween(m_text.ends_with('\n') ? "\n" : "\n\n");
        return std::move(m_segment);
    }

  private:
    std::int64_t size() const { return std::ssize(m_segment.tokens); }

    void append(std::span<const TokenId> tokens) {
        m_segment.tokens.insert(m_segment.tokens.end(), tokens.begin(), tokens.end());
    }

    // Text of ours around the document.
    void addBetween(const std::string& text) {
        const std::int64_t begin = size();
        append(m_tokenizer.encode(text, ControlTokens::asText));
        m_segment.parts.push_back({{begin, size()}, std::nullopt, 0});
    }

    void addPassages(std::span<const TokenId> tokens, std::int64_t first) {
        const std::vector<CutPoint> cuts = findCutPoints(m_tokenizer, tokens, first);
        m_segment.cuts.insert(m_segment.cuts.end(), cuts.begin(), cuts.end());
        std::int64_t begin = first;
        std::int64_t line = 1;
        const auto close = [&](std::int64_t end) {
            if (end > begin) line = addPassage({begin, end}, line);
            begin = end;
        };
        for (const CutPoint& cut : cuts) {
            const std::int64_t length = cut.token - begin;
            if (length >= kLongPassage ||
                (length >= kShortPassage && cut.strength > CutPoint::Strength::line))
                close(cut.token);
        }
        close(size());
    }

    // Returns the line that the next passage begins on.
    std::int64_t addPassage(TokenRange range, std::int64_t line) {
        SourcePassage passage;
        passage.tokens = range;
        passage.lineBegin = passage.lineEnd = line;
        const auto tokens = std::span<const TokenId>(m_segment.tokens)
                                .subspan(static_cast<std::size_t>(range.begin),
                                         static_cast<std::size_t>(range.tokens()));
        if (!m_segment.parts.back().source)
            // The first of its document: without the space that some tokenizers put in front.
            passage.text = m_tokenizer.decode(tokens);
        else
            for (const TokenId token : tokens) passage.text += m_tokenizer.bytesOf(token);
        const ByteRange place = m_locator.next(passage.text);
        passage.textBegin = place.begin;
        passage.textEnd = place.end;
        const auto lineEnds = [](std::string_view text) {
            return static_cast<std::int64_t>(std::count(text.begin(), text.end(), '\n'));
        };
        // The lines are those of the visible text: a passage may begin or end with line ends.
        const std::string_view all = passage.text;
        const std::size_t visible = std::min(all.find_first_not_of(" \t\r\n"), all.size());
        const std::size_t last = all.find_last_not_of(" \t\r\n");
        const std::int64_t breaks = lineEnds(all);
        if (last != std::string_view::npos) {
            passage.lineBegin = line + lineEnds(all.substr(0, visible));
            passage.lineEnd = line + lineEnds(all.substr(0, last + 1));
        }
        m_segment.parts.push_back({range, std::move(passage), 0});
        return line + breaks;
    }

    const Tokenizer& m_tokenizer;
    std::string_view m_text;
    PassageLocator m_locator;
    DocumentSegment m_segment;
};

// What `work` returns; an Error of its names the document.
template <typename Work>
auto naming(const std::string& document, const Work& work) {
    try {
        return work();
    } catch (const Error& error) {
        throw Error(document, ": ", error.what());
    }
}

TokenRange shifted(TokenRange range, std::int64_t by) {
    return {range.begin + by, range.end + by};
}

void appendSegment(DocumentContext& context, const DocumentSegment& segment, std::size_t document) {
    const std::int64_t begin = std::ssize(context.tokens);
    context.tokens.insert(context.tokens.end(), segment.tokens.begin(), segment.tokens.end());
    // The chat header stays with the first document: alone it would make a poor anchor.
    for (std::size_t i = document == 0 ? 1 : 0; i < segment.cuts.size(); ++i) {
        context.cuts.push_back(segment.cuts[i]);
        context.cuts.back().token += begin;
    }
    for (const DocumentContext::Part& part : segment.parts) {
        DocumentContext::Part& placed = context.parts.emplace_back(part);
        placed.tokens = shifted(part.tokens, begin);
        placed.document = document;
        if (!placed.source) continue;
        placed.source->tokens = placed.tokens;
        placed.source->document = document;
    }
}

}  // namespace

std::vector<std::size_t> DocumentContext::partsInScope(
    const std::function<bool(std::size_t)>& isInScope) const {
    std::vector<std::size_t> indices;
    for (std::size_t i = 0; i < parts.size(); ++i)
        if (!parts[i].document || isInScope(*parts[i].document)) indices.push_back(i);
    return indices;
}

std::span<const TokenId> DocumentSegment::textTokens() const {
    return std::span(tokens).subspan(static_cast<std::size_t>(text.begin),
                                     static_cast<std::size_t>(text.tokens()));
}

DocumentSegment buildSegment(const Tokenizer& tokenizer, const std::string& name,
                             std::string_view text) {
    const auto tokens = naming(name, [&] { return tokenizer.encode(text, ControlTokens::asText); });
    return buildSegment(tokenizer, name, text, tokens);
}

DocumentSegment buildSegment(const Tokenizer& tokenizer, const std::string& name,
                             std::string_view text, std::span<const TokenId> textTokens) {
    return naming(name, [&] { return SegmentBuilder(tokenizer, text).build(name, textTokens); });
}

DocumentContext joinSegments(std::span<const TokenId> header,
                             std::span<const DocumentSegment* const> segments) {
    DocumentContext context;
    context.tokens.assign(header.begin(), header.end());
    if (!header.empty())
        context.parts.push_back({{0, std::ssize(header)}, std::nullopt, std::nullopt});
    for (std::size_t i = 0; i < segments.size(); ++i) appendSegment(context, *segments[i], i);
    return context;
}

DocumentContext buildContext(const Tokenizer& tokenizer, const PromptFrame& frame,
                             const DocumentCollection& collection) {
    std::vector<DocumentSegment> segments;
    segments.reserve(collection.documents.size());
    for (const Document& document : collection.documents)
        segments.push_back(buildSegment(tokenizer, document.name, document.text));
    std::vector<const DocumentSegment*> inOrder;
    inOrder.reserve(segments.size());
    for (const DocumentSegment& segment : segments) inOrder.push_back(&segment);
    return joinSegments(frame.before, inOrder);
}

std::vector<TokenId> buildQuery(const Tokenizer& tokenizer, const PromptFrame& frame,
                                const std::string& question) {
    // A model without a template completes text: the question needs an open answer behind it.
    const bool isChat = !frame.after.empty();
    std::vector<TokenId> tokens = tokenizer.encode(
        "\nQuestion: " + question + (isChat ? "" : "\nAnswer:"), ControlTokens::asText);
    tokens.insert(tokens.end(), frame.after.begin(), frame.after.end());
    return tokens;
}

std::vector<TokenId> buildFollowUp(const Tokenizer& tokenizer, const PromptFrame& frame,
                                   std::span<const TokenId> unread, const std::string& question) {
    std::vector<TokenId> tokens(unread.begin(), unread.end());
    tokens.insert(tokens.end(), frame.between.begin(), frame.between.end());
    const bool isChat = !frame.after.empty();
    const auto words = tokenizer.encode(isChat ? question : "Question: " + question + "\nAnswer:",
                                        ControlTokens::asText);
    tokens.insert(tokens.end(), words.begin(), words.end());
    tokens.insert(tokens.end(), frame.after.begin(), frame.after.end());
    return tokens;
}

}  // namespace asterism
