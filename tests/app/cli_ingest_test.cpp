#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <thread>

#include "tests/app/cli_project.h"

namespace asterism::test {
namespace {

using Json = nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

class CliIngest : public CliProject {};

TEST_F(CliIngest, ReportsEveryFieldOfTheContract) {
    const Json first = ingest();
    EXPECT_EQ(first["added"], 3);
    EXPECT_EQ(first["changed"], 0);
    EXPECT_EQ(first["removed"], 0);
    EXPECT_EQ(first["unchanged"], 0);
    EXPECT_GT(first["blocks_total"].get<int>(), 5);
    EXPECT_EQ(first["blocks_encoded"], first["blocks_total"]);
    EXPECT_GT(first["tokens"].get<int>(), 1500);
    EXPECT_GE(first["seconds"].get<double>(), 0);
    EXPECT_EQ(first["documents"]["added"], Json({"a.txt", "inner/b.md", "inner/c.txt"}));
}

TEST_F(CliIngest, TheSamePathAgainIsARescan) {
    const Json first = ingest();
    const Json again = ingest();
    EXPECT_EQ(again["unchanged"], 3);
    EXPECT_EQ(again["blocks_encoded"], 0);
    EXPECT_EQ(again["blocks_total"], first["blocks_total"]);
    EXPECT_EQ(again["summary"], "+0 ~0 -0, 3 unchanged, 0 blocks to encode");
    const Json without = run({"ingest", "docs"});  // its sources and its model are remembered
    EXPECT_EQ(without["unchanged"], 3);
}

TEST_F(CliIngest, ReadsOnlyWhatChanged) {
    const Json first = ingest();
    write("inner/c.txt", lines("gamma", 59) + "another end\n");
    write("inner/d.txt", "something new\n");
    const Json second = ingest();
    EXPECT_EQ(second["added"], 1);
    EXPECT_EQ(second["changed"], 1);
    EXPECT_EQ(second["unchanged"], 2);
    EXPECT_GT(second["blocks_encoded"].get<int>(), 0);
    EXPECT_LT(second["blocks_encoded"].get<int>(), first["blocks_total"].get<int>());
    remove("inner/d.txt");
    EXPECT_EQ(ingest()["removed"], 1);
}

TEST_F(CliIngest, ADryRunShowsTheTreeAndKeepsNothing) {
    write("key.txt", "aws\nAKIAIOSFODNN7EXAMPLE is a key\n");
    write("data.bin", std::string("a\0b", 3));
    const Json result = ingest({"--dry-run"});
    EXPECT_EQ(result["added"], 4);
    EXPECT_EQ(result["blocks_encoded"], 0);
    EXPECT_EQ(result["blocks_to_encode"], result["blocks_total"]);
    EXPECT_EQ(result["tokens_to_encode"], result["tokens"]);
    EXPECT_GT(result["kv_bytes"].get<int>(), 0);
    EXPECT_GT(result["estimated_seconds"].get<double>(), 0);
    const Json& tree = result["tree"];
    EXPECT_EQ(tree["files"], 4);
    std::int64_t tokens = 0;
    bool hasSecret = false;
    bool hasReason = false;
    for (const Json& child : tree["children"]) {
        tokens += child.value("tokens", 0);
        hasReason = hasReason || (child["name"] == "data.bin" && child.contains("reason"));
        if (child.contains("secrets")) hasSecret = child["secrets"][0]["line"] == 2;
    }
    EXPECT_EQ(tokens, tree["tokens"]);
    EXPECT_TRUE(hasSecret);
    EXPECT_TRUE(hasReason);
    EXPECT_EQ(run({"list"})["projects"].size(), 0U);
    EXPECT_EQ(run({"cache"})["files"], 0);
}

TEST_F(CliIngest, ADryRunOfAKnownProjectSaysWhatItWouldDo) {
    const Json first = ingest();
    write("inner/c.txt", lines("gamma", 30));
    const Json dry = run({"ingest", "docs", "--dry-run"});
    EXPECT_EQ(dry["changed"], 1);
    EXPECT_EQ(dry["unchanged"], 2);
    EXPECT_GT(dry["blocks_to_encode"].get<int>(), 0);
    EXPECT_EQ(ingest()["changed"], 1);  // it did not do it
    const CliResult text = runCli({"ingest", "docs", "--dry-run"});
    EXPECT_NE(text.out.find("inner/"), std::string::npos) << text.out;
    EXPECT_NE(text.out.find("+0 ~0 -0, 3 unchanged, 0 blocks to encode"), std::string::npos);
}

TEST_F(CliIngest, WithoutLeavesFilesOutUntilTheyAreWantedAgain) {
    EXPECT_EQ(ingest({"--without", "inner/*"})["added"], 1);
    EXPECT_EQ(ingest()["added"], 0);
    write("inner/later.txt", "words\n");
    EXPECT_EQ(ingest()["added"], 0);
    EXPECT_EQ(ingest({"--with", "*/c.txt"})["added"], 1);
    EXPECT_EQ(ingest({"--without", "*/later.txt", "--with", "inner/b*"})["added"], 1);
    remove("inner/later.txt");
    EXPECT_EQ(ingest({"--without", "*/later.txt"})["unchanged"], 3);  // it is known by now
    expectRefusal(runIngest({"--without", "*.pdf"}), 1, {"*.pdf"});
}

TEST_F(CliIngest, SettingsOfAProjectStayAsTheyWere) {
    ingest();
    expectRefusal(runIngest({"--kv", "bf16"}), 1, {"docs", "q8", "bf16"});
    expectRefusal(runIngest({"--anchor", "none"}), 1, {"docs", "first", "none"});
    expectRefusal(runCli({"ask", "docs", "Which?", "--block-tokens", "400"}), 1, {"300", "400"});
    EXPECT_EQ(ingest({"--kv", "q8", "--anchor", "first"})["unchanged"], 3);
}

TEST_F(CliIngest, SaysThatBlocksAreShorterThanWasAskedFor) {
    const auto ingestAs = [&](const std::string& name, const Arguments& more) {
        Arguments arguments{"ingest", name, m_folder, "--model", m_files.model()};
        arguments.insert(arguments.end(), more.begin(), more.end());
        const CliResult result = runCli(arguments);
        EXPECT_EQ(result.code, 0) << result.errors;
        return result.errors;
    };
    // Half of the model's window of 4,096 tokens.
    EXPECT_THAT(ingestAs("large", {"--block-tokens", "3000"}),
                HasSubstr("at most 2,048 tokens, not 3,000"));
    EXPECT_THAT(ingestAs("alone", {"--block-tokens", "3000", "--anchor", "none"}),
                Not(HasSubstr("not 3,000")));
    EXPECT_THAT(ingestAs("usual", {}), Not(HasSubstr("tokens, not")));
    EXPECT_EQ(ingest()["block_tokens"], 300);
}

TEST_F(CliIngest, RefusesWhatMakesNoProject) {
    expectRefusal(runCli({"ingest", "docs"}), 1, {"docs", "name the files"});
    expectRefusal(runCli({"ingest", "docs", m_folder / "none"}), 1, {"none"});
    expectRefusal(runCli({"ingest", "a/b", m_folder, "--model", m_files.model()}), 1, {"slash"});
    expectRefusal(runCli({"ingest", "docs", m_folder, "--watch", "--json"}), 2, {"--watch"});
    expectRefusal(runCli({"ingest", "docs", m_folder, "--model", "/none.gguf"}), 1, {"none.gguf"});
    EXPECT_EQ(run({"list"})["projects"].size(), 0U);
}

TEST_F(CliIngest, WatchReadsEditsInPlaceAndNewFolders) {
    CliProcess watch({"ingest", "docs", m_folder, "--model", m_files.model(), "--block-tokens",
                      "300", "--watch"});
    ASSERT_TRUE(watch.waitForText("watching 1 sources"));
    write("a.txt", lines("alpha", 40));
    EXPECT_TRUE(watch.waitForText("+0 ~1 -0, 2 unchanged, "));
    EXPECT_TRUE(watch.waitForText("+0 ~1 -0, 2 unchanged: "));
    write("fresh/deep/d.txt", "a new file in a new folder\n");
    EXPECT_TRUE(watch.waitForText("+1 ~0 -0, 3 unchanged: "));
    write("fresh/deep/d.txt", "a new file in a new folder, edited\n");
    EXPECT_TRUE(watch.waitForText("+0 ~1 -0, 3 unchanged: "));
    watch.signal(SIGINT);
    EXPECT_EQ(watch.wait().code, 130);
}

TEST_F(CliIngest, WatchReadsWhatChangedDuringTheFirstIngest) {
    for (int i = 0; i < 40; ++i)
        write("more/" + std::to_string(i) + ".txt", lines("word" + std::to_string(i), 100));
    CliProcess watch({"ingest", "docs", m_folder, "--model", m_files.model(), "--block-tokens",
                      "300", "--threads", "1", "--watch"});
    // A block is kept: all files were read.
    while (!std::filesystem::exists(m_home.blocks()) || run({"cache"})["files"] == 0)
        std::this_thread::yield();
    write("a.txt", lines("alpha", 40));
    ASSERT_FALSE(watch.waitForText("watching", 0)) << "the first ingest was over too soon";
    EXPECT_TRUE(watch.waitForText("+0 ~1 -0, 42 unchanged: ", 30));
    watch.signal(SIGINT);
    EXPECT_EQ(watch.wait().code, 130);
}

TEST_F(CliIngest, AnInterruptedIngestGoesOnWhereItWas) {
    for (int i = 0; i < 80; ++i)
        write("more/" + std::to_string(i) + ".txt", lines("word" + std::to_string(i), 100));
    {
        CliProcess process({"ingest", "docs", m_folder, "--model", m_files.model(),
                            "--block-tokens", "300", "--threads", "1"});
        process.waitForWork(0.2);
        process.signal(SIGINT);
        EXPECT_EQ(process.wait().code, 130);
    }
    const Json rest = ingest();
    EXPECT_EQ(rest["added"].get<int>() + rest["unchanged"].get<int>(), 83);
    EXPECT_EQ(run({"verify", "docs"})["blocks_right"], rest["blocks_total"]);
}

}  // namespace
}  // namespace asterism::test
