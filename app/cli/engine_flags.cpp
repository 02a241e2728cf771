#include "app/cli/engine_flags.h"

#include <charconv>
#include <cstdlib>
#include <map>

#include "app/cli/command.h"
#include "app/fetch/model_folder.h"
#include "core/base/error.h"
#include "core/sampling.h"

namespace asterism {

namespace {

const std::map<std::string, AttentionMode> kAttentionModes{{"star", AttentionMode::star},
                                                           {"dense", AttentionMode::dense},
                                                           {"ring", AttentionMode::ring},
                                                           {"window", AttentionMode::window}};
const std::map<std::string, PlanKind> kPlans{{"fixed", PlanKind::fixed},
                                             {"documents", PlanKind::documents}};
const std::map<std::string, Positions> kPositions{{"contiguous", Positions::contiguous},
                                                  {"global", Positions::global}};
const std::map<std::string, Placement> kPlacements{{"stagger", Placement::stagger},
                                                   {"true", Placement::trueOrder},
                                                   {"reuse", Placement::reuse},
                                                   {"squeeze", Placement::squeeze}};
const std::map<std::string, KvType> kKvTypes{
    {"q8", KvType::q8}, {"bf16", KvType::bf16}, {"f32", KvType::f32}};
const std::map<std::string, Precision> kPrecisions{{"auto", Precision::automatic},
                                                   {"f32", Precision::f32}};

template <typename Value>
std::string namesOf(const std::map<std::string, Value>& choices) {
    std::string names;
    for (const auto& [text, choice] : choices) names += (names.empty() ? "" : "|") + text;
    return names;
}

template <typename Value>
Value valueOf(const std::map<std::string, Value>& choices, const std::string& what,
              const std::string& name) {
    const auto found = choices.find(name);
    if (found == choices.end()) throw UsageError(what, " ", name, " is none of ", namesOf(choices));
    return found->second;
}

// An option that takes one of a few names; `value` holds the default.
template <typename Value>
void addChoice(CLI::App& command, const std::string& name, Value& value,
               const std::map<std::string, Value>& choices, const std::string& description) {
    std::string standard;
    for (const auto& [text, choice] : choices)
        if (choice == value) standard = text;
    const auto assign = [&value, &choices, name](const std::string& text) {
        const auto found = choices.find(text);
        if (found == choices.end())
            throw CLI::ValidationError(name, text + " is none of " + namesOf(choices));
        value = found->second;
    };
    command.add_option_function<std::string>(name, assign, description)
        ->type_name(namesOf(choices))
        ->default_str(standard);
}

// Accepts what the sampler does for one of its options; the complaint is the sampler's.
CLI::Validator asSampler(double SamplingOptions::*option) {
    const auto check = [option](const std::string& text) -> std::string {
        SamplingOptions sampling;
        char* rest = nullptr;
        sampling.*option = std::strtod(text.c_str(), &rest);
        if (*rest != '\0') return {};  // no number: the parser says so
        try {
            checkSampling(sampling);
        } catch (const Error& error) {
            return error.what();
        }
        return {};
    };
    return {check, "", "asSampler"};
}

}  // namespace

void ModelFlag::add(CLI::App& command) {
    command.add_option("--model", model, "Model file, folder or catalogue name")
        ->default_str(builtInCatalogue().defaultEntry().name);
}

std::filesystem::path ModelFlag::resolve() const {
    return resolveModel(model.empty() ? usualModel() : model);
}

void EngineFlags::add(CLI::App& command) {
    model.add(command);
    command.add_option("--ranks", options.ranks, "Workers the blocks are spread over")
        ->check(atLeast(1))
        ->capture_default_str();
    command.add_option("--threads", options.threads, "CPU threads of all ranks; 0: all cores")
        ->check(atLeast(0))
        ->capture_default_str();
    command.add_option("--device", options.device, "cpu or cuda[:K]")->capture_default_str();
    takeSize(
        *command
             .add_option("--gpu-memory", options.gpuMemory,
                         "Bytes of each GPU's memory to use at most: 20G; keys and values that "
                         "do not fit stay in the computer's memory")
             ->default_str("all that are free"));
    addChoice(command, "--precision", options.precision, kPrecisions, "Numbers to compute with");
}

EngineOptions EngineFlags::resolve() const {
    EngineOptions resolved = options;
    resolved.model = model.resolve();
    return resolved;
}

void ContextFlags::add(CLI::App& command) {
    addChoice(command, "--attention", options.attention, kAttentionModes,
              "What a context token sees");
    addChoice(command, "--plan", options.plan, kPlans, "How the context is cut into blocks");
    command.add_option("--block-tokens", options.blockTokens, "Tokens of a block")
        ->check(atLeast(1))
        ->capture_default_str();
    command.add_option("--anchor", anchor, "first, none or a file with the anchor's text")
        ->capture_default_str();
    command.add_option("--anchor-tokens", options.anchorTokens, "Tokens of a first-block anchor")
        ->check(atLeast(1))
        ->default_str("as many as a block");
    addChoice(command, "--positions", options.positions, kPositions,
              "Where a block stands while it is encoded");
    command.add_option("--sink-tokens", options.sinkTokens, "First tokens that window mode keeps")
        ->check(atLeast(0))
        ->capture_default_str();
    command.add_option("--sliding-tokens", options.slidingTokens, "Length of window mode's window")
        ->check(atLeast(1))
        ->capture_default_str();
    addChoice(command, "--kv", options.kv, kKvTypes, "How keys and values are stored");
}

void addKvFlag(CLI::App& command, std::optional<KvType>& kv) {
    const auto assign = [&kv](const std::string& text) {
        const auto found = kKvTypes.find(text);
        if (found == kKvTypes.end())
            throw CLI::ValidationError("--kv", text + " is none of " + namesOf(kKvTypes));
        kv = found->second;
    };
    command.add_option_function<std::string>("--kv", assign, "How keys and values are stored")
        ->type_name(namesOf(kKvTypes))
        ->default_str(nameOf(KvType::q8));
}

std::string nameOf(KvType kv) {
    for (const auto& [text, type] : kKvTypes)
        if (type == kv) return text;
    return {};
}

void takeSize(CLI::Option& option) {
    // The parser of sizes would take -1 for the largest number there is.
    const auto refuseNegative = [](const std::string& size) {
        return size.starts_with('-') ? "must be a number of bytes, not " + size : std::string();
    };
    option.transform(CLI::AsSizeValue(true))
        ->transform(CLI::Validator(refuseNegative, ""));  // comes first, as the last one does
}

CLI::Validator atLeast(std::int64_t low) {
    // Not the parser's own conversion: it takes numbers out of range for the nearest one.
    const auto check = [low](const std::string& text) {
        std::int64_t value = 0;
        const char* end = text.data() + text.size();
        const auto [rest, failure] = std::from_chars(text.data(), end, value);
        const bool isNumber = failure == std::errc() && rest == end;
        return isNumber && value >= low
                   ? std::string()
                   : text + " is not a whole number of " + std::to_string(low) + " or more";
    };
    return {check, "", "atLeast"};
}

ContextOptions ContextFlags::resolve(std::vector<TokenId> anchorFile) const {
    ContextOptions resolved = options;
    if (anchor == "none") resolved.anchor = AnchorMode::none;
    if (hasAnchorFile()) {
        resolved.anchor = AnchorMode::fixedText;
        resolved.fixedAnchor = std::move(anchorFile);
    }
    return resolved;
}

AttentionMode attentionModeOf(const std::string& name) {
    return valueOf(kAttentionModes, "attention mode", name);
}

PlanKind planOf(const std::string& name) {
    return valueOf(kPlans, "plan", name);
}

Positions positionsOf(const std::string& name) {
    return valueOf(kPositions, "positions", name);
}

Placement placementOf(const std::string& name) {
    return valueOf(kPlacements, "placement", name);
}

KvType kvTypeOf(const std::string& name) {
    return valueOf(kKvTypes, "KV type", name);
}

void PlacementFlags::add(CLI::App& command) {
    command.add_option("--placement", placement, "Where blocks stand for the question")
        ->check(CLI::IsMember(kPlacements))
        ->type_name(namesOf(kPlacements))
        ->default_str("stagger; true for dense, ring, window");
    command.add_option("--window", options.window, "Positions that may be used")
        ->check(atLeast(1))
        ->default_str("the smaller of the model's and max(8192, 1.5 blocks + anchor file + room)");
    command.add_option("--room", options.room, "Positions kept for query and answer")
        ->check(atLeast(0))
        ->capture_default_str();
}

void PlacementFlags::addSelection(CLI::App& command) {
    command
        .add_option("--select-blocks", options.selectBlocks,
                    "Attend to the first block and the M that the question needs most")
        ->check(atLeast(0))
        ->default_str("0: attend to all");
}

PlacementOptions PlacementFlags::resolve(AttentionMode attention) const {
    PlacementOptions resolved = options;
    if (!placement.empty())
        resolved.placement = kPlacements.at(placement);
    else if (attention != AttentionMode::star)
        resolved.placement = Placement::trueOrder;
    return resolved;
}

void AnswerFlags::add(CLI::App& command) {
    command.add_option("--max-tokens", options.maxTokens, "Longest answer")
        ->check(atLeast(0))
        ->capture_default_str();
    SamplingOptions& sampling = options.sampling;
    command.add_option("--temperature", sampling.temperature, "0: always the likeliest token")
        ->check(asSampler(&SamplingOptions::temperature))
        ->capture_default_str();
    command.add_option("--top-k", sampling.topK, "Draw from the K likeliest; 0: all")
        ->check(atLeast(0))
        ->capture_default_str();
    command.add_option("--top-p", sampling.topP, "Draw from the likeliest that reach P")
        ->check(asSampler(&SamplingOptions::topP))
        ->capture_default_str();
    command.add_option("--min-p", sampling.minP, "Drop tokens under this share of the likeliest")
        ->check(asSampler(&SamplingOptions::minP))
        ->capture_default_str();
    command.add_option("--repetition-penalty", sampling.repetitionPenalty, "Over 1: repeat less")
        ->check(asSampler(&SamplingOptions::repetitionPenalty))
        ->capture_default_str();
    command.add_option("--seed", sampling.seed, "Seed of the draws")
        ->check(atLeast(0))
        ->capture_default_str();
    command.add_option("--stop", options.stopTexts, "Text that ends the answer; may be repeated");
    command.add_flag("--ignore-end", options.ignoresEnd, "Go on after end-of-answer tokens");
}

}  // namespace asterism
