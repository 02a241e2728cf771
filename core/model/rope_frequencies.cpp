#include "core/model/rope_frequencies.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/model/dequantize.h"
#include "core/model/in_quotes.h"

namespace asterism {

namespace {

constexpr std::int64_t kMaxWindow = std::int64_t{1} << 31;
constexpr double kMaxBase = 1e12;
constexpr double kMaxFactor = 1e6;

double positive(const Metadata& metadata, const std::string& key, double value, double highest) {
    if (value > 0.0 && value <= highest) return value;
    throw Error(metadata.source(), ": setting ", inQuotes(key), " is ", value,
                "; a number above 0 and up to ", highest, " is expected");
}

double readPositive(const Metadata& metadata, const std::string& key, double highest) {
    return positive(metadata, key, metadata.number(key), highest);
}

double readPositive(const Metadata& metadata, const std::string& key, double highest,
                    double otherwise) {
    return positive(metadata, key, metadata.number(key, otherwise), highest);
}

// Llama 3.1: long waves are stretched by the factor, short ones stay, those between are blended.
void scaleLlama3(const Metadata& metadata, const std::string& prefix, RopeConfig& rope) {
    const std::string scaling = prefix + "rope.scaling.";
    const double factor = readPositive(metadata, scaling + "factor", kMaxFactor);
    const double low = readPositive(metadata, scaling + "low_freq_factor", kMaxFactor);
    const double high = readPositive(metadata, scaling + "high_freq_factor", kMaxFactor);
    if (high <= low)
        throw Error(metadata.source(), ": rope scaling's high_freq_factor ", high,
                    " is not above its low_freq_factor ", low);
    const auto length =
        static_cast<double>(metadata.integer(scaling + "original_context_length", 1, kMaxWindow));
    for (double& frequency : rope.frequencies) {
        const double waves = length * frequency / (2.0 * std::numbers::pi);
        const double kept = std::clamp((waves - low) / (high - low), 0.0, 1.0);
        frequency *= kept + (1.0 - kept) / factor;
    }
}

// YaRN (arXiv 2309.00071): pairs that turn often within the training length stay, those that turn
// less than once are interpolated, with a linear ramp over the pairs between.
void scaleYarn(const Metadata& metadata, const std::string& prefix, RopeConfig& rope) {
    const std::string scaling = prefix + "rope.scaling.";
    const double factor = readPositive(metadata, scaling + "factor", kMaxFactor);
    if (factor < 1.0)
        throw Error(metadata.source(), ": YaRN's scaling factor ", factor, " is below 1");
    const double base = readPositive(metadata, prefix + "rope.freq_base", kMaxBase, 10000.0);
    if (base <= 1.0) throw Error(metadata.source(), ": YaRN needs a rope base above 1, not ", base);
    const auto length =
        static_cast<double>(metadata.integer(scaling + "original_context_length", 1, kMaxWindow));
    const auto dimensions = static_cast<double>(rope.dimensions);
    // The pair that turns so many times within the training length.
    const auto pairThatTurns = [&](double turns) {
        return dimensions * std::log(length / (turns * 2.0 * std::numbers::pi)) /
               (2.0 * std::log(base));
    };
    const double fast = readPositive(metadata, scaling + "yarn_beta_fast", kMaxFactor, 32.0);
    const double slow = readPositive(metadata, scaling + "yarn_beta_slow", kMaxFactor, 1.0);
    const double first = std::max(0.0, std::floor(pairThatTurns(fast)));
    const double last = std::min(dimensions - 1.0, std::ceil(pairThatTurns(slow)));
    const double width = std::max(0.001, last - first);
    for (std::size_t i = 0; i < rope.frequencies.size(); ++i) {
        const double interpolated = std::clamp((static_cast<double>(i) - first) / width, 0.0, 1.0);
        rope.frequencies[i] *= 1.0 - interpolated + interpolated / factor;
    }
    const double attention = readPositive(metadata, scaling + "attn_factor", kMaxFactor, 1.0);
    rope.magnitude = static_cast<float>(attention * (0.1 * std::log(factor) + 1.0));
}

void scaleLinear(double factor, RopeConfig& rope) {
    for (double& frequency : rope.frequencies) frequency /= factor;
}

void applyStoredFactors(const ModelFile& file, RopeConfig& rope) {
    const StoredTensor* stored = file.find("rope_freqs.weight");
    if (!stored) return;
    if (stored->rows != 1 || stored->columns != rope.dimensions / 2 ||
        stored->type != DataType::f32)
        throw Error(file.path().string(), ": tensor rope_freqs.weight is ", stored->rows, " x ",
                    stored->columns, " of type ", dataTypeInfo(stored->type).name, "; 1 x ",
                    rope.dimensions / 2, " of type F32 is expected");
    std::vector<float> factors(rope.frequencies.size());
    dequantize(stored->type, stored->bytes, factors);
    for (std::size_t i = 0; i < factors.size(); ++i) {
        if (!(factors[i] > 0.0F) || !std::isfinite(factors[i]))
            throw Error(file.path().string(), ": value ", i, " of rope_freqs.weight is ",
                        factors[i], "; a number above 0 is expected");
        rope.frequencies[i] /= static_cast<double>(factors[i]);
    }
}

}  // namespace

RopeConfig plainRope(std::int64_t dimensions, double base) {
    RopeConfig rope;
    rope.dimensions = dimensions;
    for (std::int64_t pair = 0; pair < dimensions / 2; ++pair) {
        const double exponent = -2.0 * static_cast<double>(pair) / static_cast<double>(dimensions);
        rope.frequencies.push_back(std::pow(base, exponent));
    }
    return rope;
}

RopeConfig readRope(const ModelFile& file, const std::string& prefix, std::int64_t headDim) {
    const Metadata& metadata = file.metadata();
    const std::int64_t dimensions =
        metadata.integer(prefix + "rope.dimension_count", 2, headDim, headDim);
    if (dimensions % 2 != 0)
        throw Error(metadata.source(), ": rope.dimension_count ", dimensions, " is odd");
    RopeConfig rope =
        plainRope(dimensions, readPositive(metadata, prefix + "rope.freq_base", kMaxBase, 10000.0));

    // Early files give only the factor of linear scaling.
    const std::string early = prefix + "rope.scale_linear";
    const std::string type =
        metadata.text(prefix + "rope.scaling.type", metadata.has(early) ? "linear" : "none");
    if (type == "linear") {
        const bool isEarly = !metadata.has(prefix + "rope.scaling.factor");
        scaleLinear(
            readPositive(metadata, isEarly ? early : prefix + "rope.scaling.factor", kMaxFactor),
            rope);
    } else if (type == "llama3") {
        scaleLlama3(metadata, prefix, rope);
    } else if (type == "yarn") {
        scaleYarn(metadata, prefix, rope);
    } else if (type != "none") {
        throw Error(metadata.source(), ": rope scaling ", inQuotes(type),
                    " is not known; known are none, linear, llama3 and yarn");
    }
    applyStoredFactors(file, rope);
    return rope;
}

std::int64_t readWindow(const ModelFile& file, const std::string& prefix) {
    const Metadata& metadata = file.metadata();
    const std::int64_t window = metadata.integer(prefix + "context_length", 1, kMaxWindow);
    if (metadata.text(prefix + "rope.scaling.type", "none") != "yarn") return window;
    const std::int64_t trained =
        metadata.integer(prefix + "rope.scaling.original_context_length", 1, kMaxWindow);
    const double factor = readPositive(metadata, prefix + "rope.scaling.factor", kMaxFactor);
    const double stretched = std::floor(static_cast<double>(trained) * factor);
    return std::max(window, static_cast<std::int64_t>(std::min(stretched, double{kMaxWindow})));
}

}  // namespace asterism
