#include "app/fetch/model_folder.h"

#include <pwd.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <system_error>

#include "core/base/error.h"

namespace asterism {

namespace fs = std::filesystem;

namespace {

fs::path homeFolder() {
    if (const char* home = std::getenv("HOME"); home && *home) return home;
    std::array<char, 4096> buffer{};
    passwd entry{};
    passwd* found = nullptr;
    if (::getpwuid_r(::getuid(), &entry, buffer.data(), buffer.size(), &found) == 0 && found)
        return found->pw_dir;
    throw Error("no home folder is known; set HOME, or XDG_DATA_HOME to where models are kept");
}

}  // namespace

fs::path modelFolder() {
    // Empty or relative means unset: the XDG base directory specification.
    const char* data = std::getenv("XDG_DATA_HOME");
    const fs::path base = data && *data == '/' ? fs::path(data) : homeFolder() / ".local" / "share";
    return base / "asterism" / "models";
}

fs::path resolveModel(const std::string& nameFileOrFolder, const Catalogue& catalogue,
                      const fs::path& folder) {
    std::error_code error;
    if (!nameFileOrFolder.empty() && fs::exists(nameFileOrFolder, error)) return nameFileOrFolder;
    if (nameFileOrFolder.find('/') != std::string::npos)
        throw Error("no model at ", nameFileOrFolder,
                    error ? ": " + error.message() : std::string(),
                    "; give a GGUF file, a model folder or a name of `asterism-cli model list`");
    const CatalogueEntry& entry = catalogue.get(nameFileOrFolder);
    fs::path file = folder / entry.fileName;
    if (!fs::exists(file, error))
        throw ModelMissing("the model ", entry.name, " is not on this machine; fetch it with ",
                           "`asterism-cli model pull ", entry.name, "`");
    return file;
}

fs::path resolveModel(const std::string& nameFileOrFolder) {
    return resolveModel(nameFileOrFolder, builtInCatalogue(), modelFolder());
}

std::string usualModel(const Catalogue& catalogue, const fs::path& folder) {
    const auto isFetched = [&folder](const CatalogueEntry& entry) {
        std::error_code error;
        return fs::exists(folder / entry.fileName, error);
    };
    return catalogue.usualEntry(isFetched).name;
}

std::string usualModel() {
    return usualModel(builtInCatalogue(), modelFolder());
}

}  // namespace asterism
