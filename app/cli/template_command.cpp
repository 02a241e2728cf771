#include <iostream>
#include <memory>

#include "app/cli/command_list.h"
#include "app/cli/engine_flags.h"
#include "app/cli/text_io.h"
#include "core/model/model_file.h"
#include "core/text/chat_template.h"

namespace asterism {

namespace {

struct TemplateFlags {
    ModelFlag model;
    std::string messages;
    bool hasNoPrompt = false;
};

std::vector<ChatMessage> readMessages(const std::string& path) {
    const auto document = nlohmann::json::parse(readTextFile(path), nullptr, false);
    if (!document.is_array())
        throw Error(path,
                    R"(: is not a JSON array of messages, like [{"role":"user","content":"Hi"}])");
    std::vector<ChatMessage> messages;
    for (const auto& entry : document) {
        const auto text = [&](const char* key) {
            if (!entry.is_object() || !entry.contains(key) || !entry[key].is_string())
                throw Error(path, ": message ", messages.size(), " has no text under \"", key,
                            "\"");
            return entry[key].get<std::string>();
        };
        messages.push_back({text("role"), text("content")});
    }
    return messages;
}

void renderTemplate(const TemplateFlags& flags, const CommandContext& context) {
    const auto tokenizer = makeTokenizer(openModelFile(flags.model.resolve())->vocabulary());
    const auto chatTemplate = makeChatTemplate(tokenizer->vocabulary());
    const auto pieces = chatTemplate->render(readMessages(flags.messages), !flags.hasNoPrompt);
    const std::string text = textOf(pieces);
    if (context.isJson)
        printJson({{"text", text}, {"ids", idsOf(*tokenizer, pieces)}});
    else
        std::cout << text;
}

}  // namespace

void addTemplateCommand(CommandSet& commands) {
    const auto flags = std::make_shared<TemplateFlags>();
    CLI::App* app =
        commands.add("template", "A conversation as the model reads it",
                     [flags](const CommandContext& context) { renderTemplate(*flags, context); });
    flags->model.add(*app);
    app->add_option("--messages", flags->messages, "File with a JSON array of messages")
        ->required();
    app->add_flag("--no-generation-prompt", flags->hasNoPrompt, "End behind the last message");
}

}  // namespace asterism
