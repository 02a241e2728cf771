#include "tests/ui/sample_timing.h"

#include <cmath>
#include <random>

namespace asterism::test {

std::vector<BlockRow> sampleBlocks(int count, int ranks) {
    std::mt19937 random(7);
    std::uniform_real_distribution<double> share(0, 1);
    const std::vector<float> mass = sampleMass(count, 0);
    std::vector<double> rankEnd(static_cast<std::size_t>(ranks), 0.02);
    std::vector<BlockRow> rows(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) {
        BlockRow& row = rows[static_cast<std::size_t>(i)];
        double& end = rankEnd[static_cast<std::size_t>(i % ranks)];
        row.index = i;
        row.tokens = {i * std::int64_t{4096}, (i + 1) * std::int64_t{4096} - (i % 5) * 100};
        row.documents = {QStringLiteral("reports/2024/quarter %1.md").arg(i / 3)};
        if (i % 4 == 0) row.documents.append(QStringLiteral("notes/meeting %1.md").arg(i));
        row.state = DocumentState::ready;
        row.rank = i % ranks;
        row.isRestored = i % 7 == 3;
        row.beginSeconds = end + 0.002;
        row.seconds = row.isRestored ? 0.4 : 5.1 + share(random);
        row.kvBytes = row.tokens.tokens() * 11'700;
        row.mass = double{mass[static_cast<std::size_t>(i)]};
        end = row.beginSeconds + row.seconds;
    }
    return rows;
}

std::vector<float> sampleMass(int count, int token) {
    std::vector<float> mass(static_cast<std::size_t>(count));
    float sum = 0;
    for (int i = 0; i < count; ++i) {
        const double near =
            std::exp(-std::pow((i - (0.3 + 0.002 * token) * count) / (0.03 * count + 1), 2));
        const double far = (i * 37 + token / 9 * 11) % 23 == 0 ? 0.3 : 0.02;
        mass[static_cast<std::size_t>(i)] = static_cast<float>(near + far + (i == 0 ? 0.8 : 0));
        sum += mass[static_cast<std::size_t>(i)];
    }
    for (float& figure : mass) figure *= 0.9F / sum;
    return mass;
}

AnswerTiming sampleAnswer(int steps) {
    AnswerTiming answer;
    answer.queryTokens = 24;
    answer.querySeconds = 0.31;
    for (int i = 0; i < steps; ++i) {
        StepParts parts;
        parts.attention = 0.011 + 0.00002 * i;
        parts.linear = 0.014 + (i % 17 == 0 ? 0.006 : 0.0);
        parts.merge = 0.002;
        parts.sampling = 0.001;
        parts.other = 0.0015;
        answer.steps.push_back({QStringLiteral("word "), parts.seconds() + 0.0005, parts});
    }
    return answer;
}

}  // namespace asterism::test
