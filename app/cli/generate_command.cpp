#include <cmath>
#include <iostream>
#include <memory>

#include "app/cli/answer_output.h"
#include "app/cli/command_list.h"
#include "app/cli/engine_flags.h"
#include "app/cli/progress.h"
#include "app/cli/text_io.h"
#include "app/engine_factory.h"
#include "core/text/cut_points.h"
#include "core/text/prompt.h"

namespace asterism {

namespace {

struct GenerateFlags {
    EngineFlags engine;
    ContextFlags context;
    PlacementFlags placement;
    AnswerFlags answer;
    std::string contextFile;
    std::string queryFile;
    bool areTokens = false;
    bool isRaw = false;
};

// The input of a run as token ids.
struct Input {
    std::vector<TokenId> context;
    std::vector<TokenId> query;
    std::vector<TokenId> anchor;
};

// Reads the input files as the flags say: ids, raw text, or text to stand inside the model's chat
// template.
class InputReader {
  public:
    InputReader(const GenerateFlags& flags, const Tokenizer& tokenizer)
        : m_flags(flags), m_tokenizer(tokenizer) {}

    Input read() const {
        Input input;
        input.context = ids(m_flags.contextFile);
        if (input.context.empty())
            throw Error(m_flags.contextFile, ": the context is empty; give it some text");
        input.query = ids(m_flags.queryFile);
        if (input.query.empty())
            throw Error(m_flags.queryFile, ": the query is empty; give it some text");
        if (m_flags.context.hasAnchorFile()) input.anchor = ids(m_flags.context.anchor);
        if (!m_flags.areTokens && !m_flags.isRaw) addFrame(input);
        return input;
    }

  private:
    std::vector<TokenId> ids(const std::string& path) const {
        const std::string text = readTextFile(path);
        if (m_flags.areTokens) return parseTokenIds(text, path);
        return encodeText(m_tokenizer, text, path,
                          m_flags.isRaw ? ControlTokens::parsed : ControlTokens::asText);
    }

    void addFrame(Input& input) const {
        const PromptFrame frame = chatFrame(m_tokenizer);
        input.context.insert(input.context.begin(), frame.before.begin(), frame.before.end());
        const auto gap = m_tokenizer.encode("\n\n", ControlTokens::asText);
        input.query.insert(input.query.begin(), gap.begin(), gap.end());
        input.query.insert(input.query.end(), frame.after.begin(), frame.after.end());
    }

