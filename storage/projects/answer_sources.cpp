#include "storage/projects/answer_sources.h"

#include <algorithm>
#include <map>

#include "core/text/quotation_checker.h"
#include "core/text/quotations.h"
#include "core/text/sentences.h"
#include "core/text/source_ranking.h"

namespace asterism {

namespace {

std::vector<std::vector<float>> floatsOf(const std::vector<std::vector<double>>& lists) {
    std::vector<std::vector<float>> floats;
    floats.reserve(lists.size());
    for (const std::vector<double>& list : lists) floats.emplace_back(list.begin(), list.end());
    return floats;
}

// Places of documents, each indexed when it is first cited.
class Places {
  public:
    explicit Places(const ProjectContext& context) : m_context(context) {}

    const LocationIndex& of(std::size_t document) {
        const auto found = m_indices.find(document);
        if (found != m_indices.end()) return found->second;
        const ProjectDocument& read = *m_context.documents()[document];
        return m_indices
            .try_emplace(document, read.record.kind, std::string_view(read.text),
                         std::span<const Mark>(read.record.marks))
            .first->second;
    }

  private:
    const ProjectContext& m_context;
    std::map<std::size_t, LocationIndex> m_indices;
};

CitationRecord citationOf(const Source& source, int sentence, const ProjectContext& context,
                          Places& places) {
    const SourcePassage& passage = source.passage;
    const ProjectDocument& document = *context.documents()[passage.document];
    const LocationIndex& index = places.of(passage.document);
    CitationRecord citation;
    citation.document = document.record.name;
    citation.documentId = document.record.id;
    citation.sentence = sentence;
    citation.lineBegin = passage.lineBegin;
    citation.lineEnd = passage.lineEnd;
    citation.page = index.atLine(passage.lineBegin).page;
    citation.place = index.describeLines(passage.lineBegin, passage.lineEnd);
    citation.textBegin = std::min(passage.textBegin, document.text.size());
    citation.textEnd = std::clamp(passage.textEnd, citation.textBegin, document.text.size());
    const std::string inText =
        document.text.substr(citation.textBegin, citation.textEnd - citation.textBegin);
    // A tokenizer may have rewritten what it read; the quote is what the document says.
    citation.quote = inText.empty() ? passage.text : inText;
    citation.isVerified = !inText.empty() || document.text.find(passage.text) != std::string::npos;
    citation.mass = source.mass;
    return citation;
}

// Documents that a question read, those that the answer cites first: a quotation is most likely
// theirs.
std::vector<std::size_t> likelyDocuments(const ProjectContext& context,
                                         std::span<const std::size_t> parts,
                                         std::span<const Source> cited) {
    std::vector<std::size_t> documents;
    const auto add = [&](std::size_t document) {
        if (std::find(documents.begin(), documents.end(), document) == documents.end())
            documents.push_back(document);
    };
    for (const Source& source : cited) add(source.passage.document);
    const std::size_t first = documents.size();
    for (const std::size_t part : parts) {
        const auto& document = context.input().parts[part].document;
        // Parts come document by document.
        if (!document || (documents.size() > first && documents.back() == *document)) continue;
        const auto end = documents.begin() + static_cast<std::ptrdiff_t>(first);
        if (std::find(documents.begin(), end, *document) == end) documents.push_back(*document);
    }
    return documents;
}

std::vector<QuotationRecord> checkQuotations(const ProjectContext& context,
                                             const std::vector<std::size_t>& documents,
                                             const std::string& answer) {
    const std::vector<Quotation> quotations = findQuotations(answer);
    if (quotations.empty()) return {};
    std::vector<std::string_view> texts;
    texts.reserve(documents.size());
    for (const std::size_t document : documents)
        texts.push_back(context.documents()[document]->text);
    QuotationChecker checker(std::move(texts));
    std::vector<QuotationRecord> records;
    for (const Quotation& quotation : quotations) {
        QuotationRecord& record = records.emplace_back();
        record.answerBegin = quotation.range.begin;
        record.answerEnd = quotation.range.end;
        const auto place = checker.find(quotation.text);
        if (!place) continue;
        const DocumentRecord& document = context.documents()[documents[place->document]]->record;
        record.isFound = true;
        record.document = document.name;
        record.documentId = document.id;
        record.lineBegin = place->lineBegin;
        record.lineEnd = place->lineEnd;
        record.textBegin = place->range.begin;
        record.textEnd = place->range.end;
    }
    return records;
}

}  // namespace

CitedSources findSources(const ProjectContext& context, std::span<const std::size_t> parts,
                         const Tokenizer& tokenizer, const Answer& answer) {
    const std::vector<ByteRange> sentences = splitSentences(answer.text);
    std::vector<std::string> pieces;
    pieces.reserve(answer.tokens.size());
    for (const TokenId token : answer.tokens) pieces.push_back(tokenizer.bytesOf(token));
    const std::vector<TokenRange> tokens = sentenceTokens(sentences, pieces);
    const auto allLayers = floatsOf(answer.mass);
    const auto lastLayers = floatsOf(answer.lateMass);
    const AnswerSources sources =
        rankSources({context.input(), parts, context.blocks(), tokens, allLayers, lastLayers});

    CitedSources cited;
    Places places(context);
    for (const Source& source : sources.whole)
        cited.citations.push_back(citationOf(source, -1, context, places));
    for (std::size_t i = 0; i < sources.sentences.size(); ++i)
        for (const Source& source : sources.sentences[i])
            cited.citations.push_back(citationOf(source, static_cast<int>(i), context, places));
    cited.quotations =
        checkQuotations(context, likelyDocuments(context, parts, sources.whole), answer.text);
    cited.blockMass.assign(sources.blockMass.begin(), sources.blockMass.end());
    return cited;
}

}  // namespace asterism
