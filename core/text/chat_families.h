#pragma once

#include <memory>
#include <string>

#include "core/text/chat_template.h"
#include "core/text/template_source.h"

namespace asterism {

// What a family's renderer is made from.
struct TemplateInput {
    const TemplateSource& source;
    std::string file;   // for messages
    std::string begin;  // name of the begin token; empty if the model has none
    std::string end;
};

// Each reads the variant from the template's source. Throws Error for variants it does not know.
std::unique_ptr<ChatTemplate> makeChatMl(const TemplateInput& input);
std::unique_ptr<ChatTemplate> makeLlama3(const TemplateInput& input);
std::unique_ptr<ChatTemplate> makeMistral(const TemplateInput& input);
std::unique_ptr<ChatTemplate> makeGemma(const TemplateInput& input);

}  // namespace asterism
