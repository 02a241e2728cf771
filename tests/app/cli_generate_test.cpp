#include <gtest/gtest.h>

#include <cmath>
#include <csignal>
#include <numeric>
#include <set>

#include "tests/app/cli_run.h"
#include "tests/support/tiny_model.h"

namespace asterism::test {
namespace {

using Json = nlohmann::json;

// Runs on 400 context and 10 query tokens in blocks of 100, unless said otherwise.
class CliGenerate : public testing::Test {
  protected:
    CliResult run(const Arguments& more) {
        return runCli(withDefaults({"generate", "--json", "--tokens"}, more,
                                   {{"--model", m_model},
                                    {"--context-file", m_context},
                                    {"--query-file", m_query},
                                    {"--precision", "f32"},
                                    {"--max-tokens", "4"},
                                    {"--block-tokens", "100"}}));
    }

    Json generate(const Arguments& more = {}) {
        const CliResult result = run(more);
        EXPECT_EQ(result.code, 0) << result.errors;
        return result.json();
    }

    static std::vector<double> startsOf(const Json& result) {
        std::vector<double> starts;
        for (const Json& block : result.at("blocks")) starts.push_back(block.at("start"));
        return starts;
    }

    static double wholeMass(const Json& result) {
        double sum = result.at("anchor_mass");
        for (const Json& figure : result.at("attention_mass")) sum += figure.get<double>();
        return sum;
    }

