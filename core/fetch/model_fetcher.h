#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>

#include "core/fetch/catalogue.h"

namespace asterism {

// How far a fetch is.
struct FetchProgress {
    enum class Stage { downloading, checking };
    Stage stage = Stage::downloading;
    std::uint64_t doneBytes = 0;  // of the model file, what an earlier run left included
    std::uint64_t totalBytes = 0;
};

using FetchProgressCallback = std::function<void(const FetchProgress&)>;

// The seam through which models come to this machine; core itself opens no connection. One fetch
// at a time per object, from any thread; the callback runs on the calling thread.
class ModelFetcher {
  public:
    virtual ~ModelFetcher() = default;

    // Brings the model into `folder` (made if it is not there) and returns its path; empty if
    // stopped. The final name appears only when size and sha256 are right, so a file under it is
    // whole; what is unfinished stays under NAME.part and the next call goes on from there. A file
    // that is there already is checked, and fetched anew if it is damaged. Throws Error for
    // anything that keeps the model from arriving.
    virtual std::optional<std::filesystem::path> fetch(const CatalogueEntry& entry,
                                                       const std::filesystem::path& folder,
                                                       const FetchProgressCallback& onProgress,
                                                       std::stop_token stop) = 0;
};

}  // namespace asterism
