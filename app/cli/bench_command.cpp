#include <algorithm>
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
#include "core/base/error.h"
#include "core/model/model_file.h"
#include "core/model/shape_model.h"
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
    std::int64_t repeats = 1;
    std::string shape;  // empty: the model that is named
    std::string weights = "BF16";
};

// One row: a context length in one attention mode.
struct BenchRow {
    std::string mode;
    std::int64_t tokens = 0;
    std::size_t blocks = 0;
    double encodeSeconds = 0;
    double firstEncodeSeconds = 0;  // what is made ready once is in there
    EncodingFlops encodeFlops;      // operations done, not a rate
    double firstTokenSeconds = 0;
    double generationRate = 0;  // tokens/s
    std::int64_t kvBytes = 0;
    std::int64_t peakBytes = 0;       // of the process so far
    std::int64_t stepBytes = 0;       // weights and keys that a generated token reads
    std::vector<double> rankSeconds;  // what every rank took for its blocks
    // Of one layer while a token is generated, waiting for the slowest rank included.
    double mergeSeconds = 0;

    double encodeRate() const { return encodeFlops.total() / encodeSeconds; }
    // How long encoding takes if products and attention run as fast as they do alone.
    double floorSeconds(const OpRate& rate) const {
        const auto ranks = static_cast<double>(rankSeconds.size());
        return (encodeFlops.projections / rate.productFlops +
                encodeFlops.attention / rate.attentionFlops) /
               ranks;
    }
    double stepByteRate() const { return static_cast<double>(stepBytes) * generationRate; }
};

// Token ids without meaning, the same in every run: speed does not depend on what the text says.
std::vector<TokenId> randomTokens(std::int64_t count, std::int64_t vocabulary) {
    std::mt19937_64 random(1);
    std::vector<TokenId> ids;
    for (std::int64_t i = 0; i < count; ++i)
        ids.push_back(static_cast<TokenId>(random() % static_cast<std::uint64_t>(vocabulary)));
    return ids;
}

// The median of what merging the ranks' partials takes in a generated token, by the layer. Steps
// that are measured are slower, so these are others than those of the rate.
double measureMerge(Engine& engine, const EncodedContext& context,
                    const PlacementOptions& placement, const std::stop_token& stop) {
    if (engine.ranks() == 1) return 0;
    AnswerOptions options;
    options.maxTokens = 36;
    options.ignoresEnd = true;
    options.profiledEvery = 4;
    std::vector<double> seconds;
    const EventSink events = [&](const EngineEvent& event) {
        const auto* step = std::get_if<TokenDecoded>(&event);
        if (step && step->parts) seconds.push_back(step->parts->merge);
    };
    Conversation conversation = engine.startConversation(context, placement);
    engine.answer(conversation, randomTokens(16, engine.config().vocabulary), options, events,
                  stop);
    if (seconds.empty()) throw Stopped();
    const auto middle = seconds.begin() + std::ssize(seconds) / 2;
    std::nth_element(seconds.begin(), middle, seconds.end());
    return *middle / static_cast<double>(engine.config().layers);
}

struct Encoding {
    std::unique_ptr<EncodedContext> context;  // of the last time
    double firstSeconds = 0;
    double seconds = 0;               // of the fastest
    std::vector<double> rankSeconds;  // its blocks' seconds, added up
};

std::vector<double> rankSecondsOf(const Engine& engine, const EncodedContext& context) {
    std::vector<double> seconds(static_cast<std::size_t>(engine.ranks()));
    for (std::size_t i = 0; i < context.blocks.size(); ++i)
        seconds[static_cast<std::size_t>(context.rankOf[i])] += context.seconds[i];
    return seconds;
}

// One context is given up before the next is begun: two of them may not fit.
Encoding encodeRepeatedly(Engine& engine, std::int64_t tokens, const ContextOptions& options,
                          std::int64_t repeats, const CommandContext& command) {
    ProgressLine progress(command.showsProgress);
    const EventSink events = [&](const EngineEvent& event) { progress.show(event); };
    Encoding encoding;
    for (std::int64_t repeat = 0; repeat < repeats; ++repeat) {
        encoding.context.reset();
        encoding.context = engine.encode(randomTokens(tokens, engine.config().vocabulary), {},
                                         options, events, command.stop);
        progress.clear();
        const EncodedContext& context = *encoding.context;
        if (repeat == 0) encoding.firstSeconds = context.encodeSeconds;
        if (repeat > 0 && context.encodeSeconds >= encoding.seconds) continue;
        encoding.seconds = context.encodeSeconds;
        encoding.rankSeconds = rankSecondsOf(engine, context);
    }
    return encoding;
}

