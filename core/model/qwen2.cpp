#include "core/model/architectures.h"
#include "core/model/config_reading.h"

namespace asterism {

namespace {

// Qwen2 and Qwen2.5: llama's layers with biases on query, key and value.
ModelConfig readQwen2Config(const ModelFile& file) {
    ModelConfig config = readCommonConfig(file, "qwen2");
    readSlidingLayers(file, config, 0);
    config.slidingRope = config.slidingWindow > 0 ? config.rope : RopeConfig{};
    checkTensors(file, config, QueryKeyValueBias::required);
    return config;
}

}  // namespace

Architecture qwen2Architecture() {
    return {"qwen2", readQwen2Config};
}

}  // namespace asterism
