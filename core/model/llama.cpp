#include "core/model/architectures.h"
#include "core/model/config_reading.h"

namespace asterism {

namespace {

// Llama 1 to 3, Mistral, SmolLM2 and others of the same layers.
ModelConfig readLlamaConfig(const ModelFile& file) {
    ModelConfig config = readCommonConfig(file, "llama");
    config.queryKeyRows = file.isGguf() ? RowOrder::interleaved : RowOrder::natural;
    readSlidingLayers(file, config, 0);
    config.slidingRope = config.slidingWindow > 0 ? config.rope : RopeConfig{};
    checkTensors(file, config, QueryKeyValueBias::ifPresent);
    return config;
}

}  // namespace

Architecture llamaArchitecture() {
    return {"llama", readLlamaConfig};
}

}  // namespace asterism
