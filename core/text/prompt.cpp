#include "core/text/prompt.h"

namespace asterism {

namespace {

// What stands between the first answer and the next question.
std::vector<TokenId> framesBetween(const Tokenizer& tokenizer, const ChatTemplate& chatTemplate) {
    const std::vector<ChatMessage> messages{
        {"user", "text"}, {"assistant", "text"}, {"user", "text"}};
    std::vector<TemplatePiece> between;
    bool isBehindAnswer = false;
    for (TemplatePiece& piece : chatTemplate.render(messages, true)) {
        if (piece.message == 2) break;
        if (isBehindAnswer && piece.message < 0) between.push_back(std::move(piece));
        if (piece.message == 1) isBehindAnswer = true;
    }
    return idsOf(tokenizer, between);
}

}  // namespace

PromptFrame chatFrame(const Tokenizer& tokenizer) {
    const auto chatTemplate = makeChatTemplate(tokenizer.vocabulary());
    const std::vector<ChatMessage> messages{{"user", "text"}};
    PromptFrame frame;
    std::vector<TemplatePiece> side;
    for (TemplatePiece& piece : chatTemplate->render(messages, true)) {
        if (piece.message == 0) {
            frame.before = idsOf(tokenizer, side);
            side.clear();
        } else {
            side.push_back(std::move(piece));
        }
    }
    frame.after = idsOf(tokenizer, side);
    frame.between = framesBetween(tokenizer, *chatTemplate);
    return frame;
}

PromptFrame plainFrame(const Tokenizer& tokenizer) {
    PromptFrame frame;
    const Vocabulary& vocabulary = tokenizer.vocabulary();
    if (vocabulary.addsBegin && vocabulary.beginId >= 0) frame.before.push_back(vocabulary.beginId);
    frame.between = tokenizer.encode("\n", ControlTokens::asText);
    return frame;
}

}  // namespace asterism
