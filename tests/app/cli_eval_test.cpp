#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <set>
#include <sstream>

#include "tests/app/cli_run.h"

namespace asterism::test {
namespace {

using Json = nlohmann::json;

// Two haystacks of two tasks with a tiny random model: 1,024 tokens in blocks of 256.
class CliEval : public testing::Test {
  protected:
    CliResult run(const Arguments& more, const std::string& tasks = "niah_single_1,qa1") {
        return runCli(withDefaults({"eval", tasks, "--json"}, more,
                                   {{"--model", m_model},
                                    {"--lengths", "1024"},
                                    {"--samples", "2"},
                                    {"--questions", "2"},
                                    {"--block-tokens", "256"},
                                    {"--precision", "f32"}}));
    }

    Json eval(const Arguments& more = {}) {
        const CliResult result = run(more);
        EXPECT_EQ(result.code, 0) << result.errors;
        return result.json();
    }

    std::string resultsFile() const { return (m_files.path() / "results.jsonl").string(); }

    // What was answered, by place, with no timings.
    std::set<std::string> answers() const {
        std::set<std::string> all;
        std::istringstream lines(readFile(resultsFile()));
        std::string line;
        std::getline(lines, line);
        while (std::getline(lines, line)) {
            const Json outcome = Json::parse(line);
            Json kept;
            for (const char* key : {"setting", "task", "sample", "question", "digest", "answer"})
                kept[key] = outcome.at(key);
            all.insert(kept.dump());
        }
        return all;
    }

