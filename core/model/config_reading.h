#pragma once

#include <string>
#include <string_view>

#include "core/model/config.h"

namespace asterism {

// What the architectures' readConfig functions share.

// The settings that all architectures have: sizes, epsilon, window, rope, and attention scaled by
// 1/sqrt(headDim). Throws Error for values that are missing, out of range or do not fit together.
ModelConfig readCommonConfig(const ModelFile& file, const std::string& architecture);

// Throws Error if the setting is there and not 0 or false: `what` is not supported.
void refuseSetting(const ModelFile& file, const std::string& key, std::string_view what);

// Reads attention.sliding_window and attention.sliding_window_pattern into slidingWindow and
// slidingLayers. The pattern is one flag per layer (not 0: it slides), or a period p: every p-th
// layer sees everything, and all slide if p is 0; `usualPeriod` stands where the file has none.
void readSlidingLayers(const ModelFile& file, ModelConfig& config, std::int64_t usualPeriod);

enum class QueryKeyValueBias : bool { ifPresent, required };

// Checks that every tensor the layers need is there with the right shape, and that the file has no
// tensor that the layers would ignore. Throws Error naming the tensor.
void checkTensors(const ModelFile& file, const ModelConfig& config, QueryKeyValueBias bias);

}  // namespace asterism
