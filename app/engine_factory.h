#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/engine.h"

namespace asterism {

// Opens the model on the device and ranks that the options name. Throws Error if the model cannot
// be read, or the device is unknown or not built in.
std::unique_ptr<Engine> openEngine(const EngineOptions& options);
// The same of a model that is already open; EngineOptions::model is not looked at.
std::unique_ptr<Engine> openEngine(const EngineOptions& options, std::unique_ptr<ModelFile> model);

// What the device of the options can do at most, measured: the yardstick of `bench`.
struct DeviceRate {
    double productFlops = 0;    // matrix products, two operations a multiply-add
    double attentionFlops = 0;  // causal attention of a long run; as products where it is the same
    double memoryBytes = 0;     // bytes a second: read on a processor, copied on a GPU (both ways)
    double registerFlops = 0;   // multiply-adds on registers; 0: not measured
    // Of work that lasts, which a GPU's limit of power and a processor's other programs slow down;
    // on a processor as above until it is measured again.
    double lastingProductFlops = 0;
    double lastingAttentionFlops = 0;
};
DeviceRate measureDeviceRate(const EngineOptions& options, const ModelConfig& model);
// The rate of products that a processor has now; nothing for a GPU, which has no other programs.
std::optional<double> productRateNow(const EngineOptions& options);

// Devices that this build and this machine have, as EngineOptions names them: cpu first.
std::vector<std::string> availableDevices();

}  // namespace asterism
