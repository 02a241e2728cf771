#include <algorithm>
#include <iostream>
#include <memory>
#include <optional>

#include "app/cli/byte_text.h"
#include "app/cli/command_list.h"
#include "app/cli/folder_watch.h"
#include "app/cli/open_project.h"
#include "app/cli/project_output.h"
#include "app/cli/text_io.h"
#include "core/base/clock.h"
#include "core/documents/file_reading.h"
#include "core/star/encoding_cost.h"
#include "storage/projects/file_filter.h"

namespace asterism {

namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

struct IngestFlags {
    ProjectFlags project;
    std::string name;
    std::vector<fs::path> paths;
    std::vector<std::string> without;
    std::vector<std::string> wanted;
    bool isDryRun = false;
    bool watches = false;
};

// A project's sources with those that are to come, as a pre-flight names their documents.
std::vector<SourceRecord> sourcesOf(OpenProject& project, const std::vector<fs::path>& paths) {
    auto sources = project.workspace().projects().sources(project.session().project().id);
    for (const fs::path& path : paths) {
        SourceRecord source;
        source.path = fs::canonical(path);
        source.isFolder = fs::is_directory(source.path);
        if (!sources.empty() && source.isFolder)
            source.prefix = displayName(source.path.filename()) + "/";
        const bool isThere =
            std::any_of(sources.begin(), sources.end(),
                        [&](const SourceRecord& known) { return known.path == source.path; });
        if (!isThere) sources.push_back(std::move(source));
    }
    return sources;
}

// Throws Error for a glob of --without that is new to the project and matches no file.
void checkGlobs(OpenProject& project, const IngestFlags& flags, const std::stop_token& stop) {
    if (flags.without.empty()) return;
    const std::vector<FilterRule> kept =
        project.workspace().documents().filterRules(project.session().project().id);
    std::vector<std::string> names;
    for (const SourceRecord& source : sourcesOf(project, flags.paths)) {
        if (!source.isFolder) {
            names.push_back(source.prefix + displayName(source.path.filename()));
            continue;
        }
        for (const FoundFile& file : listFolder(source.path, {}, stop).files)
            names.push_back(source.prefix + file.name);
    }
    for (const std::string& glob : flags.without) {
        const auto isMatch = [&](const std::string& name) { return matchesGlob(glob, name); };
        if (std::find(kept.begin(), kept.end(), FilterRule{glob, true, false}) == kept.end() &&
            std::none_of(names.begin(), names.end(), isMatch))
            throw Error("--without ", glob, ": matches none of the ", names.size(), " files");
    }
}

IngestOptions optionsOf(OpenProject& project, const IngestFlags& flags,
                        const std::stop_token& stop) {
    IngestOptions options;
    options.paths = flags.paths;
    if (!flags.isDryRun) {  // now, so that --without meets the names that documents will have
        for (const fs::path& path : flags.paths)
            project.workspace().projects().addSource(project.session().project().id,
                                                     fs::canonical(path), fs::is_directory(path));
        options.paths.clear();
    }
    IngestFlags named = flags;
    named.paths = options.paths;
    checkGlobs(project, named, stop);
    options.withoutGlobs = flags.without;
    options.wantedGlobs = flags.wanted;
    return options;
}

Json namesJson(const ProjectChanges& changes) {
    return {{"added", changes.added}, {"changed", changes.changed}, {"removed", changes.removed}};
}

Json reportJson(const ProjectChanges& changes, std::int64_t blocksEncoded, double seconds) {
    Json json = changesJson(changes);
    json["unchanged"] = changes.unchanged;
    json["blocks_total"] = changes.blocksTotal;
    json["blocks_encoded"] = blocksEncoded;
    json["tokens"] = changes.tokens;
    json["seconds"] = seconds;
    json["kv_bytes"] = changes.kvBytes;
    json["block_tokens"] = changes.blockTokens;
    json["documents"] = namesJson(changes);
    json["left_out"] = leftOutJson(changes.leftOut);
    json["failed"] = changes.failed;
    json["problems"] = changes.problems;
    json["anchor_stands"] = changes.anchorStands;
    json["summary"] = changes.summary();
    return json;
}

void printTroubles(const ProjectChanges& changes) {
    for (const LeftOut& file : changes.leftOut)
        std::cerr << "left out: " << file.name << " (" << file.reason << ")" << std::endl;
    for (const std::string& failed : changes.failed) std::cerr << "failed: " << failed << std::endl;
    for (const std::string& problem : changes.problems)
        std::cerr << "problem: " << problem << std::endl;
    if (!changes.anchorStands)
        std::cerr << "note: the text that the project's anchor was taken from is no longer its "
                     "beginning; blocks are encoded behind the anchor that was kept"
                  << std::endl;
}

// That blocks are shorter than somebody asked for.
void printShorterBlocks(const ProjectSettings& settings, const ProjectChanges& changes) {
    if (settings.blockTokens == ProjectSettings().blockTokens ||
        settings.blockTokens <= changes.blockTokens)
        return;
    std::cerr << "note: blocks have at most " << grouped(changes.blockTokens) << " tokens, not "
              << grouped(settings.blockTokens)
              << ": a block and the anchor before it must fit the model's window" << std::endl;
}

// Seconds that encoding takes here, where nothing was encoded yet that could tell: by the time that
// a run over a few hundred tokens of the text takes.
double measuredSeconds(Engine& engine, const Preflight& preflight, std::int64_t blockTokens,
                       const std::stop_token& stop) {
    constexpr std::size_t kWarmUp = 64;
    constexpr std::size_t kMeasured = 512;
    const ProjectChanges& changes = preflight.changes;
    if (changes.tokensToEncode == 0) return 0;
    std::vector<TokenId> tokens;
    for (const Document& document : preflight.collection.documents) {
        const auto more = engine.tokenizer().encode(document.text.substr(0, 8 * kMeasured),
                                                    ControlTokens::asText);
        tokens.insert(tokens.end(), more.begin(), more.end());
        if (tokens.size() >= kMeasured) break;
    }
    const auto window = static_cast<std::size_t>(engine.config().window);
    tokens.resize(std::min({tokens.size(), kMeasured, window}));
    if (tokens.size() < 2) return 0;
    engine.score(std::span(tokens).first(std::min(tokens.size(), kWarmUp)), stop);
    const Stopwatch clock;
    engine.score(tokens, stop);
    const auto count = std::ssize(tokens);
    const double head = 2.0 * static_cast<double>(engine.config().hidden) *
                        static_cast<double>(engine.config().vocabulary) *
                        static_cast<double>(count);
    const double rate = (encodingFlops(engine.config(), count, 0) + head) / clock.seconds();
    const std::int64_t block = changes.tokensToEncode / changes.blocksToEncode;
    const double flops = encodingFlops(engine.config(), block, std::min(block, blockTokens)) *
                         static_cast<double>(changes.blocksToEncode);
    return flops / rate;
}

// A project of its own in memory with the sources of another one: what reading it anew would cost.
std::unique_ptr<OpenProject> openForDryRun(const IngestFlags& flags,
                                           const CommandContext& command) {
    auto kept = flags.project.workspace.open();
    const auto known = kept->projects().find(flags.name);
    const bool changesModel = known && !flags.project.engine.model.model.empty() &&
                              rememberedModel(flags.project.engine.model.model) != known->model;
    if (known && !changesModel)
        return std::make_unique<OpenProject>(flags.project, command, std::move(kept), flags.name);
    auto workspace = flags.project.workspace.open(false);
    if (known) {
        flags.project.settings.check(*known);
        const ProjectRecord copy =
            workspace->projects().create(flags.name, known->model, known->settings);
        for (const SourceRecord& source : kept->projects().sources(known->id))
            workspace->projects().addSource(copy.id, source.path, source.isFolder);
        workspace->documents().setFilterRules(copy.id, kept->documents().filterRules(known->id));
    }
    return std::make_unique<OpenProject>(flags.project, command, std::move(workspace), flags.name);
}

void showDryRun(const IngestFlags& flags, const CommandContext& command) {
    const Stopwatch clock;
    const auto project = openForDryRun(flags, command);
    const IngestOptions options = optionsOf(*project, flags, command.stop);
    Preflight preflight = project->session().preflight(options, project->events(), command.stop);
    project->progress().clear();
    ProjectChanges& changes = preflight.changes;
    if (changes.estimatedSeconds == 0)
        changes.estimatedSeconds =
            measuredSeconds(project->engine(), preflight, changes.blockTokens, command.stop);
    printShorterBlocks(project->session().project().settings, changes);
    if (command.isJson) {
        Json json = reportJson(changes, 0, clock.seconds());
        json["blocks_to_encode"] = changes.blocksToEncode;
        json["tokens_to_encode"] = changes.tokensToEncode;
        json["estimated_seconds"] = changes.estimatedSeconds;
        json["tree"] = preflightJson(preflight);
        return printJson(json);
    }
    std::cout << preflightText(preflight);
    for (const std::string& failed : changes.failed) std::cout << "failed: " << failed << '\n';
    for (const std::string& problem : changes.problems) std::cout << "problem: " << problem << '\n';
    std::cout << changes.summary() << ": " << grouped(changes.tokensToEncode) << " of "
              << grouped(changes.tokens) << " tokens, about " << duration(changes.estimatedSeconds)
              << " on this machine, " << bytesText(static_cast<std::uint64_t>(changes.kvBytes))
              << " of KV cache" << std::endl;
}

IngestReport ingestOnce(OpenProject& project, const IngestOptions& options,
                        const CommandContext& command) {
    IngestReport report = project.session().ingest(options, project.events(), command.stop);
    project.progress().clear();
    if (command.isJson) return report;
    const ProjectChanges& changes = report.changes;
    printTroubles(changes);
    printShorterBlocks(project.session().project().settings, changes);
    std::cout << "+" << changes.added.size() << " ~" << changes.changed.size() << " -"
              << changes.removed.size() << ", " << changes.unchanged
              << " unchanged: " << grouped(changes.tokens) << " tokens in "
              << grouped(changes.blocksTotal) << " blocks, " << grouped(report.blocksRestored)
              << " restored, " << grouped(report.blocksEncoded) << " encoded, "
              << duration(report.seconds) << std::endl;
    return report;
}

std::vector<fs::path> sourcePaths(OpenProject& project) {
    std::vector<fs::path> paths;
    for (const SourceRecord& source :
         project.workspace().projects().sources(project.session().project().id))
        paths.push_back(source.path);
    return paths;
}

// Until Ctrl-C, which ends in Stopped. The watch was there before anything was read, so that it has
// seen what changed meanwhile.
void watchSources(OpenProject& project, FolderWatch& watch, IngestOptions options,
                  const CommandContext& command) {
    std::cerr << "watching " << sourcePaths(project).size() << " sources; Ctrl-C ends it"
              << std::endl;
    options.paths.clear();
    options.withoutGlobs.clear();  // the project keeps them
    options.wantedGlobs.clear();
    for (;;) {
        watch.wait(command.stop);
        const ProjectChanges changes =
            project.session().preflight(options, {}, command.stop).changes;
        const bool isSame =
            changes.added.empty() && changes.changed.empty() && changes.removed.empty();
        if (isSame && changes.blocksToEncode == 0) continue;
        std::cout << changes.summary() << std::endl;
        ingestOnce(project, options, command);
    }
}

void ingest(const IngestFlags& flags, const CommandContext& command) {
    if (flags.watches && (flags.isDryRun || command.isJson))
        throw UsageError("--watch goes on until Ctrl-C and has no one result; leave ",
                         flags.isDryRun ? "--dry-run" : "--json", " out");
    checkPaths(flags.paths);
    auto workspace = flags.project.workspace.open();
    if (flags.paths.empty() && !workspace->projects().find(flags.name))
        throw Error(flags.name,
                    ": there is no project of that name; to make it, name the files "
                    "and folders it consists of");
    if (flags.isDryRun) return showDryRun(flags, command);
    OpenProject project(flags.project, command, std::move(workspace), flags.name);
    const IngestOptions options = optionsOf(project, flags, command.stop);
    std::optional<FolderWatch> watch;
    if (flags.watches) watch.emplace(sourcePaths(project));
    const IngestReport report = ingestOnce(project, options, command);
    if (command.isJson) {
        Json json = reportJson(report.changes, report.blocksEncoded, report.seconds);
        json["blocks_unkept"] = report.blocksUnkept;
        printJson(json);
    }
    if (watch) watchSources(project, *watch, options, command);
    if (report.blocksUnkept > 0)
        throw Error(flags.name, ": is read, but ", report.blocksUnkept, " of ",
                    report.changes.blocksTotal,
                    " blocks are not in the KV cache; every question will encode them again");
}

}  // namespace

void addIngestCommand(CommandSet& commands) {
    const auto flags = std::make_shared<IngestFlags>();
    CLI::App* app =
        commands.add("ingest", "Read files and folders into a project, or what changed in them",
                     [flags](const CommandContext& context) { ingest(*flags, context); });
    app->add_option("project", flags->name, "Name of the project; made if it is new")->required();
    app->add_option("path", flags->paths, "Files and folders; none: those it has already");
    app->add_flag("--dry-run", flags->isDryRun, "Show what would be read and what it costs");
    app->add_flag("--watch", flags->watches, "Go on, and read what changes, until Ctrl-C");
    app->add_option("--without", flags->without, "Leave out, now and later; may be repeated");
    app->add_option("--with", flags->wanted,
                    "Take again what --without leaves out; may be repeated");
    flags->project.workspace.add(*app);
    flags->project.engine.add(*app);
    flags->project.settings.add(*app);
}

}  // namespace asterism
