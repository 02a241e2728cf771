#include "core/text/source_ranking.h"

#include <algorithm>
#include <numeric>

#include "core/base/check.h"

namespace asterism {

namespace {

constexpr double kClearFactor = 3;
constexpr double kClearDistance = 0.25;
// Masses are alike if the smaller one is at least this much of the larger one.
constexpr double kAlike = 0.5;

bool isClear(double share, double uniform) {
    return share >= std::min(kClearFactor * uniform, uniform + kClearDistance * (1 - uniform));
}

// Mean of the tokens' figures, one per part in scope.
std::vector<double> meanMass(std::span<const std::vector<float>> lists, TokenRange tokens,
                             std::size_t parts) {
    std::vector<double> mean(parts, 0.0);
    const auto end = std::min(tokens.end, std::ssize(lists));
    for (std::int64_t token = tokens.begin; token < end; ++token) {
        const std::vector<float>& figures = lists[static_cast<std::size_t>(token)];
        ASTERISM_CHECK(figures.size() >= parts);
        for (std::size_t i = 0; i < parts; ++i)
            mean[i] += double{figures[i]} / static_cast<double>(end - tokens.begin);
    }
    return mean;
}

bool areAlike(double left, double right) {
    return std::min(left, right) >= kAlike * std::max(left, right);
}

bool areNeighbours(const SourcePassage& first, const SourcePassage& second) {
    return first.document == second.document && first.tokens.end == second.tokens.begin;
}

void append(Source& source, const Source& next) {
    source.passage.tokens.end = next.passage.tokens.end;
    source.passage.lineEnd = next.passage.lineEnd;
    source.passage.textEnd = next.passage.textEnd;
    source.passage.text += next.passage.text;
    source.mass += next.mass;
}

class SourceRanker {
  public:
    SourceRanker(const SourceEvidence& evidence, const SourceOptions& options)
        : m_evidence(evidence), m_options(options) {
        for (const std::size_t index : evidence.parts) {
            const DocumentContext::Part& part = evidence.context.parts[index];
            m_blocksOf.push_back(blocksOf(part.tokens));
            if (part.source) m_citableTokens += part.tokens.tokens();
        }
    }

    AnswerSources run() {
        AnswerSources sources;
        const TokenRange all{0, std::ssize(m_evidence.allLayers)};
        const Reading whole = read(all);
        sources.blockMass = whole.blocks;
        sources.whole = bestSources(whole);
        for (const TokenRange& tokens : m_evidence.sentences)
            sources.sentences.push_back(clearSources(read(tokens)));
        return sources;
    }

  private:
    // What some tokens attended to.
    struct Reading {
        std::vector<double> blocks;         // mass over all layers
        std::vector<double> parts;          // mass over the last layers, in the order of the scope
        std::vector<std::size_t> passages;  // of the best blocks, best first: places in the scope
    };

    const DocumentContext::Part& partAt(std::size_t place) const {
        return m_evidence.context.parts[m_evidence.parts[place]];
    }

    // Those that a stretch of the context lies in: [begin, end) of the plan.
    std::pair<std::size_t, std::size_t> blocksOf(TokenRange tokens) const {
        const auto& blocks = m_evidence.blocks;
        const auto begin = std::partition_point(
            blocks.begin(), blocks.end(),
            [&](const TokenRange& block) { return block.end <= tokens.begin; });
        const auto end = std::partition_point(
            begin, blocks.end(), [&](const TokenRange& block) { return block.begin < tokens.end; });
        return {static_cast<std::size_t>(begin - blocks.begin()),
                static_cast<std::size_t>(end - blocks.begin())};
    }

    bool isSinkOrHeader(const DocumentContext::Part& part) const {
        return !part.document || (!part.source && part.tokens.begin < m_options.sinkTokens);
    }

    Reading read(TokenRange tokens) const {
        const auto& last =
            m_evidence.lastLayers.empty() ? m_evidence.allLayers : m_evidence.lastLayers;
        Reading reading;
        reading.blocks = blockMass(meanMass(m_evidence.allLayers, tokens, m_blocksOf.size()));
        reading.parts = meanMass(last, tokens, m_blocksOf.size());
        reading.passages = passagesOf(bestBlocks(reading.blocks), reading.parts);
        std::stable_sort(reading.passages.begin(), reading.passages.end(),
                         [&](std::size_t left, std::size_t right) {
                             return reading.parts[left] > reading.parts[right];
                         });
        return reading;
    }

