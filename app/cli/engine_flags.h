#pragma once

#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include "core/options.h"

namespace asterism {

// The options that several commands share, as they stand on the command line, and their way into
// the engine's structs. Declared by add(), read after parsing; must outlive the parser.

// --model alone, for commands that need no engine.
struct ModelFlag {
    std::string model;  // file, folder or catalogue name; empty: the catalogue's default

    void add(CLI::App& command);
    // Throws Error if there is no such model.
    std::filesystem::path resolve() const;
};

struct EngineFlags {
    ModelFlag model;
    EngineOptions options;

    void add(CLI::App& command);
    // The options with the model resolved. Throws Error if there is no such model.
    EngineOptions resolve() const;
};

struct ContextFlags {
    ContextOptions options;
    std::string anchor = "first";  // first, none or a file

    void add(CLI::App& command);
    // True if the anchor is the text of a file, which the caller reads.
    bool hasAnchorFile() const { return anchor != "first" && anchor != "none"; }
    // The options with the anchor resolved; `anchorFile` holds the tokens of an anchor's file.
    ContextOptions resolve(std::vector<TokenId> anchorFile) const;
};

// --kv of something that has a KV type of its own where none is given.
void addKvFlag(CLI::App& command, std::optional<KvType>& kv);
std::string nameOf(KvType kv);

// Accepts whole numbers from `low` on; the complaint says so.
CLI::Validator atLeast(std::int64_t low);

// Lets an option take a number of bytes, also with a unit: 20G.
void takeSize(CLI::Option& option);

// What a name on the command line stands for. Throws UsageError if it is none.
AttentionMode attentionModeOf(const std::string& name);
PlanKind planOf(const std::string& name);
Positions positionsOf(const std::string& name);
Placement placementOf(const std::string& name);
KvType kvTypeOf(const std::string& name);

struct PlacementFlags {
    PlacementOptions options;
    std::string placement;  // empty: the attention mode's own

    void add(CLI::App& command);
    // --select-blocks, for commands that ask one question.
    void addSelection(CLI::App& command);
    // The options for an attention mode: star staggers, the others stay in place.
    PlacementOptions resolve(AttentionMode attention) const;
};

struct AnswerFlags {
    AnswerOptions options;

    void add(CLI::App& command);
};

}  // namespace asterism
