#include <cstdio>
#include <iostream>
#include <memory>
#include <random>

#include "app/cli/byte_text.h"
#include "app/cli/command_list.h"
#include "app/cli/engine_flags.h"
#include "app/cli/progress.h"
#include "app/cli/text_io.h"
#include "app/engine_factory.h"
#include "core/cpu/machine_rate.h"
#include "core/star/encoding_cost.h"

namespace asterism {

namespace {

struct BenchFlags {
    EngineFlags engine;
    ContextFlags context;
    PlacementFlags placement;
    std::vector<std::int64_t> lengths{4096};
    std::vector<std::string> modes{"star"};
    std::int64_t generated = 32;
};

// One row: a context length in one attention mode.
struct BenchRow {
    std::string mode;
    std::int64_t tokens = 0;
    std::size_t blocks = 0;
    double encodeSeconds = 0;
    double encodeFlops = 0;  // operations done, not a rate
    double firstTokenSeconds = 0;
    double generationRate = 0;  // tokens/s
    std::int64_t kvBytes = 0;
    std::int64_t peakBytes = 0;  // of the process so far
};

// Token ids without meaning, the same in every run: speed does not depend on what the text says.
std::vector<TokenId> randomTokens(std::int64_t count, std::int64_t vocabulary) {
    std::mt19937_64 random(1);
    std::vector<TokenId> ids;
    for (std::int64_t i = 0; i < count; ++i)
        ids.push_back(static_cast<TokenId>(random() % static_cast<std::uint64_t>(vocabulary)));
    return ids;
}

BenchRow measure(Engine& engine, const BenchFlags& flags, const std::string& mode,
                 std::int64_t tokens, const CommandContext& command) {
    std::vector<TokenId> anchor;
    const std::string& file = flags.context.anchor;
    if (flags.context.hasAnchorFile())
        anchor = encodeText(engine.tokenizer(), readTextFile(file), file);
    ContextOptions options = flags.context.resolve(std::move(anchor));
    options.attention = attentionModeOf(mode);
    ProgressLine progress(command.showsProgress);
    const EventSink events = [&](const EngineEvent& event) { progress.show(event); };
    const auto context = engine.encode(randomTokens(tokens, engine.config().vocabulary), {},
                                       options, events, command.stop);
    progress.clear();
    Conversation conversation =
        engine.startConversation(*context, flags.placement.resolve(options.attention));
    AnswerOptions answerOptions;
    answerOptions.maxTokens = flags.generated;
    answerOptions.ignoresEnd = true;
    const Answer answer = engine.answer(conversation, randomTokens(16, engine.config().vocabulary),
                                        answerOptions, {}, command.stop);
    if (answer.end == AnswerEnd::stopped) throw Stopped();
    return {mode,
            tokens,
            context->blocks.size(),
            context->encodeSeconds,
            encodingFlops(engine.config(), *context),
            answer.firstTokenSeconds,
            answer.tokensPerSecond(),
            context->kvBytes(),
            peakMemory()};
}

nlohmann::ordered_json jsonOf(const BenchRow& row, const cpu::MachineRate& machine) {
    const double rate = row.encodeFlops / row.encodeSeconds;
    return {{"mode", row.mode},
            {"context_tokens", row.tokens},
            {"blocks", row.blocks},
            {"encode_s", row.encodeSeconds},
            {"encode_tokens_per_s", static_cast<double>(row.tokens) / row.encodeSeconds},
            {"encode_flops", rate},
            {"fraction_of_product_rate", rate / machine.productFlops},
            {"first_token_s", row.firstTokenSeconds},
            {"generation_tokens_per_s", row.generationRate},
            {"kv_bytes", row.kvBytes},
            {"peak_bytes", row.peakBytes}};
}

void printRow(const BenchRow& row, const cpu::MachineRate& machine) {
    const double rate = row.encodeFlops / row.encodeSeconds;
    std::printf("| %s | %s | %zu | %.0f | %.0f | %.0f %% | %.2f | %.1f | %s | %s |\n",
                row.mode.c_str(), grouped(row.tokens).c_str(), row.blocks,
                static_cast<double>(row.tokens) / row.encodeSeconds, rate * 1e-9,
                100 * rate / machine.productFlops, row.firstTokenSeconds, row.generationRate,
                bytesText(static_cast<std::uint64_t>(row.kvBytes)).c_str(),
                bytesText(static_cast<std::uint64_t>(row.peakBytes)).c_str());
    std::fflush(stdout);
}

void printHead(const Engine& engine, const cpu::MachineRate& machine) {
    std::printf("%s %s on %s\n", engine.config().architecture.c_str(), engine.config().name.c_str(),
                engine.description().c_str());
    std::printf(
        "measured in this run: matrix products %.0f GFLOP/s, multiply-adds in registers "
        "%.0f GFLOP/s, reading memory %.1f GB/s\n\n",
        machine.productFlops * 1e-9, machine.registerFlops * 1e-9, machine.readBytes * 1e-9);
    std::printf(
        "| attention | context tokens | blocks | encoding tokens/s | GFLOP/s | of product rate "
        "| first token s | generation tokens/s | KV cache | peak memory so far |\n"
        "|---|---|---|---|---|---|---|---|---|---|\n");
    std::fflush(stdout);
}

void bench(const BenchFlags& flags, const CommandContext& command) {
    for (const std::string& mode : flags.modes) attentionModeOf(mode);
    const auto engine = openEngine(flags.engine.resolve());
    const cpu::MachineRate machine =
        cpu::measureMachineRate({.threads = flags.engine.options.threads});
    if (!command.isJson) printHead(*engine, machine);
    auto rows = nlohmann::ordered_json::array();
    for (const std::int64_t tokens : flags.lengths)
        for (const std::string& mode : flags.modes) {
            const BenchRow row = measure(*engine, flags, mode, tokens, command);
            if (command.isJson)
                rows.push_back(jsonOf(row, machine));
            else
                printRow(row, machine);
        }
    if (command.isJson)
        printJson({{"device", engine->description()},
                   {"product_flops", machine.productFlops},
                   {"register_flops", machine.registerFlops},
                   {"read_bytes_per_s", machine.readBytes},
                   {"rows", rows}});
}

}  // namespace

void addBenchCommand(CommandSet& commands) {
    const auto flags = std::make_shared<BenchFlags>();
    CLI::App* app =
        commands.add("bench", "Measure encoding and generation on this machine",
                     [flags](const CommandContext& context) { bench(*flags, context); });
    app->add_option("--lengths", flags->lengths, "Context tokens, separated by commas")
        ->delimiter(',')
        ->check(atLeast(1))
        ->capture_default_str();
    app->add_option("--modes", flags->modes, "Attention modes, separated by commas")
        ->delimiter(',')
        ->capture_default_str();
    app->add_option("--generate", flags->generated, "Tokens to generate after each context")
        ->check(atLeast(2))
        ->capture_default_str();
    flags->engine.add(*app);
    flags->context.add(*app);
    flags->placement.add(*app);
}

}  // namespace asterism
