#include "core/text/context_builder.h"

#include <xxhash.h>

#include <algorithm>
#include <string_view>

#include "core/base/error.h"
#include "core/text/cut_points.h"

namespace asterism {

namespace {

// A passage is long enough to mean something alone and short enough to be read at a glance.
constexpr std::int64_t kShortPassage = 48;
constexpr std::int64_t kLongPassage = 160;

class ContextBuilder {
  public:
    explicit ContextBuilder(const Tokenizer& tokenizer) : m_tokenizer(tokenizer) {}

    void addFrame(const std::vector<TokenId>& tokens) {
        if (tokens.empty()) return;
        append(tokens);
        m_context.parts.push_back({{0, size()}, std::nullopt, std::nullopt});
    }

    void addDocument(const Document& document, std::size_t index) {
        // The chat header stays with the first document: alone it would make a poor anchor.
        if (index > 0) addDocumentCut(document.name);
        addBetween("File: " + document.name + "\n", index);
        const std::int64_t begin = size();
        std::vector<TokenId> tokens;
        try {
            tokens = m_tokenizer.encode(document.text, ControlTokens::asText);
        } catch (const Error& error) {
            throw Error(document.name, ": ", error.what());
        }
        append(tokens);
        addPassages(tokens, begin, index);
        addBetween(document.text.ends_with('\n') ? "\n" : "\n\n", index);
    }

    DocumentContext take() { return std::move(m_context); }

  private:
    std::int64_t size() const { return static_cast<std::int64_t>(m_context.tokens.size()); }

    void append(const std::vector<TokenId>& tokens) {
        m_context.tokens.insert(m_context.tokens.end(), tokens.begin(), tokens.end());
    }

    void addDocumentCut(const std::string& name) {
        const std::uint64_t hash = XXH3_64bits(name.data(), name.size());
        m_context.cuts.push_back({size(), CutPoint::Strength::document, hash});
    }

    // Text of ours around a document.
    void addBetween(const std::string& text, std::size_t document) {
        const std::int64_t begin = size();
        append(m_tokenizer.encode(text, ControlTokens::asText));
        m_context.parts.push_back({{begin, size()}, std::nullopt, document});
    }

    void addPassages(const std::vector<TokenId>& tokens, std::int64_t first, std::size_t document) {
        const std::vector<CutPoint> cuts = findCutPoints(m_tokenizer, tokens, first);
        m_context.cuts.insert(m_context.cuts.end(), cuts.begin(), cuts.end());
        std::int64_t begin = first;
        std::int64_t line = 1;
        const auto close = [&](std::int64_t end) {
            if (end > begin) line = addPassage({begin, end}, document, line);
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
    std::int64_t addPassage(TokenRange range, std::size_t document, std::int64_t line) {
        SourcePassage passage{range, document, line, line, {}};
        const auto tokens = std::span<const TokenId>(m_context.tokens)
                                .subspan(static_cast<std::size_t>(range.begin),
                                         static_cast<std::size_t>(range.tokens()));
        if (!m_context.parts.back().source)
            // The first of its document: without the space that some tokenizers put in front.
            passage.text = m_tokenizer.decode(tokens);
        else
            for (const TokenId token : tokens) passage.text += m_tokenizer.bytesOf(token);
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
        m_context.parts.push_back({range, passage, document});
        return line + breaks;
    }

    const Tokenizer& m_tokenizer;
    DocumentContext m_context;
};

}  // namespace

std::vector<std::size_t> DocumentContext::partsInScope(
    const std::function<bool(std::size_t)>& isInScope) const {
    std::vector<std::size_t> indices;
    for (std::size_t i = 0; i < parts.size(); ++i)
        if (!parts[i].document || isInScope(*parts[i].document)) indices.push_back(i);
    return indices;
}

DocumentContext buildContext(const Tokenizer& tokenizer, const PromptFrame& frame,
                             const DocumentCollection& collection) {
    ContextBuilder builder(tokenizer);
    builder.addFrame(frame.before);
    for (std::size_t i = 0; i < collection.documents.size(); ++i)
        builder.addDocument(collection.documents[i], i);
    return builder.take();
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

std::vector<Source> rankSources(const DocumentContext& context, std::span<const std::size_t> parts,
                                std::span<const std::vector<double>> mass, std::size_t count) {
    std::vector<Source> sources;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const auto& part = context.parts[parts[i]];
        if (!part.source) continue;
        Source source{*part.source, 0};
        for (const std::vector<double>& figures : mass)
            source.mass += figures[i] / static_cast<double>(mass.size());
        sources.push_back(std::move(source));
    }
    std::stable_sort(sources.begin(), sources.end(),
                     [](const Source& a, const Source& b) { return a.mass > b.mass; });
    if (sources.size() > count) sources.resize(count);
    return sources;
}

}  // namespace asterism