BenchRow measure(Engine& engine, const BenchFlags& flags, const std::string& mode,
                 std::int64_t tokens, std::int64_t weightBytes, const CommandContext& command) {
    std::vector<TokenId> anchor;
    const std::string& file = flags.context.anchor;
    if (flags.context.hasAnchorFile())
        anchor = encodeText(engine.tokenizer(), readTextFile(file), file);
    ContextOptions options = flags.context.resolve(std::move(anchor));
    options.attention = attentionModeOf(mode);
    Encoding encoding = encodeRepeatedly(engine, tokens, options, flags.repeats, command);
    const EncodedContext* context = encoding.context.get();
    const PlacementOptions placement = flags.placement.resolve(options.attention);
    Conversation conversation = engine.startConversation(*context, placement);
    AnswerOptions answerOptions;
    answerOptions.maxTokens = flags.generated;
    answerOptions.ignoresEnd = true;
    const Answer answer = engine.answer(conversation, randomTokens(16, engine.config().vocabulary),
                                        answerOptions, {}, command.stop);
    if (answer.end == AnswerEnd::stopped) throw Stopped();
    return {.mode = mode,
            .tokens = tokens,
            .blocks = context->blocks.size(),
            .encodeSeconds = encoding.seconds,
            .firstEncodeSeconds = encoding.firstSeconds,
            .encodeFlops = encodingFlopsByKind(engine.config(), *context),
            .firstTokenSeconds = answer.firstTokenSeconds,
            .generationRate = answer.tokensPerSecond(),
            .kvBytes = context->kvBytes(),
            .peakBytes = peakMemory(),
            .stepBytes = weightBytes + bytesReadByAToken(engine.config(), *context),
            .rankSeconds = std::move(encoding.rankSeconds),
            .mergeSeconds = measureMerge(engine, *context, placement, command.stop)};
}

nlohmann::ordered_json jsonOf(const BenchRow& row, const DeviceRate& device) {
    return {{"mode", row.mode},
            {"context_tokens", row.tokens},
            {"blocks", row.blocks},
            {"encode_s", row.encodeSeconds},
            {"first_encode_s", row.firstEncodeSeconds},
            {"encode_tokens_per_s", static_cast<double>(row.tokens) / row.encodeSeconds},
            {"encode_flops", row.encodeRate()},
            {"projection_flops", row.encodeFlops.projections},
            {"attention_flops", row.encodeFlops.attention},
            {"floor_s", row.floorSeconds(device.peak)},
            {"times_floor", row.encodeSeconds / row.floorSeconds(device.peak)},
            {"lasting_product_flops", device.lasting.productFlops},
            {"lasting_attention_flops", device.lasting.attentionFlops},
            {"lasting_floor_s", row.floorSeconds(device.lasting)},
            {"times_lasting_floor", row.encodeSeconds / row.floorSeconds(device.lasting)},
            {"rank_s", row.rankSeconds},
            {"merge_us_per_layer", row.mergeSeconds * 1e6},
            {"first_token_s", row.firstTokenSeconds},
            {"generation_tokens_per_s", row.generationRate},
            {"generation_bytes_per_s", row.stepByteRate()},
            {"fraction_of_memory_rate", row.stepByteRate() / device.memoryBytes},
            {"kv_bytes", row.kvBytes},
            {"peak_bytes", row.peakBytes}};
}

void printRow(const BenchRow& row, const DeviceRate& device) {
    std::printf(
        "| %s | %s | %zu | %.3f | %.0f | %.0f | %.2f | %.2f | %.3f | %.1f | %.0f %% | %s | "
        "%s |\n",
        row.mode.c_str(), grouped(row.tokens).c_str(), row.blocks, row.encodeSeconds,
        static_cast<double>(row.tokens) / row.encodeSeconds, row.encodeRate() * 1e-9,
        row.encodeSeconds / row.floorSeconds(device.peak),
        row.encodeSeconds / row.floorSeconds(device.lasting), row.firstTokenSeconds,
        row.generationRate, 100 * row.stepByteRate() / device.memoryBytes,
        bytesText(static_cast<std::uint64_t>(row.kvBytes)).c_str(),
        bytesText(static_cast<std::uint64_t>(row.peakBytes)).c_str());
    for (std::size_t rank = 0; rank < row.rankSeconds.size() && row.rankSeconds.size() > 1; ++rank)
        std::printf("%s rank %zu %.3f s", rank == 0 ? "blocks of" : ",", rank,
                    row.rankSeconds[rank]);
    if (row.rankSeconds.size() > 1)
        std::printf("; a layer's merge %.1f us\n", row.mergeSeconds * 1e6);
    std::fflush(stdout);
}

