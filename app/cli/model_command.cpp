#include <iostream>
#include <memory>

#include "app/cli/byte_text.h"
#include "app/cli/command_list.h"
#include "app/cli/fetch_progress.h"
#include "app/cli/model_report.h"
#include "app/cli/text_io.h"
#include "app/fetch/catalogue_fetcher.h"
#include "app/fetch/model_folder.h"
#include "core/base/clock.h"
#include "core/model/decoder.h"

namespace asterism {

namespace {

void listModels(const CommandContext& context) {
    const nlohmann::ordered_json list = describeCatalogue(builtInCatalogue(), modelFolder());
    if (context.isJson) return printJson(list);
    std::cout << catalogueText(list);
}

void pullModel(const std::string& name, const CommandContext& context) {
    const Catalogue& catalogue = builtInCatalogue();
    const CatalogueEntry& entry = name.empty() ? catalogue.defaultEntry() : catalogue.get(name);
    const Stopwatch clock;
    FetchProgressText progress(entry.name);
    bool wasFetched = false;
    bool hasLine = false;
    const auto onProgress = [&](const FetchProgress& state) {
        if (state.stage == FetchProgress::Stage::downloading && !wasFetched) {
            wasFetched = true;
            if (!context.showsProgress)
                std::cerr << "fetching " << entry.name << ", " << bytesText(entry.bytes) << ", "
                          << entry.licence << " (" << entry.terms << ")" << std::endl;
        }
        if (!context.showsProgress) return;
        if (const auto line = progress.line(state, clock.seconds())) {
            std::cerr << "\r\033[K" << *line << std::flush;
            hasLine = true;
        }
    };
    CatalogueFetcher fetcher;
    std::optional<std::filesystem::path> path;
    const auto clearLine = [&] {
        if (hasLine) std::cerr << "\r\033[K" << std::flush;
    };
    try {
        path = fetcher.fetch(entry, modelFolder(), onProgress, context.stop);
    } catch (...) {
        clearLine();
        throw;
    }
    clearLine();
    if (!path) {
        std::cerr << "what has arrived is kept; the next pull goes on from there" << std::endl;
        throw Stopped();
    }
    if (context.isJson)
        return printJson({{"name", entry.name},
                          {"path", path->string()},
                          {"bytes", entry.bytes},
                          {"sha256", entry.sha256},
                          {"licence", entry.licence},
                          {"fetched", wasFetched},
                          {"seconds", clock.seconds()}});
    std::cout << entry.name << " is " << (wasFetched ? "" : "already ") << "at " << path->string()
              << ", size and sha256 checked\n";
}

void showModel(const std::string& file, const CommandContext& context) {
    const nlohmann::ordered_json description = describeModel(resolveModel(file));
    if (context.isJson) return printJson(description);
    std::cout << modelText(description);
}

}  // namespace

void addModelCommand(CommandSet& commands) {
    CLI::App* group = commands.addGroup("model", "List, fetch and describe models");
    commands.addBelow(*group, "list", "The models that can be fetched by name", listModels);

    const auto name = std::make_shared<std::string>();
    commands
        .addBelow(*group, "pull", "Fetch a model, or go on with a fetch that was interrupted",
                  [name](const CommandContext& context) { pullModel(*name, context); })
        ->add_option("name", *name, "Name of the catalogue")
        ->default_str(builtInCatalogue().defaultEntry().name);

    const auto file = std::make_shared<std::string>();
    commands
        .addBelow(*group, "info", "What is in a model file",
                  [file](const CommandContext& context) { showModel(*file, context); })
        ->add_option("file", *file, "Model file, folder or catalogue name")
        ->required();
}

}  // namespace asterism
