#include "tests/support/reference_ops.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace asterism::test {
namespace {

constexpr double kEmpty = -std::numeric_limits<double>::infinity();

std::size_t index(std::int64_t value) {
    return static_cast<std::size_t>(value);
}

std::vector<double> rotated(const float* values, std::int64_t headDim, const RopeConfig& rope,
                            double position) {
    std::vector<double> turned(values, values + headDim);
    const std::size_t pairs = rope.frequencies.size();
    for (std::size_t i = 0; i < pairs; ++i) {
        const double cosine = std::cos(position * rope.frequencies[i]) * rope.magnitude;
        const double sine = std::sin(position * rope.frequencies[i]) * rope.magnitude;
        const double low = values[i];
        const double high = values[i + pairs];
        turned[i] = low * cosine - high * sine;
        turned[i + pairs] = high * cosine + low * sine;
    }
    return turned;
}

bool isVisible(const ReferenceAttention& call, std::int64_t key, std::int64_t query) {
    if (key > query) return false;
    return call.window == 0 || query - key < call.window || key < call.sinkTokens;
}

// Softmax state of one query row, exact but for rounding.
struct Row {
    double maximum = kEmpty;
    std::vector<double> scores;
    std::vector<const float*> values;
};

double logSumExp(std::span<const double> scores) {
    if (scores.empty()) return kEmpty;
    const double top = *std::max_element(scores.begin(), scores.end());
    double sum = 0;
    for (const double score : scores) sum += std::exp(score - top);
    return top + std::log(sum);
}

// Scores of the visible keys of one segment for one query row and head.
void appendScores(const ReferenceAttention& call, const ReferenceSegment& segment, std::int64_t t,
                  std::int64_t head, Row& row) {
    if (segment.onlyRow >= 0 && segment.onlyRow != t) return;
    const std::int64_t place = call.rowPlaces.empty() ? t : call.rowPlaces[index(t)];
    const std::int64_t kvHead = head / (call.heads / call.kvHeads);
    const auto query =
        rotated(&call.queries[index((t * call.heads + head) * call.headDim)], call.headDim,
                call.rope, segment.queryStart + static_cast<double>(place));
    for (std::int64_t j = 0; j < segment.tokens; ++j) {
        if (!isVisible(call, segment.keyToken + j, segment.queryToken + place)) continue;
        const std::size_t at = index((j * call.kvHeads + kvHead) * call.headDim);
        const auto key = rotated(&segment.keys[at], call.headDim, call.rope,
                                 segment.keyStart + static_cast<double>(j) * segment.keyStep);
        double score = 0;
        for (std::size_t i = 0; i < query.size(); ++i) score += query[i] * key[i];
        row.scores.push_back(score * call.scale);
        row.values.push_back(&segment.values[at]);
    }
}

}  // namespace

std::vector<double> referenceLinear(std::span<const float> input, std::int64_t tokens,
                                    std::span<const float> weight, std::int64_t outputs,
                                    std::span<const float> bias) {
    const std::size_t columns = weight.size() / index(outputs);
    std::vector<double> result;
    for (std::size_t t = 0; t < index(tokens); ++t) {
        for (std::size_t o = 0; o < index(outputs); ++o) {
            double sum = bias.empty() ? 0.0 : static_cast<double>(bias[o]);
            for (std::size_t i = 0; i < columns; ++i)
                sum += static_cast<double>(input[t * columns + i]) *
                       static_cast<double>(weight[o * columns + i]);
            result.push_back(sum);
        }
    }
    return result;
}

std::vector<double> referenceRmsNorm(std::span<const float> input, std::span<const float> gain,
                                     float epsilon) {
    std::vector<double> result;
    for (std::size_t row = 0; row < input.size(); row += gain.size()) {
        double squares = 0;
        for (std::size_t i = 0; i < gain.size(); ++i)
            squares += static_cast<double>(input[row + i]) * static_cast<double>(input[row + i]);
        const double rms =
            std::sqrt(squares / static_cast<double>(gain.size()) + static_cast<double>(epsilon));
        for (std::size_t i = 0; i < gain.size(); ++i)
            result.push_back(static_cast<double>(input[row + i]) / rms *
                             static_cast<double>(gain[i]));
    }
    return result;
}

double referenceSilu(double x) {
    return x / (1 + std::exp(-x));
}

double referenceGeluTanh(double x) {
    const double inner = std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x);
    return 0.5 * x * (1 + std::tanh(inner));
}

ReferencePartial referenceAttend(const ReferenceAttention& call) {
    ReferencePartial result;
    result.segmentLogSumExp.assign(call.segments.size() * index(call.heads), kEmpty);
    for (std::int64_t t = 0; t < call.tokens; ++t) {
        for (std::int64_t head = 0; head < call.heads; ++head) {
            Row row;
            for (std::size_t s = 0; s < call.segments.size(); ++s) {
                const std::size_t before = row.scores.size();
                appendScores(call, call.segments[s], t, head, row);
                if (t == call.tokens - 1)
                    result.segmentLogSumExp[s * index(call.heads) + index(head)] =
                        logSumExp(std::span(row.scores).subspan(before));
            }
            const double total = logSumExp(row.scores);
            result.logSumExp.push_back(total);
            for (std::size_t i = 0; i < index(call.headDim); ++i) {
                double sum = 0;
                for (std::size_t k = 0; k < row.scores.size(); ++k)
                    sum += std::exp(row.scores[k] - total) * static_cast<double>(row.values[k][i]);
                result.output.push_back(sum);
            }
        }
    }
    return result;
}

void referenceQuantize(ReferenceSegment& segment, std::int64_t kvHeads, std::int64_t headDim) {
    const std::size_t width = index(kvHeads * headDim);
    for (std::size_t channel = 0; channel < width; ++channel) {
        float low = std::numeric_limits<float>::max();
        float high = std::numeric_limits<float>::lowest();
        for (std::size_t at = channel; at < segment.keys.size(); at += width) {
            low = std::min(low, segment.keys[at]);
            high = std::max(high, segment.keys[at]);
        }
        const float scale = (high - low) / 255;
        for (std::size_t at = channel; at < segment.keys.size(); at += width) {
            const float byte = scale > 0 ? std::round((segment.keys[at] - low) / scale) : 0.0F;
            segment.keys[at] = low + byte * scale;
        }
    }
    for (std::size_t row = 0; row < segment.values.size(); row += index(headDim)) {
        float largest = 0;
        for (std::size_t i = row; i < row + index(headDim); ++i)
            largest = std::max(largest, std::abs(segment.values[i]));
        const float scale = largest / 127;
        for (std::size_t i = row; scale > 0 && i < row + index(headDim); ++i)
            segment.values[i] = std::round(segment.values[i] / scale) * scale;
    }
}

}  // namespace asterism::test