void printHead(const Engine& engine, const DeviceRate& device) {
    std::printf("%s %s on %s\n", engine.config().architecture.c_str(), engine.config().name.c_str(),
                engine.description().c_str());
    std::printf("measured in this run: matrix products %.0f GFLOP/s, attention %.0f GFLOP/s, ",
                device.peak.productFlops * 1e-9, device.peak.attentionFlops * 1e-9);
    if (device.registerFlops > 0)
        std::printf("multiply-adds in registers %.0f GFLOP/s, ", device.registerFlops * 1e-9);
    std::printf("memory %.1f GB/s\n", device.memoryBytes * 1e-9);
    if (device.lasting.productFlops != device.peak.productFlops)
        std::printf("when they last: matrix products %.0f GFLOP/s, attention %.0f GFLOP/s\n",
                    device.lasting.productFlops * 1e-9, device.lasting.attentionFlops * 1e-9);
    std::printf(
        "\n| attention | context tokens | blocks | encoding s | tokens/s | GFLOP/s | times the "
        "floor | times the floor at lasting rates | first token s | generation tokens/s | of "
        "memory rate | KV cache | peak memory so far |\n"
        "|---|---|---|---|---|---|---|---|---|---|---|---|---|\n");
    std::fflush(stdout);
}

std::unique_ptr<ModelFile> openBenchModel(const BenchFlags& flags) {
    if (flags.shape.empty()) return openModelFile(flags.engine.model.resolve());
    for (const DataType type : {DataType::bf16, DataType::f16, DataType::q8_0, DataType::q4_0,
                                DataType::q4_k, DataType::q5_k, DataType::q6_k})
        if (flags.weights == dataTypeInfo(type).name)
            return makeShapeModel(shapeNamed(flags.shape), type);
    throw Error("--weights ", flags.weights,
                " is no type of weights; use BF16, F16, Q8_0, Q4_0, Q4_K, Q5_K or Q6_K");
}

// Of the weights that a generated token reads: all but the embedding, unless that is the output
// too.
std::int64_t weightBytesRead(const ModelFile& model) {
    const bool hasOutput = model.find("output.weight") != nullptr;
    std::int64_t bytes = 0;
    for (const StoredTensor& tensor : model.tensors())
        if (tensor.name != "token_embd.weight" || !hasOutput)
            bytes += static_cast<std::int64_t>(tensor.bytes.size());
    return bytes;
}

void bench(const BenchFlags& flags, const CommandContext& command) {
    for (const std::string& mode : flags.modes) attentionModeOf(mode);
    auto model = openBenchModel(flags);
    const std::int64_t weightBytes = weightBytesRead(*model);
    const auto engine = openEngine(flags.engine.options, std::move(model));
    const DeviceRate device = measureDeviceRate(flags.engine.options, engine->config());
    if (!command.isJson) printHead(*engine, device);
    auto rows = nlohmann::ordered_json::array();
    OpRate before = device.lasting;
    for (const std::int64_t tokens : flags.lengths)
        for (const std::string& mode : flags.modes) {
            const BenchRow row = measure(*engine, flags, mode, tokens, weightBytes, command);
            DeviceRate during = device;
            if (const auto after = opRateNow(flags.engine.options)) {
                during.lasting = {(before.productFlops + after->productFlops) / 2,
                                  (before.attentionFlops + after->attentionFlops) / 2};
                before = *after;
            }
            if (command.isJson)
                rows.push_back(jsonOf(row, during));
            else
                printRow(row, during);
        }
    if (command.isJson)
        printJson({{"device", engine->description()},
                   {"product_flops", device.peak.productFlops},
                   {"attention_flops", device.peak.attentionFlops},
                   {"lasting_product_flops", device.lasting.productFlops},
                   {"lasting_attention_flops", device.lasting.attentionFlops},
                   {"register_flops", device.registerFlops},
                   {"memory_bytes_per_s", device.memoryBytes},
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
    app->add_option("--repeats", flags->repeats, "Times to encode; the best one counts")
        ->check(atLeast(1))
        ->capture_default_str();
    app->add_option("--shape", flags->shape,
                    "Random weights in the shape of llama-3.1-8b, qwen2.5-0.5b or smollm2-135m, "
                    "instead of a model");
    app->add_option("--weights", flags->weights, "Type of the random weights")
        ->capture_default_str();
    flags->engine.add(*app);
    flags->context.add(*app);
    app->remove_option(app->get_option("--attention"));  // --modes names several
    flags->placement.add(*app);
}

}  // namespace asterism
