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

// Operations a second of the two kinds of work that encoding is made of, two a multiply-add.
struct OpRate {
    double productFlops = 0;  // matrix products of linear layers
    double attentionFlops =
        0;  // a GPU: causal attention; a processor: products of attention's type
};

// What the device of the options can do at most, measured: the yardstick of `bench`.
struct DeviceRate {
    OpRate peak;
    // Of work that lasts, which a GPU's limit of power and a processor's other programs slow down;
    // on a processor the peak, until it is measured again.
    OpRate lasting;
    double memoryBytes = 0;    // bytes a second: read on a processor, copied on a GPU (both ways)
    double registerFlops = 0;  // multiply-adds on registers; 0: not measured
};
DeviceRate measureDeviceRate(const EngineOptions& options, const ModelConfig& model);
// What a processor reaches now; nothing for a GPU, which has no other programs.
std::optional<OpRate> opRateNow(const EngineOptions& options);

// Devices that this build and this machine have, as EngineOptions names them: cpu first.
std::vector<std::string> availableDevices();

}  // namespace asterism
