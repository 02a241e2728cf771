#include "core/star/encoding_cost.h"

#include <algorithm>

#include "core/star/context_encoder.h"

namespace asterism {

EncodingFlops encodingFlopsByKind(const ModelConfig& config, std::int64_t tokens,
                                  std::int64_t earlier) {
    const auto hidden = static_cast<double>(config.hidden);
    const auto queries = static_cast<double>(config.heads * config.headDim);
    const auto keys = static_cast<double>(config.kvHeads * config.headDim);
    const double projections =
        2 * hidden * (2 * queries + 2 * keys + 3 * static_cast<double>(config.feedForward));
    const double seen = static_cast<double>(earlier) + static_cast<double>(tokens) / 2;
    EncodingFlops flops;
    for (std::int64_t layer = 0; layer < config.layers; ++layer) {
        const double visible =
            config.slides(layer) ? std::min(seen, static_cast<double>(config.slidingWindow)) : seen;
        flops.projections += static_cast<double>(tokens) * projections;
        flops.attention += static_cast<double>(tokens) * 4 * queries * visible;
    }
    return flops;
}

EncodingFlops encodingFlopsByKind(const ModelConfig& config, const EncodedContext& context) {
    const ContextOptions& options = context.options;
    EncodingFlops flops;
    for (std::size_t i = 0; i < context.blocks.size(); ++i) {
        const TokenRange& block = context.blocks[i];
        std::int64_t earlier = block.begin;
        if (options.attention == AttentionMode::window)
            earlier = std::min(earlier, options.slidingTokens + options.sinkTokens);
        if (options.attention == AttentionMode::star)
            earlier = i == 0 && options.anchor == AnchorMode::first ? 0 : context.anchorTokens;
        const EncodingFlops own = encodingFlopsByKind(config, block.tokens(), earlier);
        flops.projections += own.projections;
        flops.attention += own.attention;
    }
    return flops;
}

std::int64_t bytesReadByAToken(const ModelConfig& config, const EncodedContext& context) {
    const ContextOptions& options = context.options;
    std::int64_t seen = context.contextTokens();
    if (options.attention == AttentionMode::window)
        seen = std::min(seen, options.slidingTokens + options.sinkTokens);
    const KvLayout layout = kvLayout(config, options.kv);
    std::int64_t bytes = 0;
    for (std::int64_t layer = 0; layer < config.layers; ++layer)
        bytes +=
            layout.layerBytes(config.slides(layer) ? std::min(seen, config.slidingWindow) : seen);
    return bytes;
}

double encodingFlops(const ModelConfig& config, std::int64_t tokens, std::int64_t earlier) {
    return encodingFlopsByKind(config, tokens, earlier).total();
}

double encodingFlops(const ModelConfig& config, const EncodedContext& context) {
    return encodingFlopsByKind(config, context).total();
}

}  // namespace asterism
