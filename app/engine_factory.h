#pragma once

#include <memory>

#include "core/engine.h"

namespace asterism {

// Opens the model on the device and ranks that the options name. Throws Error if the model cannot
// be read, or the device is unknown or not built in.
std::unique_ptr<Engine> openEngine(const EngineOptions& options);

}  // namespace asterism