    CliFiles m_files;
    std::string m_model = m_files.model();
    std::string m_context = m_files.tokens("context.json", 400);
    std::string m_query = m_files.tokens("query.json", 10, 2);
};

std::set<std::string> keysOf(const Json& object) {
    std::set<std::string> keys;
    for (const auto& [key, value] : object.items()) keys.insert(key);
    return keys;
}

TEST_F(CliGenerate, ReportsEveryFieldWithItsType) {
    const Json result = generate({"--top-logits", "5"});
    EXPECT_EQ(keysOf(result),
              (std::set<std::string>{"context_tokens", "query_tokens", "anchor_tokens", "blocks",
                                     "first_logits", "tokens", "text", "end", "attention_mass",
                                     "anchor_mass", "timings", "memory"}));
    EXPECT_EQ(result["context_tokens"], 400);
    EXPECT_EQ(result["query_tokens"], 10);
    EXPECT_EQ(result["anchor_tokens"], 100);
    EXPECT_TRUE(result["text"].is_string());
    EXPECT_EQ(keysOf(result["timings"]),
              (std::set<std::string>{"encode_s", "query_s", "first_token_s", "tokens_per_s"}));
    for (const auto& [name, seconds] : result["timings"].items()) {
        EXPECT_TRUE(seconds.is_number()) << name;
        EXPECT_GE(seconds.get<double>(), 0) << name;
    }
    EXPECT_EQ(keysOf(result["memory"]), (std::set<std::string>{"kv_bytes", "peak_bytes"}));
    EXPECT_GT(result["memory"]["kv_bytes"].get<std::int64_t>(), 400 * 2 * 2 * 2 * 16);
    EXPECT_GT(result["memory"]["peak_bytes"].get<std::int64_t>(), 1'000'000);
}

TEST_F(CliGenerate, BlocksAreListedWithTheirPlaceAndRank) {
    const Json blocks = generate({"--block-tokens", "150", "--ranks", "2"}).at("blocks");
    ASSERT_EQ(blocks.size(), 3U);
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        EXPECT_EQ(keysOf(blocks[i]),
                  (std::set<std::string>{"index", "begin", "end", "start", "rank", "seconds"}));
        EXPECT_EQ(blocks[i]["index"], i);
        EXPECT_EQ(blocks[i]["begin"], 150 * i);
        EXPECT_EQ(blocks[i]["end"], std::min<std::size_t>(400, 150 * (i + 1)));
        EXPECT_TRUE(blocks[i]["start"].is_number_integer());
        EXPECT_GT(blocks[i]["seconds"].get<double>(), 0);
    }
    EXPECT_EQ(blocks[0]["rank"], 0);
    EXPECT_EQ(blocks[1]["rank"], 1);
}

TEST_F(CliGenerate, FirstLogitsAreTheBestInOrder) {
    const Json logits = generate({"--top-logits", "7"}).at("first_logits");
    ASSERT_EQ(logits.size(), 7U);
    for (std::size_t i = 0; i < logits.size(); ++i) {
        EXPECT_TRUE(logits[i][0].is_number_integer());
        EXPECT_TRUE(logits[i][1].is_number_float());
        const std::size_t before = i > 0 ? i - 1 : 0;
        EXPECT_LE(logits[i][1].get<double>(), logits[before][1].get<double>());
    }
    const Json result = generate({"--top-logits", "1", "--max-tokens", "1"});
    EXPECT_EQ(result["first_logits"][0][0], result["tokens"][0]);
    EXPECT_TRUE(generate().at("first_logits").empty());
}

TEST_F(CliGenerate, AttentionMassSumsToOneInEveryMode) {
    for (const Arguments& mode :
         std::vector<Arguments>{{"--attention", "star"},
                                {"--attention", "dense"},
                                {"--attention", "ring"},
                                {"--attention", "window", "--sliding-tokens", "120"},
                                {"--anchor", "none"},
                                {"--anchor", m_files.tokens("anchor.json", 30, 3)},
                                {"--kv", "f32"},
                                {"--kv", "bf16"},
                                {"--ranks", "2"},
                                {"--positions", "global"},
                                {"--placement", "reuse"},
                                {"--plan", "documents"},
                                {"--window", "200", "--room", "20"}}) {
        const Json result = generate(mode);
        EXPECT_EQ(result["attention_mass"].size(), result["blocks"].size() + 1);
        EXPECT_NEAR(wholeMass(result), 1, 1e-4) << mode[1];
        EXPECT_LE(result["tokens"].size(), 4U);
    }
}

TEST_F(CliGenerate, OnlyAnAnchorFileHasAnchorMass) {
    EXPECT_EQ(generate().at("anchor_mass"), 0);
    const Json result = generate({"--anchor", m_files.tokens("anchor.json", 30, 3)});
    EXPECT_GT(result["anchor_mass"].get<double>(), 0);
    EXPECT_EQ(result["anchor_tokens"], 30);
    EXPECT_EQ(startsOf(result), (std::vector<double>{30, 130, 230, 330}));
    EXPECT_EQ(generate({"--anchor", "none"}).at("anchor_tokens"), 0);
}

TEST_F(CliGenerate, AnAnchorLongerThanBlockZeroIsClippedAndSaidSo) {
    const CliResult result = run({"--block-tokens", "100", "--anchor-tokens", "300"});
    EXPECT_EQ(result.json().at("anchor_tokens"), 100);
    EXPECT_NE(result.errors.find("clipped to block 0's 100"), std::string::npos) << result.errors;
    EXPECT_EQ(generate({"--anchor-tokens", "16"}).at("anchor_tokens"), 16);
    EXPECT_EQ(generate({"--attention", "dense"}).at("anchor_tokens"), 0);
}

// Starts by the formulas of the placements; see placement_test.cpp.
TEST_F(CliGenerate, PlacementsPutBlocksWhereTheirFormulasSay) {
    using Starts = std::vector<double>;
    EXPECT_EQ(startsOf(generate()), (Starts{0, 100, 200, 300}));
    EXPECT_EQ(startsOf(generate({"--placement", "true", "--window", "50"})),
              (Starts{0, 100, 200, 300}));
    // s = (270 - 20 - 100) / 300 = 0.5.
    EXPECT_EQ(startsOf(generate({"--window", "270", "--room", "20"})), (Starts{0, 50, 100, 150}));
    EXPECT_EQ(startsOf(generate({"--placement", "reuse"})), (Starts{0, 100, 100, 100}));
    // step = (220 - 20) / 400 = 0.5.
    const Json squeezed = generate(
        {"--attention", "dense", "--placement", "squeeze", "--window", "220", "--room", "20"});
    EXPECT_EQ(startsOf(squeezed), (Starts{0, 50, 100, 150}));
}

TEST_F(CliGenerate, SelectsBlocksAndSaysWhich) {
    const CliResult run = this->run({"--select-blocks", "1"});
    const Json result = run.json();
    const Json& selection = result.at("selection");
    ASSERT_EQ(selection.at("blocks").size(), 2U);
    EXPECT_EQ(selection["blocks"][0], 0);
    EXPECT_EQ(selection.at("attended_tokens"), 200);
    ASSERT_EQ(selection.at("first_mass").size(), 4U);
    const std::size_t chosen = selection["blocks"][1];
    for (std::size_t block = 0; block < 4; ++block) {
        const bool isAttended = block == 0 || block == chosen;
        EXPECT_EQ(result["blocks"][block]["start"].is_null(), !isAttended);
        EXPECT_EQ(result["attention_mass"][block] > 0, isAttended);
        EXPECT_TRUE(block == 0 ||
                    selection["first_mass"][block] <= selection["first_mass"][chosen]);
    }
    EXPECT_EQ(result["blocks"][chosen]["start"], 100);
    EXPECT_NEAR(wholeMass(result), 1, 1e-4);
    EXPECT_NE(run.errors.find("2 of 4 blocks (200 of 400 tokens)"), std::string::npos)
        << run.errors;

    const Json all = generate({"--select-blocks", "3", "--top-logits", "5"});
    const Json plain = generate({"--top-logits", "5"});
    EXPECT_EQ(all["first_logits"], plain["first_logits"]);
    EXPECT_EQ(all["tokens"], plain["tokens"]);
    EXPECT_FALSE(plain.contains("selection"));
    expectRefusal(this->run({"--select-blocks", "-1"}), 2, {"--select-blocks", "-1"});
    expectRefusal(this->run({"--select-blocks", "1", "--attention", "dense"}), 1,
                  {"star", "--select-blocks"});
}

TEST_F(CliGenerate, FractionsOfSqueezeAreWrittenOut) {
    const Json result = generate(
        {"--attention", "dense", "--placement", "squeeze", "--window", "171", "--room", "20"});
    EXPECT_NEAR(startsOf(result)[1], 100 * 151.0 / 400, 1e-9);
    EXPECT_TRUE(result["blocks"][1]["start"].is_number_float());
}

TEST_F(CliGenerate, GreedyTokensAreTheSameForAnyRanksAndStarWithOneBlockIsDense) {
    const Json one = generate({"--kv", "f32"});
    for (const char* ranks : {"2", "3"})
        EXPECT_EQ(generate({"--kv", "f32", "--ranks", ranks}).at("tokens"), one.at("tokens"));
    const Json star = generate({"--kv", "f32", "--block-tokens", "400", "--top-logits", "3"});
    const Json dense = generate({"--kv", "f32", "--attention", "dense", "--top-logits", "3"});
    EXPECT_EQ(star["tokens"], dense["tokens"]);
    EXPECT_NEAR(star["first_logits"][0][1].get<double>(), dense["first_logits"][0][1].get<double>(),
                1e-3);
}

TEST_F(CliGenerate, ASeedReproducesAndAnotherDiffers) {
    const auto tokens = [&](const std::string& seed) {
        return generate(
                   {"--temperature", "1.5", "--seed", seed, "--max-tokens", "24", "--ignore-end"})
            .at("tokens");
    };
    EXPECT_EQ(tokens("7"), tokens("7"));
    EXPECT_NE(tokens("7"), tokens("8"));
}

TEST_F(CliGenerate, SamplingOptionsReachTheSampler) {
    const Json greedy = generate().at("tokens");
    EXPECT_EQ(generate({"--temperature", "2", "--top-k", "1"}).at("tokens"), greedy);
    EXPECT_EQ(generate({"--temperature", "2", "--top-p", "0.000001"}).at("tokens"), greedy);
    EXPECT_EQ(generate({"--temperature", "2", "--min-p", "1"}).at("tokens"), greedy);
}

TEST_F(CliGenerate, WritesAsManyTokensAsAskedFor) {
    EXPECT_EQ(generate({"--max-tokens", "9", "--ignore-end"}).at("tokens").size(), 9U);
    const Json none = generate({"--max-tokens", "0", "--top-logits", "2"});
    EXPECT_TRUE(none["tokens"].empty());
    EXPECT_EQ(none["text"], "");
    EXPECT_EQ(none["first_logits"].size(), 2U);
    EXPECT_NEAR(wholeMass(none), 1, 1e-4);
}

TEST_F(CliGenerate, EndsBeforeAStopText) {
    const Json cut = generate({"--max-tokens", "12", "--ignore-end"});
    EXPECT_EQ(cut["end"], "max_tokens");
    const std::string whole = cut["text"];
    ASSERT_GE(whole.size(), 4U);
    const std::string stop = whole.substr(whole.size() / 2, 1);
    if (static_cast<unsigned char>(stop[0]) >= 0x80) GTEST_SKIP() << "stops inside a character";
    const Json result = generate({"--max-tokens", "12", "--ignore-end", "--stop", stop});
    EXPECT_EQ(result["text"], whole.substr(0, whole.find(stop)));
    EXPECT_EQ(result["end"], "complete");
}

TEST_F(CliGenerate, ForPeopleTheTextStandsAloneOnStandardOutput) {
    const Json json = generate();
    const CliResult result = runCli({"generate", "--model", m_model, "--context-file", m_context,
                                     "--query-file", m_query, "--tokens", "--precision", "f32",
                                     "--max-tokens", "4", "--block-tokens", "100"});
    EXPECT_EQ(result.code, 0);
    EXPECT_EQ(result.out, json["text"].get<std::string>() + "\n");
    EXPECT_NE(result.errors.find("read 400 of 400 tokens"), std::string::npos) << result.errors;
}

// Texts instead of ids.
class CliGenerateText : public CliGenerate {
  protected:
    void SetUp() override {
        m_context = m_files.file("context.txt", "the thing <|im_end|> and the other thing");
        m_query = m_files.file("query.txt", "which thing");
    }

