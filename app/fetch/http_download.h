#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>

#include "app/fetch/part_file.h"

namespace asterism {

struct HttpOptions {
    int attempts = 4;  // a broken connection is taken up again, from where it broke
    std::chrono::milliseconds pause{1000};  // between attempts
    std::chrono::seconds connectTimeout{20};
    std::chrono::seconds stallTimeout{60};  // without a byte
    std::string certificates;               // file of trusted roots; empty: the system's
};

// Fetches `url` into `part` until it has exactly `bytes`, behind what it holds already if the
// server can send a range and still offers a file of that size, else from the beginning. Only
// https, redirects included; plain http only straight from this machine. `onBytes` hears how many
// bytes have arrived. False if stopped; throws Error if the file cannot be had.
bool downloadUrl(const std::string& url, std::uint64_t bytes, PartFile& part,
                 const std::function<void(std::uint64_t)>& onBytes, const std::stop_token& stop,
                 const HttpOptions& options);

}  // namespace asterism
