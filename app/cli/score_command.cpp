#include <iostream>
#include <memory>

#include "app/cli/command_list.h"
#include "app/cli/engine_flags.h"
#include "app/cli/text_io.h"
#include "app/engine_factory.h"

namespace asterism {

namespace {

struct ScoreFlags {
    EngineFlags engine;
    std::string textFile;
};

// Ids of a text with the begin token that the model expects in front, once, whether or not the
// text spells it out.
std::vector<TokenId> textIds(const Tokenizer& tokenizer, std::string text,
                             const std::string& source) {
    const Vocabulary& vocabulary = tokenizer.vocabulary();
    std::vector<TokenId> ids;
    if (vocabulary.addsBegin && vocabulary.beginId >= 0) {
        ids.push_back(vocabulary.beginId);
        const std::string spelled = tokenizer.bytesOf(vocabulary.beginId);
        if (text.starts_with(spelled)) text.erase(0, spelled.size());
    }
    const auto rest = encodeText(tokenizer, text, source);
    ids.insert(ids.end(), rest.begin(), rest.end());
    return ids;
}

void score(const ScoreFlags& flags, const CommandContext& context) {
    const std::string text = readTextFile(flags.textFile);
    const auto engine = openEngine(flags.engine.resolve());
    const auto ids = textIds(engine->tokenizer(), text, flags.textFile);
    const Score result = engine->score(ids, context.stop);
    if (context.isJson)
        return printJson(
            {{"tokens", result.tokens}, {"mean_nll", result.meanNegativeLogLikelihood}});
    std::cout << result.tokens << " tokens, mean negative log-likelihood "
              << result.meanNegativeLogLikelihood << '\n';
}

}  // namespace

void addScoreCommand(CommandSet& commands) {
    const auto flags = std::make_shared<ScoreFlags>();
    CLI::App* app =
        commands.add("score", "How likely the model finds a text",
                     [flags](const CommandContext& context) { score(*flags, context); });
    flags->engine.add(*app);
    app->add_option("--text-file", flags->textFile, "The text")->required();
}

}  // namespace asterism