    const GenerateFlags& m_flags;
    const Tokenizer& m_tokenizer;
};

nlohmann::ordered_json numberOf(double value) {
    if (value == std::floor(value)) return static_cast<std::int64_t>(value);
    return value;
}

// A block that is not attended has no place.
nlohmann::ordered_json startOf(double start) {
    if (start == PlacedBlocks::kNowhere) return nullptr;
    return numberOf(start);
}

nlohmann::ordered_json blocksOf(const Conversation& conversation) {
    const EncodedContext& context = conversation.context();
    auto blocks = nlohmann::ordered_json::array();
    for (std::size_t i = 0; i < context.blocks.size(); ++i)
        blocks.push_back({{"index", i},
                          {"begin", context.blocks[i].begin},
                          {"end", context.blocks[i].end},
                          {"start", startOf(conversation.placed().starts[i])},
                          {"rank", context.rankOf[i]},
                          {"seconds", context.seconds[i]}});
    return blocks;
}

nlohmann::ordered_json resultOf(const Conversation& conversation, const Answer& answer) {
    const EncodedContext& context = conversation.context();
    auto logits = nlohmann::ordered_json::array();
    for (const auto& [id, value] : answer.firstLogits) logits.push_back({id, value});
    // One figure per block, the fixed anchor's, the query's own.
    std::vector<double> mass = answer.mass.empty() ? std::vector<double>() : answer.mass.front();
    double anchorMass = 0;
    if (!mass.empty()) {
        anchorMass = mass[mass.size() - 2];
        mass.erase(mass.end() - 2);
    }
    nlohmann::ordered_json result{
        {"context_tokens", context.contextTokens()},
        {"query_tokens", answer.queryTokens},
        {"anchor_tokens", context.anchorTokens},
        {"blocks", blocksOf(conversation)},
        {"first_logits", logits},
        {"tokens", answer.tokens},
        {"text", answer.text},
        {"end", toString(answer.end == AnswerEnd::maxTokens ? MessageEnd::maxTokens
                                                            : MessageEnd::complete)},
        {"attention_mass", mass},
        {"anchor_mass", anchorMass},
        {"timings",
         {{"encode_s", context.encodeSeconds},
          {"query_s", answer.querySeconds},
          {"first_token_s", answer.firstTokenSeconds},
          {"tokens_per_s", answer.tokensPerSecond()}}},
        {"memory", {{"kv_bytes", context.kvBytes()}, {"peak_bytes", peakMemory()}}}};
    if (conversation.selection())
        result["selection"] =
            selectionJson(*conversation.selection(), conversation.tokensAttended());
    return result;
}

void noteClippedAnchor(const ContextOptions& options, const EncodedContext& context) {
    if (options.attention == AttentionMode::star && options.anchor == AnchorMode::first &&
        options.anchorTokens > context.anchorTokens)
        std::cerr << "note: the anchor is clipped to block 0's " << context.anchorTokens
                  << " tokens" << std::endl;
}

void printNote(const Conversation& conversation) {
    if (!conversation.note().empty()) std::cerr << "note: " << conversation.note() << std::endl;
}

void generate(const GenerateFlags& flags, const CommandContext& command) {
    const auto engine = openEngine(flags.engine.resolve());
    Input input = InputReader(flags, engine->tokenizer()).read();
    const ContextOptions options = flags.context.resolve(std::move(input.anchor));
    std::vector<CutPoint> cuts;
    if (options.plan == PlanKind::documents)
        cuts = findCutPoints(engine->tokenizer(), input.context);

    ProgressLine progress(command.showsProgress);
    const EventSink events = [&](const EngineEvent& event) {
        progress.show(event);
        const auto* token = std::get_if<TokenDecoded>(&event);
        if (token && !command.isJson) std::cout << token->text << std::flush;
    };
    const auto context =
        engine->encode(std::move(input.context), cuts, options, events, command.stop);
    progress.clear();
    noteClippedAnchor(options, *context);
    Conversation conversation =
        engine->startConversation(*context, flags.placement.resolve(options.attention));
    const bool isSelecting = conversation.awaitedSelection().has_value();
    printNote(conversation);

    const Answer answer =
        engine->answer(conversation, input.query, flags.answer.options, events, command.stop);
    if (answer.end == AnswerEnd::stopped) throw Stopped();
    if (!command.isJson) std::cout << std::endl;
    if (isSelecting) printNote(conversation);
    if (command.isJson) return printJson(resultOf(conversation, answer));
    if (answer.end == AnswerEnd::maxTokens) printCut("the answer was", std::ssize(answer.tokens));
    std::cerr << timingLine(*context, {conversation.tokensAttended(), answer.firstTokenSeconds,
                                       answer.tokensPerSecond(), isSelecting})
              << std::endl;
}

}  // namespace

void addGenerateCommand(CommandSet& commands) {
    const auto flags = std::make_shared<GenerateFlags>();
    CLI::App* app =
        commands.add("generate", "Read a context, run a query over it, write the answer",
                     [flags](const CommandContext& context) { generate(*flags, context); });
    app->add_option("--context-file", flags->contextFile, "What is read")->required();
    app->add_option("--query-file", flags->queryFile, "What is asked")->required();
    flags->engine.add(*app);
    flags->context.add(*app);
    flags->placement.add(*app);
    flags->placement.addSelection(*app);
    flags->answer.add(*app);
    app->add_option("--top-logits", flags->answer.options.topLogits,
                    "Logits to report after the query")
        ->check(atLeast(0))
        ->capture_default_str();
    app->add_flag("--tokens", flags->areTokens, "The files hold JSON arrays of token ids");
    app->add_flag("--raw", flags->isRaw,
                  "Texts as they are: no chat template, control tokens parsed, nothing added");
}

}  // namespace asterism
