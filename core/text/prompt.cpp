#include "core/text/prompt.h"

namespace asterism {

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
    return frame;
}

PromptFrame plainFrame(const Tokenizer& tokenizer) {
    PromptFrame frame;
    const Vocabulary& vocabulary = tokenizer.vocabulary();
    if (vocabulary.addsBegin && vocabulary.beginId >= 0) frame.before.push_back(vocabulary.beginId);
    return frame;
}

}  // namespace asterism
