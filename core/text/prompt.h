#pragma once

#include <string_view>
#include <vector>

#include "core/text/chat_template.h"
#include "core/text/tokenizer.h"

namespace asterism {

// The frame around documents and question: what the model was trained to see before a user's
// message and behind it. The documents stand between `before` and `after`.
struct PromptFrame {
    std::vector<TokenId> before;   // begins the context: begin token, system message, user header
    std::vector<TokenId> after;    // ends the query: end of the user's turn, the answer's header
    std::vector<TokenId> between;  // after an answer: its end, the next user header
};

// From the model's chat template. Throws Error if it has none that is known.
PromptFrame chatFrame(const Tokenizer& tokenizer);

// For models without a chat template: the begin token the model expects, and a line end between
// turns.
PromptFrame plainFrame(const Tokenizer& tokenizer);

}  // namespace asterism
