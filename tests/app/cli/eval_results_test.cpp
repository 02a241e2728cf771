#include "app/cli/eval_results.h"

#include <gtest/gtest.h>

#include "core/base/error.h"
#include "tests/support/test_files.h"

namespace asterism {
namespace {

eval::Outcome outcomeOf(std::int64_t question) {
    eval::Outcome outcome;
    outcome.setting = "dense q8";
    outcome.task = "vt";
    outcome.length = 4096;
    outcome.sample = 1;
    outcome.question = question;
    outcome.digest = 18'000'000'000'000'000'000U;
    outcome.score = 0.25;
    outcome.answer = "an \"answer\"\nof two lines";
    outcome.expected = {"a", "b"};
    outcome.contextTokens = 4000;
    outcome.attendedTokens = 1024;
    outcome.encodeSeconds = 1.5;
    return outcome;
}

class EvalResultsFile : public testing::Test {
  protected:
    const nlohmann::ordered_json m_head{{"model", "m.gguf"}, {"seed", 0}};
    const test::TempDir m_folder;
    const std::filesystem::path m_path = m_folder / "results.jsonl";

    void writeThree() const {
        EvalResults results(m_path, m_head);
        for (std::int64_t question = 0; question < 3; ++question) results.add(outcomeOf(question));
    }
};

TEST_F(EvalResultsFile, KeepsOutcomesAsTheyWere) {
    writeThree();
    const EvalResults results(m_path, m_head);
    ASSERT_EQ(results.size(), 3U);
    const eval::Outcome* found = results.find(outcomeOf(2).key());
    ASSERT_TRUE(found);
    EXPECT_EQ(found->digest, outcomeOf(2).digest);
    EXPECT_EQ(found->answer, outcomeOf(2).answer);
    EXPECT_EQ(found->expected, outcomeOf(2).expected);
    EXPECT_EQ(found->score, 0.25);
    EXPECT_EQ(found->attendedTokens, 1024);
    EXPECT_FALSE(results.find(outcomeOf(7).key()));
}

TEST_F(EvalResultsFile, LosesOnlyALineThatWasBeingWritten) {
    writeThree();
    const std::string whole = test::readFile(m_path);
    test::writeFile(m_path, whole.substr(0, whole.size() - 20));
    {
        EvalResults results(m_path, m_head);
        EXPECT_EQ(results.size(), 2U);
        results.add(outcomeOf(2));
    }
    EXPECT_EQ(test::readFile(m_path), whole);
}

TEST_F(EvalResultsFile, RefusesResultsOfAnotherRun) {
    writeThree();
    EXPECT_THROW(EvalResults(m_path, {{"model", "other.gguf"}, {"seed", 0}}), Error);
    test::writeFile(m_path, "something else\n");
    EXPECT_THROW(EvalResults(m_path, m_head), Error);
}

TEST_F(EvalResultsFile, NamesADamagedLine) {
    writeThree();
    std::string text = test::readFile(m_path);
    text.replace(text.find("\"score\""), 7, "\"scone\"");
    test::writeFile(m_path, text);
    try {
        const EvalResults results(m_path, m_head);
        ADD_FAILURE();
    } catch (const Error& error) {
        EXPECT_NE(std::string(error.what()).find("line 2"), std::string::npos) << error.what();
    }
}

TEST_F(EvalResultsFile, IsNotNeeded) {
    EvalResults results({}, m_head);
    results.add(outcomeOf(0));
    EXPECT_EQ(results.all().size(), 1U);
}

}  // namespace
}  // namespace asterism
