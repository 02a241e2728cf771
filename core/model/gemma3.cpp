#include <cmath>
#include <cstdint>

#include "core/base/error.h"
#include "core/model/architectures.h"
#include "core/model/config_reading.h"
#include "core/model/rope_frequencies.h"

namespace asterism {

namespace {

// GGUF files do not say how queries are scaled: the largest model (27B, 62 layers) divides by the
// square root of hidden/heads, the others by that of the head size. Hugging Face folders say it.
float readAttentionScale(const ModelFile& file, const ModelConfig& config) {
    constexpr std::int64_t kLargestLayers = 62;
    const bool isLargest = file.isGguf() && config.layers == kLargestLayers;
    const auto usual =
        static_cast<double>(isLargest ? config.hidden / config.heads : config.headDim);
    const double scale = file.metadata().number("gemma3.attention.scale", 1.0 / std::sqrt(usual));
    if (!(scale > 0.0) || scale > 1.0)
        throw Error(file.path().string(), ": gemma3.attention.scale is ", scale,
                    "; a number above 0 and up to 1 is expected");
    return static_cast<float>(scale);
}

// Gemma 3, text only.
ModelConfig readGemma3Config(const ModelFile& file) {
    ModelConfig config = readCommonConfig(file, "gemma3");
    config.normOffset = file.isGguf() ? 0.0F : 1.0F;
    config.embeddingScale = static_cast<float>(std::sqrt(static_cast<double>(config.hidden)));
    config.attentionScale = readAttentionScale(file, config);
    config.activation = Activation::geluTanh;
    config.hasQueryKeyNorm = true;
    config.hasPostNorms = true;
    refuseSetting(file, "gemma3.attn_logit_softcapping", "capping of attention scores");
    refuseSetting(file, "gemma3.final_logit_softcapping", "capping of logits");

    constexpr std::int64_t kUsualPeriod = 6;  // five sliding layers, then one that sees everything
    readSlidingLayers(file, config, kUsualPeriod);
    if (config.slidingWindow > 0) {
        const double base = file.metadata().number("gemma3.rope.freq_base_swa", 10000.0);
        if (!(base > 0.0) || base > 1e12)
            throw Error(file.path().string(), ": gemma3.rope.freq_base_swa is ", base,
                        "; a number above 0 and up to 1e12 is expected");
        config.slidingRope = plainRope(config.rope.dimensions, base);
    }
    checkTensors(file, config, QueryKeyValueBias::ifPresent);
    return config;
}

}  // namespace

Architecture gemma3Architecture() {
    return {"gemma3", readGemma3Config};
}

}  // namespace asterism
