#include "app/fetch/catalogue_fetcher.h"

#include <system_error>
#include <variant>

#include "app/fetch/package_download.h"
#include "app/fetch/part_file.h"
#include "core/base/error.h"
#include "core/base/private_folder.h"

namespace asterism {

namespace fs = std::filesystem;

namespace {

using Stage = FetchProgress::Stage;

// True if the file is there with the size and hash of the catalogue. Empty if stopped.
std::optional<bool> isWhole(const CatalogueEntry& entry, const fs::path& file,
                            const std::function<void(std::uint64_t)>& onBytes,
                            const std::stop_token& stop) {
    std::error_code error;
    if (fs::file_size(file, error) != entry.bytes || error) return false;
    const auto hash = sha256OfFile(file, onBytes, stop);
    if (!hash) return std::nullopt;
    return *hash == entry.sha256;
}

void requireSpace(const CatalogueEntry& entry, const fs::path& folder, std::uint64_t doneBytes) {
    std::uint64_t needed = entry.bytes - doneBytes;
    if (const auto* packages = std::get_if<PackageSource>(&entry.source))
        needed = packageSpace(*packages, doneBytes);
    std::error_code error;
    const fs::space_info space = fs::space(folder, error);
    constexpr std::uint64_t kMegabyte = 1'000'000;
    if (!error && space.available < needed)
        throw Error("not enough room for ", entry.name, " in ", folder.string(), ": ",
                    needed / kMegabyte + 1, " MB are needed, ", space.available / kMegabyte,
                    " MB are free; free some space or choose another folder with XDG_DATA_HOME");
}

}  // namespace

std::optional<fs::path> CatalogueFetcher::fetch(const CatalogueEntry& entry, const fs::path& folder,
                                                const FetchProgressCallback& onProgress,
                                                std::stop_token stop) {
    const auto report = [&](Stage stage) {
        return [&, stage](std::uint64_t bytes) {
            if (onProgress) onProgress({stage, bytes, entry.bytes});
        };
    };
    makePrivateFolder(folder, kModelFolderAdvice);
    const fs::path target = folder / entry.fileName;
    if (fs::exists(target)) {
        const auto whole = isWhole(entry, target, report(Stage::checking), stop);
        if (!whole) return std::nullopt;
        if (*whole) return target;
    }

    PartFile part(target);
    if (part.size() > entry.bytes) part.truncate(0);
    requireSpace(entry, folder, part.size());
    const auto onBytes = std::function<void(std::uint64_t)>(report(Stage::downloading));
    bool isComplete = false;
    if (const auto* url = std::get_if<UrlSource>(&entry.source)) {
        isComplete = downloadUrl(url->url, entry.bytes, part, onBytes, stop, m_options.http);
    } else {
        const fs::path scratch = fs::path(part.path()).concat(".packages");
        isComplete = downloadPackages(std::get<PackageSource>(entry.source), m_options.python,
                                      scratch, part, onBytes, stop);
    }
    if (!isComplete) return std::nullopt;

    const auto hash = sha256OfFile(part.path(), report(Stage::checking), stop);
    if (!hash) return std::nullopt;
    if (*hash != entry.sha256) {
        part.discard();
        throw Error(entry.fileName, " arrived with sha256 ", *hash, ", the catalogue says ",
                    entry.sha256, "; it was thrown away, pull again, and if that repeats the ",
                    "source has changed");
    }
    part.publish();
    return target;
}

}  // namespace asterism
