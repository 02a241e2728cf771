#pragma once

#include <vector>

#include "ui/chat/markdown_text.h"
#include "ui/models/message_list_model.h"

namespace asterism {

// Where the numbers of an answer's sources stand in its text, and which of its quotations were not
// found.
std::vector<TextSign> signsOf(const ShownMessage& message);

}  // namespace asterism
