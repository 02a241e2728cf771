#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/engine.h"

namespace asterism {

// Opens the model on the device and ranks that the options name. Throws Error if the model cannot
// be read, or the device is unknown or not built in.
std::unique_ptr<Engine> openEngine(const EngineOptions& options);

// Devices that this build and this machine have, as EngineOptions names them: cpu first.
std::vector<std::string> availableDevices();

}  // namespace asterism