    std::vector<double> blockMass(const std::vector<double>& parts) const {
        std::vector<double> mass(m_evidence.blocks.size(), 0.0);
        for (std::size_t place = 0; place < parts.size(); ++place) {
            const DocumentContext::Part& part = partAt(place);
            if (isSinkOrHeader(part)) continue;
            const auto [begin, end] = m_blocksOf[place];
            for (std::size_t i = begin; i < end; ++i) {
                const TokenRange& block = m_evidence.blocks[i];
                const auto shared =
                    std::min(block.end, part.tokens.end) - std::max(block.begin, part.tokens.begin);
                mass[i] += parts[place] * static_cast<double>(shared) /
                           static_cast<double>(part.tokens.tokens());
            }
        }
        return mass;
    }

    // For each block whether it is one of the best; blocks without any mass are not.
    std::vector<bool> bestBlocks(const std::vector<double>& mass) const {
        std::vector<std::size_t> order(mass.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::stable_sort(order.begin(), order.end(), [&](std::size_t left, std::size_t right) {
            return mass[left] > mass[right];
        });
        std::vector<bool> isBest(mass.size(), false);
        for (std::size_t i = 0; i < std::min(order.size(), m_options.blocks); ++i)
            isBest[order[i]] = mass[order[i]] > 0;
        return isBest;
    }

    std::vector<std::size_t> passagesOf(const std::vector<bool>& isBest,
                                        const std::vector<double>& mass) const {
        std::vector<std::size_t> places;
        for (std::size_t place = 0; place < m_blocksOf.size(); ++place) {
            const auto [begin, end] = m_blocksOf[place];
            bool isInside = false;
            for (std::size_t i = begin; i < end; ++i) isInside = isInside || isBest[i];
            if (isInside && partAt(place).source && mass[place] > 0) places.push_back(place);
        }
        return places;
    }

    // As sources, the most attended first. Neighbours with masses alike are one.
    std::vector<Source> joined(const Reading& reading, std::vector<std::size_t> places) const {
        std::sort(places.begin(), places.end());
        std::vector<Source> sources;
        double massBefore = 0;
        for (const std::size_t place : places) {
            const Source next{*partAt(place).source, reading.parts[place]};
            if (!sources.empty() && areNeighbours(sources.back().passage, next.passage) &&
                areAlike(massBefore, next.mass))
                append(sources.back(), next);
            else
                sources.push_back(next);
            massBefore = next.mass;
        }
        std::stable_sort(
            sources.begin(), sources.end(),
            [](const Source& left, const Source& right) { return left.mass > right.mass; });
        return sources;
    }

    // As many passages as make the sources asked for once neighbours are joined, but no more than
    // two for each, so that none grows over a whole document.
    std::vector<Source> bestSources(const Reading& reading) const {
        std::vector<Source> best;
        const std::size_t most = std::min(reading.passages.size(), 2 * m_options.count);
        for (std::size_t taken = std::min(most, m_options.count); taken <= most; ++taken) {
            const auto end = reading.passages.begin() + static_cast<std::ptrdiff_t>(taken);
            auto sources = joined(reading, {reading.passages.begin(), end});
            if (sources.size() > m_options.count) break;
            best = std::move(sources);
        }
        return best;
    }

    std::vector<Source> clearSources(const Reading& reading) const {
        double total = 0;
        for (std::size_t place = 0; place < reading.parts.size(); ++place)
            if (partAt(place).source) total += reading.parts[place];
        std::vector<std::size_t> clear;
        for (const std::size_t place : reading.passages) {
            const double mass = reading.parts[place];
            const bool isClose = clear.empty() || mass >= kAlike * reading.parts[clear.front()];
            if (clear.size() == m_options.sentenceCount || !isClose) break;
            const double uniform = static_cast<double>(partAt(place).tokens.tokens()) /
                                   static_cast<double>(m_citableTokens);
            if (isClear(mass / total, uniform))
                clear.push_back(place);
            else if (clear.empty())
                break;
        }
        return joined(reading, std::move(clear));
    }

    const SourceEvidence& m_evidence;
    const SourceOptions& m_options;
    std::vector<std::pair<std::size_t, std::size_t>> m_blocksOf;  // each part in scope
    std::int64_t m_citableTokens = 0;                             // of all passages in scope
};

}  // namespace

AnswerSources rankSources(const SourceEvidence& evidence, const SourceOptions& options) {
    return SourceRanker(evidence, options).run();
}

}  // namespace asterism
