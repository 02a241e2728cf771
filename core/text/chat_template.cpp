#include "core/text/chat_template.h"

#include "core/base/error.h"
#include "core/text/chat_families.h"
#include "core/text/vocabulary_check.h"

namespace asterism {

namespace {

constexpr const char* kFamilies = "ChatML, Llama 3, Mistral, Gemma";

std::string nameOf(const Vocabulary& vocabulary, TokenId id) {
    const bool isThere = id >= 0 && static_cast<std::size_t>(id) < vocabulary.pieces.size();
    return isThere ? vocabulary.pieces[static_cast<std::size_t>(id)] : std::string();
}

}  // namespace

std::unique_ptr<ChatTemplate> makeChatTemplate(const Vocabulary& vocabulary) {
    if (vocabulary.chatTemplate.empty())
        throw Error(sourceOf(vocabulary),
                    ": the model has no chat template; choose an instruction-tuned model with one "
                    "of these families: ",
                    kFamilies);
    const TemplateSource source(vocabulary.chatTemplate);
    const TemplateInput input{source, sourceOf(vocabulary), nameOf(vocabulary, vocabulary.beginId),
                              nameOf(vocabulary, vocabulary.endId)};
    if (source.writes("<|im_start|>") && !source.writes("<|im_sep|>")) return makeChatMl(input);
    if (source.writes("<|start_header_id|>") && source.writes("<|eot_id|>"))
        return makeLlama3(input);
    if (source.writes("<start_of_turn>")) return makeGemma(input);
    if (source.writes("[INST]") && !source.writes("<<SYS>>")) return makeMistral(input);
    throw Error(sourceOf(vocabulary), ": the model's chat template is of no known family (",
                kFamilies, "); choose a model of one of them");
}

std::string textOf(std::span<const TemplatePiece> pieces) {
    std::string text;
    for (const TemplatePiece& piece : pieces) text.append(piece.text);
    return text;
}

std::vector<TokenId> idsOf(const Tokenizer& tokenizer, std::span<const TemplatePiece> pieces) {
    std::vector<TextRun> runs;
    runs.reserve(pieces.size());
    for (const TemplatePiece& piece : pieces)
        runs.push_back(
            {piece.text, piece.isTemplate ? ControlTokens::parsed : ControlTokens::asText});
    return tokenizer.encode(runs);
}

}  // namespace asterism
