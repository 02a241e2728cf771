#pragma once

#include <cstdint>

#include "core/model/config.h"
#include "core/star/encoded_context.h"

namespace asterism {

// Floating-point operations (multiply and add counted as two) of running `tokens` tokens through
// all layers, each seeing `earlier` tokens and, causally, the run itself: projections and
// attention, without the output head. Sliding-window layers count what their window leaves.
double encodingFlops(const ModelConfig& config, std::int64_t tokens, std::int64_t earlier);

// The same for a whole context as it was encoded.
double encodingFlops(const ModelConfig& config, const EncodedContext& context);

// The same by what is done: machines run the two kinds at different rates.
struct EncodingFlops {
    double projections = 0;
    double attention = 0;
    double total() const { return projections + attention; }
};
EncodingFlops encodingFlopsByKind(const ModelConfig& config, std::int64_t tokens,
                                  std::int64_t earlier);
EncodingFlops encodingFlopsByKind(const ModelConfig& config, const EncodedContext& context);

// Bytes of keys and values of the context that one generated token has to read: those of its
// window alone in sliding-window layers, and in all of them with AttentionMode::window.
std::int64_t bytesReadByAToken(const ModelConfig& config, const EncodedContext& context);

}  // namespace asterism
