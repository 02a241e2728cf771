#include "core/model/architectures.h"
#include "core/model/config_reading.h"

namespace asterism {

namespace {

// Qwen3 (dense): Qwen2's layers with normalised queries and keys instead of biases.
ModelConfig readQwen3Config(const ModelFile& file) {
    ModelConfig config = readCommonConfig(file, "qwen3");
    config.hasQueryKeyNorm = true;
    readSlidingLayers(file, config, 0);
    config.slidingRope = config.slidingWindow > 0 ? config.rope : RopeConfig{};
    checkTensors(file, config, QueryKeyValueBias::ifPresent);
    return config;
}

}  // namespace

Architecture qwen3Architecture() {
    return {"qwen3", readQwen3Config};
}

}  // namespace asterism