    CliFiles m_files;
    std::string m_model = m_files.model();
};

TEST_F(CliEval, ReportsScoresWithErrorsAndDifferencesToDense) {
    const Json result = eval({"--placement", "true,reuse"});
    ASSERT_EQ(result.at("rows").size(), 3U);
    const Json& dense = result.at("rows")[0];
    EXPECT_EQ(dense.at("setting"), "dense q8");
    EXPECT_EQ(dense.at("length"), 1024);
    EXPECT_EQ(dense.at("questions"), 2 + 4);
    EXPECT_EQ(dense.at("score").at("haystacks"), 4);
    EXPECT_TRUE(dense.at("score").at("standard_error").is_number());
    EXPECT_TRUE(dense.at("differences").empty());
    EXPECT_EQ(dense.at("tasks").size(), 2U);
    const Json& star = result.at("rows")[1];
    EXPECT_TRUE(star.at("differences").at("dense q8").at("p").is_number());
    EXPECT_GT(star.at("encode_tokens_per_s"), 0);
    EXPECT_EQ(result.at("seed"), 0);
}

TEST_F(CliEval, GoesOnWhereItWasEnded) {
    const Json whole = eval({"--results", resultsFile()});
    const std::string text = readFile(resultsFile());
    const std::set<std::string> all = answers();
    EXPECT_EQ(all.size(), 12U);

    // As if it had been killed in the middle of a line.
    const std::string begun = text.substr(0, text.size() / 2);
    writeFile(resultsFile(), begun);
    const Json resumed = eval({"--results", resultsFile()});
    const std::string kept = begun.substr(0, begun.rfind('\n') + 1);
    EXPECT_TRUE(readFile(resultsFile()).starts_with(kept));
    EXPECT_EQ(answers(), all);
    for (std::size_t row = 0; row < 2; ++row)
        EXPECT_EQ(resumed.at("rows")[row].at("score"), whole.at("rows")[row].at("score"));

    // Nothing is left to do: the file stays as it is.
    const std::string complete = readFile(resultsFile());
    eval({"--results", resultsFile()});
    EXPECT_EQ(readFile(resultsFile()), complete);
}

TEST_F(CliEval, RefusesToGoOnWithOtherQuestions) {
    eval({"--results", resultsFile()});
    expectRefusal(run({"--results", resultsFile(), "--seed", "1"}), 1, {resultsFile(), "seed"});
    const std::string text = m_files.file("prose.txt", "This is a text of one sentence only.");
    expectRefusal(run({"--results", resultsFile(), "--text", text}), 1, {"qa1", "--results"});
}

TEST_F(CliEval, ReportsWhatThereIsWhenInterrupted) {
    CliProcess process({"eval", "niah_single_1", "--model", m_model, "--lengths", "1024",
                        "--samples", "100000", "--results", resultsFile()});
    process.waitForWork(2);
    process.signal(SIGINT);
    const CliResult result = process.wait();
    EXPECT_EQ(result.code, 130);
    EXPECT_NE(result.out.find("| dense q8 | 1,024 |"), std::string::npos) << result.out;
}

TEST_F(CliEval, LeavesOutSettingsThatALengthDoesNotAllow) {
    const CliResult result = run({"--placement", "stagger", "--window", "300"});
    EXPECT_EQ(result.code, 0);
    EXPECT_NE(result.errors.find("is left out at 1,024 tokens"), std::string::npos);
    EXPECT_EQ(result.json().at("rows").size(), 1U);
}

TEST_F(CliEval, ComparesSelectionsOfBlocks) {
    const Arguments star{"--modes", "star", "--block-tokens", "128", "--results", resultsFile()};
    const auto evalSelecting = [&](const std::string& blocks) {
        Arguments arguments = star;
        arguments.insert(arguments.end(), {"--select-blocks", blocks});
        return eval(arguments);
    };
    const Json result = evalSelecting("0,1,2");
    ASSERT_EQ(result.at("rows").size(), 3U);
    const std::string plain = result.at("rows")[0].at("setting");
    EXPECT_EQ(plain, "star blocks 128 anchor first contiguous stagger q8");
    EXPECT_EQ(result.at("rows")[1].at("setting"),
              "star blocks 128 anchor first contiguous stagger select 1 q8");
    EXPECT_GT(result.at("rows")[0].at("attended_tokens"), 512);
    EXPECT_LE(result.at("rows")[1].at("attended_tokens"), 256);
    EXPECT_LE(result.at("rows")[2].at("attended_tokens"), 384);

    // Rows are known by their selection: only the new one is asked.
    const auto lines = [&] {
        const std::string text = readFile(resultsFile());
        return std::count(text.begin(), text.end(), '\n');
    };
    EXPECT_EQ(lines(), 1 + 3 * 6);
    evalSelecting("1,3");
    EXPECT_EQ(lines(), 1 + 4 * 6);
    expectRefusal(run({"--select-blocks", "-1"}), 2, {"--select-blocks", "-1"});
}

TEST_F(CliEval, EndsInGoodOrderWhenTheTimeIsUp) {
    const CliResult none = run({"--minutes", "0.0000001"});
    EXPECT_EQ(none.code, 0);
    EXPECT_NE(none.errors.find("too short for 4 of 4 haystacks"), std::string::npos) << none.errors;
    EXPECT_TRUE(none.json().at("rows").empty());

    const CliResult some = run({"--minutes", "0.05", "--samples", "100000"});
    EXPECT_EQ(some.code, 0);
    EXPECT_NE(some.errors.find("of 200,000 haystacks"), std::string::npos) << some.errors;
    const Json rows = some.json().at("rows");
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].at("score").at("haystacks"), rows[1].at("score").at("haystacks"));
}

TEST_F(CliEval, DrawsAPlot) {
    const std::string plot = (m_files.path() / "plot.svg").string();
    eval({"--plot", plot});
    EXPECT_NE(readFile(plot).find("star blocks 256"), std::string::npos);
}

TEST_F(CliEval, ListsItsTasks) {
    const CliResult result = runCli({"eval", "--list", "--json"});
    EXPECT_EQ(result.json().at("tasks").size(), 24U);
}

TEST_F(CliEval, RefusesWhatItCannotDo) {
    expectRefusal(run({}, "vt,nonsense"), 2, {"nonsense", "niah_single_1"});
    expectRefusal(run({}, "qa_1"), 1, {"--squad"});
    expectRefusal(run({}, "cwe"), 1, {"cwe", "1024"});
    expectRefusal(run({"--modes", "sparse"}), 2, {"sparse", "dense"});
    expectRefusal(runCli({"eval", "--model", m_model}), 2, {"eval --list"});
}

}  // namespace
}  // namespace asterism::test
