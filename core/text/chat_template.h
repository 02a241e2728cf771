#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/text/tokenizer.h"

namespace asterism {

struct ChatMessage {
    std::string role;  // system, user or assistant
    std::string content;
};

// A stretch of a rendered conversation.
struct TemplatePiece {
    std::string text;
    bool isTemplate = false;  // written by the template itself: control tokens in it are tokens
    int message = -1;         // index of the message whose content this is; -1 for template text
};

// Renders conversations the way a model was trained to read them. Immutable, any thread.
class ChatTemplate {
  public:
    virtual ~ChatTemplate() = default;
    virtual std::string family() const = 0;
    // Throws Error where the model's own template raises one (roles that do not alternate, an
    // unknown role, a system message the family has no place for).
    virtual std::vector<TemplatePiece> render(std::span<const ChatMessage> messages,
                                              bool addsGenerationPrompt) const = 0;
};

// Recognises the family (ChatML, Llama 3, Mistral, Gemma) from the model's own template source.
// Throws Error that names the known families if it is none of them, or if there is no template.
std::unique_ptr<ChatTemplate> makeChatTemplate(const Vocabulary& vocabulary);

std::string textOf(std::span<const TemplatePiece> pieces);
// Ids of a rendered conversation: control tokens come from template pieces only.
std::vector<TokenId> idsOf(const Tokenizer& tokenizer, std::span<const TemplatePiece> pieces);

}  // namespace asterism
