#include <iostream>
#include <memory>

#include "app/cli/command_list.h"
#include "app/cli/engine_flags.h"
#include "app/cli/text_io.h"
#include "core/model/model_file.h"

namespace asterism {

namespace {

struct TokenizeFlags {
    ModelFlag model;
    bool parsesSpecial = false;
};

void tokenize(const TokenizeFlags& flags, const CommandContext& context) {
    const auto tokenizer = makeTokenizer(openModelFile(flags.model.resolve())->vocabulary());
    const auto ids =
        encodeText(*tokenizer, readStandardInput(), "standard input",
                   flags.parsesSpecial ? ControlTokens::parsed : ControlTokens::asText);
    if (context.isJson) return printJson({{"ids", ids}});
    for (std::size_t i = 0; i < ids.size(); ++i) std::cout << (i ? " " : "") << ids[i];
    std::cout << '\n';
}

void detokenize(const ModelFlag& model, const CommandContext& context) {
    const auto tokenizer = makeTokenizer(openModelFile(model.resolve())->vocabulary());
    const std::string text =
        tokenizer->decode(parseTokenIds(readStandardInput(), "standard input"));
    if (context.isJson) return printJson({{"text", text}});
    std::cout << text;
}

}  // namespace

void addTokenizeCommand(CommandSet& commands) {
    const auto flags = std::make_shared<TokenizeFlags>();
    CLI::App* app =
        commands.add("tokenize", "Token ids of the text on standard input",
                     [flags](const CommandContext& context) { tokenize(*flags, context); });
    flags->model.add(*app);
    app->add_flag("--parse-special", flags->parsesSpecial, "Text may spell control tokens");
}

void addDetokenizeCommand(CommandSet& commands) {
    const auto model = std::make_shared<ModelFlag>();
    CLI::App* app =
        commands.add("detokenize", "Text of the JSON array of ids on standard input",
                     [model](const CommandContext& context) { detokenize(*model, context); });
    model->add(*app);
}

}  // namespace asterism