    Json generateText(const Arguments& more) {
        Arguments arguments{"generate", "--json",       "--model", m_model,        "--context-file",
                            m_context,  "--query-file", m_query,   "--max-tokens", "2"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        const CliResult result = runCli(arguments);
        EXPECT_EQ(result.code, 0) << result.errors;
        return result.json();
    }

    std::size_t tokensOf(const std::string& text, const Arguments& more = {}) {
        Arguments arguments{"tokenize", "--json", "--model", m_model};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return runCli(arguments, text).json().at("ids").size();
    }
};

TEST_F(CliGenerateText, RawTextsAreTakenAsTheyAreWithControlTokensParsed) {
    const Json result = generateText({"--raw"});
    EXPECT_EQ(result["context_tokens"],
              tokensOf("the thing <|im_end|> and the other thing", {"--parse-special"}));
    EXPECT_EQ(result["query_tokens"], tokensOf("which thing"));
}

TEST_F(CliGenerateText, TheTemplateFramesTextsAndParsesNoControlTokensInThem) {
    const Json result = generateText({});
    EXPECT_EQ(result["context_tokens"], tokensOf("<|im_start|>user\n", {"--parse-special"}) +
                                            tokensOf("the thing <|im_end|> and the other thing"));
    EXPECT_EQ(result["query_tokens"],
              tokensOf("\n\nwhich thing") +
                  tokensOf("<|im_end|>\n<|im_start|>assistant\n", {"--parse-special"}));
}

TEST_F(CliGenerate, DenseBeyondTheWindowWarnsWithBothNumbers) {
    m_context = m_files.tokens("long.json", 5000);
    const CliResult dense =
        run({"--attention", "dense", "--block-tokens", "1000", "--max-tokens", "1"});
    EXPECT_EQ(dense.code, 0);
    EXPECT_NE(dense.errors.find("5000"), std::string::npos) << dense.errors;
    EXPECT_NE(dense.errors.find("4096"), std::string::npos) << dense.errors;
}

TEST_F(CliGenerate, StarBeyondTheWindowStaggersAndSaysSo) {
    m_context = m_files.tokens("long.json", 5000);
    const CliResult star = run({"--block-tokens", "1000", "--max-tokens", "1"});
    EXPECT_EQ(star.code, 0);
    EXPECT_NE(star.errors.find("5000"), std::string::npos) << star.errors;
    EXPECT_NE(star.errors.find("4096"), std::string::npos) << star.errors;
    const Json result = star.json();
    for (const Json& block : result.at("blocks"))
        EXPECT_LE(block["start"].get<double>() + 1000 + 256, 4096);
}

TEST_F(CliGenerate, BlocksThatTheWindowDoesNotHoldBehindTheirAnchorWarn) {
    m_context = m_files.tokens("long.json", 4300);
    const auto warningOf = [&](const Arguments& arguments) {
        const CliResult result = run(arguments);
        EXPECT_EQ(result.code, 0) << result.errors;
        const std::size_t begin = result.errors.find("a block and the anchor");
        return begin == std::string::npos ? std::string() : result.errors.substr(begin);
    };
    EXPECT_NE(warningOf({"--block-tokens", "2100", "--max-tokens", "1"}).find("4200 tokens"),
              std::string::npos);
    EXPECT_EQ(warningOf({"--block-tokens", "2048", "--max-tokens", "1"}), "");
    // A file's anchor stands before all blocks, and that of a short text may reach too far as well.
    const std::string anchor = m_files.tokens("anchor.json", 2000);
    m_context = m_files.tokens("short.json", 2200);
    EXPECT_NE(warningOf({"--anchor", anchor, "--block-tokens", "2200", "--placement", "true",
                         "--max-tokens", "1"})
                  .find("4200 tokens"),
              std::string::npos);
    EXPECT_EQ(warningOf({"--block-tokens", "2200", "--max-tokens", "1"}), "");
}

TEST_F(CliGenerate, CtrlCInTheMiddleOfAnEncodingEndsItAtOnce) {
    m_context = m_files.tokens("long.json", 200'000);
    CliProcess process({"generate", "--json", "--model", m_model, "--context-file", m_context,
                        "--query-file", m_query, "--tokens", "--attention", "dense"});
    process.waitForWork(1.0);
    const auto begin = std::chrono::steady_clock::now();
    process.signal(SIGINT);
    const CliResult result = process.wait();
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    EXPECT_EQ(result.code, 130) << result.errors;
    EXPECT_EQ(result.out, "");
    EXPECT_NE(result.errors.find("interrupted"), std::string::npos);
    EXPECT_LT(seconds.count(), 10);  // a layer of a block, on a busy machine
    std::cout << "ended after " << seconds.count() << " s" << std::endl;
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(m_files.path()), {}), 4);
}

}  // namespace
}  // namespace asterism::test
