#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/engine.h"
#include "core/fetch/model_fetcher.h"
#include "storage/workspace.h"

namespace asterism {

// What the program gives to the desktop (app/desktop_main.cpp): ways to things that ui itself may
// not know, such as devices and the network. The functions are called from other threads than the
// GUI's.
struct DesktopParts {
    // As app/engine_factory.h.
    std::function<std::unique_ptr<Engine>(const EngineOptions&)> openEngine;
    // The file that a model's name or path means; throws Error that says what to do.
    std::function<std::filesystem::path(const std::string&)> resolveModel;
    // Makes a fetcher for one download.
    std::function<std::unique_ptr<ModelFetcher>()> makeFetcher;
    const Catalogue* catalogue = nullptr;
    std::filesystem::path modelFolder;
    std::vector<std::string> devices = {"cpu"};
    // Files and folders of the sample project that are there.
    std::vector<std::filesystem::path> sample;
    WorkspaceOptions workspace;
};

}  // namespace asterism
