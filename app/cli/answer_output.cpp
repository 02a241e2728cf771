#include "app/cli/answer_output.h"

#include <iostream>

#include "app/cli/progress.h"

namespace asterism {

namespace {

using Json = nlohmann::ordered_json;

std::string quotedText(const AskResult& result, const QuotationRecord& quotation) {
    return result.message.text.substr(quotation.answerBegin,
                                      quotation.answerEnd - quotation.answerBegin);
}

Json quotationJson(const AskResult& result, const QuotationRecord& quotation) {
    Json json{{"text", quotedText(result, quotation)}, {"found", quotation.isFound}};
    if (!quotation.isFound) return json;
    json["document"] = quotation.document;
    json["line_begin"] = quotation.lineBegin;
    json["line_end"] = quotation.lineEnd;
    return json;
}

bool isOfWholeAnswer(const CitationRecord& citation) {
    return citation.sentence < 0;
}

}  // namespace

Json sourceJson(const CitationRecord& citation) {
    Json json{{"document", citation.document}};
    if (citation.page) {
        json["page"] = *citation.page;
    } else {
        json["line_begin"] = citation.lineBegin;
        json["line_end"] = citation.lineEnd;
    }
    json["quote"] = citation.quote;
    json["mass"] = citation.mass;
    json["verified"] = citation.isVerified;
    return json;
}

Json sourcesJson(std::span<const CitationRecord> citations) {
    Json sources = Json::array();
    for (const CitationRecord& citation : citations)
        if (isOfWholeAnswer(citation)) sources.push_back(sourceJson(citation));
    return sources;
}

Json selectionJson(const BlockSelection& selection, std::int64_t attendedTokens) {
    return {{"blocks", selection.blocks},
            {"attended_tokens", attendedTokens},
            {"first_mass", selection.firstMass},
            {"seconds", selection.seconds}};
}

Json answerJson(const AskResult& result, const EncodedContext& context, bool isKept) {
    const MessageRecord& message = result.message;
    Json sentences = Json::array();
    for (const CitationRecord& citation : result.citations) {
        if (isOfWholeAnswer(citation)) continue;
        Json source{{"sentence", citation.sentence}};
        source.update(sourceJson(citation));
        sentences.push_back(std::move(source));
    }
    Json quotations = Json::array();
    for (const QuotationRecord& quotation : result.quotations)
        quotations.push_back(quotationJson(result, quotation));
    Json json{{"answer", message.text}, {"conversation_id", nullptr}, {"message_id", nullptr}};
    if (isKept) {
        json["conversation_id"] = message.conversationId;
        json["message_id"] = message.id;
    }
    json["sources"] = sourcesJson(result.citations);
    json["sentence_sources"] = std::move(sentences);
    json["quotations"] = std::move(quotations);
    json["end"] = toString(message.end);
    json["tokens_read"] = message.tokensRead;
    json["tokens_in_scope"] = message.tokensInScope;
    json["timings"] = {{"encode_s", context.encodeSeconds},
                       {"query_s", message.querySeconds},
                       {"first_token_s", message.firstTokenSeconds},
                       {"tokens_per_s", message.tokensPerSecond}};
    json["blocks"] = {{"restored", context.restoredBlocks},
                      {"encoded", std::ssize(context.blocks) - context.restoredBlocks},
                      {"by_rank", context.blocksByRank()}};
    if (result.selection) json["selection"] = selectionJson(*result.selection, message.tokensRead);
    return json;
}

void printSources(std::span<const CitationRecord> citations) {
    std::cerr << "sources, by attention:" << std::endl;
    for (const CitationRecord& citation : citations) {
        if (!isOfWholeAnswer(citation)) continue;
        std::cerr << "  " << citation.document << ", " << citation.place << " ("
                  << fixedText(100 * citation.mass, 1) << " %)"
                  << (citation.isVerified ? "" : " [not found in the file]") << std::endl;
    }
}

void printCut(const std::string& what, std::int64_t tokens) {
    std::cerr << "note: " << what << " cut at " << grouped(tokens)
              << " tokens; --max-tokens gives it more" << std::endl;
}

void printBelowAnswer(const AskResult& result, const EncodedContext& context) {
    const MessageRecord& message = result.message;
    if (message.end == MessageEnd::maxTokens)
        printCut("the answer was", std::ssize(message.tokens));
    if (!result.note.empty()) std::cerr << "note: " << result.note << std::endl;
    for (const QuotationRecord& quotation : result.quotations)
        if (!quotation.isFound)
            std::cerr << "note: the answer quotes \"" << quotedText(result, quotation)
                      << "\", which is in no document" << std::endl;
    printSources(result.citations);
    std::cerr << timingLine(context, {message.tokensRead, message.firstTokenSeconds,
                                      message.tokensPerSecond, result.selection.has_value()})
              << std::endl;
}

}  // namespace asterism
