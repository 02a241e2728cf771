#include "core/star/encoding_cost.h"

#include <gtest/gtest.h>

#include "core/star/context_encoder.h"

namespace asterism {
namespace {

// Two layers, the first of which slides over 100 tokens.
ModelConfig slidingConfig() {
    ModelConfig config;
    config.layers = 2;
    config.heads = 4;
    config.kvHeads = 2;
    config.headDim = 32;
    config.slidingWindow = 100;
    config.slidingLayers = {true, false};
    return config;
}

EncodedContext contextOf(std::size_t tokens) {
    EncodedContext context;
    context.tokens.resize(tokens);
    context.options.kv = KvType::bf16;
    return context;
}

TEST(EncodingCost, ATokenReadsTheWindowOfLayersThatSlideAndAllOfTheOthers) {
    const ModelConfig config = slidingConfig();
    const KvLayout layout = kvLayout(config, KvType::bf16);
    EXPECT_EQ(bytesReadByAToken(config, contextOf(60)), 2 * layout.layerBytes(60));
    EXPECT_EQ(bytesReadByAToken(config, contextOf(5000)),
              layout.layerBytes(100) + layout.layerBytes(5000));
}

TEST(EncodingCost, InAWindowATokenReadsItAndTheSinks) {
    const ModelConfig config = slidingConfig();
    EncodedContext context = contextOf(5000);
    context.options.attention = AttentionMode::window;
    context.options.slidingTokens = 300;
    context.options.sinkTokens = 4;
    const KvLayout layout = kvLayout(config, KvType::bf16);
    EXPECT_EQ(bytesReadByAToken(config, context), layout.layerBytes(100) + layout.layerBytes(304));
}

}  // namespace
}  // namespace asterism
