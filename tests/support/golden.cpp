#include "tests/support/golden.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <string_view>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/test_files.h"

namespace asterism::test {

namespace {

using Json = nlohmann::json;

GoldenLogits parseLogits(const Json& json) {
    GoldenLogits logits;
    for (const Json& entry : json.at("top20"))
        logits.top.push_back({entry.at(0).get<TokenId>(), entry.at(1).get<double>()});
    logits.sum = json.at("sum").get<double>();
    logits.logSumExp = json.at("logsumexp").get<double>();
    logits.stride = json.at("stride").get<std::int64_t>();
    logits.strided = json.at("strided").get<std::vector<double>>();
    return logits;
}

GoldenGreedy parseGreedy(const Json& json) {
    return {json.at("greedy").get<std::vector<TokenId>>(),
            json.at("margins").get<std::vector<double>>()};
}

GoldenAnswer parseAnswer(const Json& json) {
    return {parseLogits(json), parseGreedy(json), json.at("attn_mass").get<std::vector<double>>()};
}

GoldenDense parseDense(const Json& json) {
    return {json.at("name").get<std::string>(), json.at("ids").get<std::vector<TokenId>>(),
            parseLogits(json), json.at("token_nll").get<std::vector<double>>(), parseGreedy(json)};
}

GoldenStar parseStar(const Json& json) {
    GoldenStar star;
    star.name = json.at("name").get<std::string>();
    star.context = json.at("context_ids").get<std::vector<TokenId>>();
    star.query = json.at("query_ids").get<std::vector<TokenId>>();
    star.blockTokens = json.at("block_size").get<std::int64_t>();
    star.anchorTokens = json.at("anchor_size").get<std::int64_t>();
    star.star = parseAnswer(json.at("star"));
    star.dense = parseAnswer(json.at("dense"));
    return star;
}

double logSumExp(std::span<const float> logits) {
    const double top = *std::max_element(logits.begin(), logits.end());
    double sum = 0;
    for (const float logit : logits) sum += std::exp(static_cast<double>(logit) - top);
    return top + std::log(sum);
}

}  // namespace

std::span<const TokenId> GoldenGreedy::certain(double clear) const {
    const auto doubtful =
        std::find_if(margins.begin(), margins.end(), [&](double margin) { return margin < clear; });
    return std::span(tokens).first(static_cast<std::size_t>(doubtful - margins.begin()));
}

GoldenModel loadGolden(const std::filesystem::path& file) {
    const Json json = Json::parse(readFile(file));
    GoldenModel golden;
    golden.model = json.at("model").get<std::string>();
    for (const Json& entry : json.at("dense")) golden.dense.push_back(parseDense(entry));
    for (const Json& entry : json.at("star")) golden.star.push_back(parseStar(entry));
    return golden;
}

const GoldenStar& starCase(const GoldenModel& golden, std::string_view name) {
    for (const GoldenStar& star : golden.star)
        if (star.name == name) return star;
    throw std::out_of_range(golden.model + " has no golden case " + std::string(name));
}

void expectLogitsNear(std::span<const float> logits, const GoldenLogits& golden, double tolerance) {
    ASSERT_FALSE(logits.empty());
    for (const GoldenLogit& expected : golden.top)
        EXPECT_NEAR(logits[static_cast<std::size_t>(expected.token)], expected.value, tolerance)
            << "token " << expected.token;
    for (std::size_t i = 0; i < golden.strided.size(); ++i) {
        const std::size_t token = i * static_cast<std::size_t>(golden.stride);
        EXPECT_NEAR(logits[token], golden.strided[i], tolerance) << "token " << token;
    }
    const double sum = std::accumulate(logits.begin(), logits.end(), 0.0);
    EXPECT_NEAR(sum, golden.sum, tolerance * static_cast<double>(logits.size()));
    EXPECT_NEAR(logSumExp(logits), golden.logSumExp, tolerance);
}

}  // namespace asterism::test
