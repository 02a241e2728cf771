#include <gtest/gtest.h>

#include "tests/app/cli_project.h"

namespace asterism::test {
namespace {

using Json = nlohmann::json;

class CliProjects : public CliProject {
  protected:
    void removeModel() { std::filesystem::remove(m_files.model()); }

    std::vector<std::filesystem::path> blockFiles() const {
        std::vector<std::filesystem::path> files;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(m_home.blocks()))
            if (entry.path().extension() == ".kv") files.push_back(entry.path());
        return files;
    }
};

TEST_F(CliProjects, AskReportsEveryFieldAndKeepsTheAnswer) {
    const Json ingested = ingest();
    const Json result = ask("Which thing?");
    EXPECT_TRUE(result["answer"].is_string());
    EXPECT_GT(result["message_id"].get<int>(), 0);
    EXPECT_GT(result["conversation_id"].get<int>(), 0);
    EXPECT_EQ(result["tokens_read"], ingested["tokens"]);
    EXPECT_EQ(result["tokens_in_scope"], ingested["tokens"]);
    EXPECT_EQ(result["blocks"]["restored"], ingested["blocks_total"]);
    EXPECT_EQ(result["blocks"]["encoded"], 0);
    ASSERT_FALSE(result["sources"].empty());
    for (const Json& source : result["sources"]) {
        for (const char* key : {"document", "line_begin", "line_end", "quote", "mass", "verified"})
            EXPECT_TRUE(source.contains(key)) << key;
        EXPECT_TRUE(source["verified"].get<bool>());
    }
    for (const char* key : {"encode_s", "query_s", "first_token_s", "tokens_per_s"})
        EXPECT_TRUE(result["timings"][key].is_number()) << key;
    EXPECT_EQ(ask("Which thing?")["answer"], result["answer"]);
}

TEST_F(CliProjects, SeveralRanksShareAProjectThatOneRankMadeAndTheOtherWayRound) {
    ingest();
    const Json one = ask("Which thing?");
    const Json total = one["blocks"]["restored"];
    EXPECT_EQ(one["blocks"]["by_rank"], Json({total}));
    const Json two = ask("Which thing?", {"--ranks", "2"});
    EXPECT_EQ(two["answer"], one["answer"]);
    EXPECT_EQ(two["blocks"]["restored"], total);
    run({"cache", "--clear"});
    const Json ingested = ingest({"--ranks", "3"});
    EXPECT_EQ(ingested["blocks_encoded"], total);
    const Json three = ask("Which thing?", {"--ranks", "3"});
    EXPECT_EQ(three["answer"], one["answer"]);
    EXPECT_EQ(three["blocks"]["restored"], total);
    ASSERT_EQ(three["blocks"]["by_rank"].size(), 3U);
    int sum = 0;
    for (const Json& blocks : three["blocks"]["by_rank"]) {
        EXPECT_GT(blocks.get<int>(), 0);
        sum += blocks.get<int>();
    }
    EXPECT_EQ(sum, total.get<int>());
    EXPECT_EQ(ask("Which thing?")["blocks"]["restored"], total);
}

TEST_F(CliProjects, AskEncodesWhatTheCacheHasLost) {
    const Json ingested = ingest();
    const Json first = ask("Which thing?");
    run({"cache", "--clear"});
    const Json second = ask("Which thing?");
    EXPECT_EQ(second["blocks"]["encoded"], ingested["blocks_total"]);
    EXPECT_EQ(second["answer"], first["answer"]);
}

TEST_F(CliProjects, AskSaysThatFilesHaveChanged) {
    ingest();
    write("a.txt", "changed\n");
    write("new.txt", "new\n");
    const CliResult result =
        runCli({"ask", "docs", "Which thing?", "--max-tokens", "2", "--ignore-end", "--json"});
    EXPECT_EQ(result.code, 0) << result.errors;
    EXPECT_NE(result.errors.find("+1 ~1 -0"), std::string::npos) << result.errors;
    EXPECT_EQ(result.json()["changed_since"], Json({{"added", 1}, {"changed", 1}, {"removed", 0}}));
}

TEST_F(CliProjects, OnlyScopesAQuestionWithoutEncodingAnything) {
    ingest();
    const Json all = ask("Which thing?");
    const Json one = ask("Which thing?", {"--only", "*.md"});
    EXPECT_LT(one["tokens_read"].get<int>(), all["tokens_read"].get<int>());
    EXPECT_EQ(one["blocks"]["encoded"], 0);
    for (const Json& source : one["sources"]) EXPECT_EQ(source["document"], "inner/b.md");
    expectRefusal(runCli({"ask", "docs", "Which?", "--only", "*.pdf", "--json"}), 1, {"*.pdf"});
}

TEST_F(CliProjects, UnknownProjectsAreRefusedWithTheNamesThereAre) {
    ingest();
    for (const Arguments& command : {Arguments{"ask", "dogs", "Which?"},
                                     {"chat", "dogs"},
                                     {"status", "dogs"},
                                     {"verify", "dogs"},
                                     {"export", "dogs"},
                                     {"remove", "dogs", "--yes"},
                                     {"explain", "dogs", "1"},
                                     {"summarize", "dogs"}})
        expectRefusal(runCli(command), 1, {"dogs", "docs"});
}

TEST_F(CliProjects, ListAndStatusNeedNoModel) {
    const Json ingested = ingest();
    ask("Which thing?");
    write("new.txt", "new\n");
    removeModel();
    const Json projects = run({"list"})["projects"];
    ASSERT_EQ(projects.size(), 1U);
    EXPECT_EQ(projects[0]["name"], "docs");
    EXPECT_EQ(projects[0]["documents"], 3);
    EXPECT_EQ(projects[0]["blocks_kept"], ingested["blocks_total"]);
    EXPECT_EQ(projects[0]["conversations"], 1);

    const Json status = run({"status", "docs"});
    EXPECT_EQ(status["states"]["ready"], 3);
    EXPECT_EQ(status["settings"]["block_tokens"], 300);
    EXPECT_EQ(status["document_list"][1]["document"], "inner/b.md");
    EXPECT_EQ(status["document_list"][1]["state"], "ready");
    EXPECT_EQ(status["changed_since"]["added"], Json({"new.txt"}));
    EXPECT_EQ(status["sources"][0]["path"], std::filesystem::canonical(m_folder).string());
    EXPECT_NE(runCli({"status", "docs"}).out.find("inner/c.txt"), std::string::npos);
    EXPECT_EQ(run({"status"})["database"], m_home.database().string());
}

TEST_F(CliProjects, VerifyTellsRightFromMissingAndDamaged) {
    const Json ingested = ingest();
    removeModel();
    const Json clean = run({"verify", "docs"});
    EXPECT_TRUE(clean["clean"].get<bool>());
    EXPECT_EQ(clean["blocks_right"], ingested["blocks_total"]);
    EXPECT_EQ(clean["documents"], 3);

    for (const auto& file : blockFiles())
        std::filesystem::resize_file(file, std::filesystem::file_size(file) / 2);
    const CliResult result = runCli({"verify", "docs", "--json"});
    EXPECT_EQ(result.code, 1);
    EXPECT_NE(result.errors.find("docs: is damaged"), std::string::npos) << result.errors;
    const Json found = result.json();
    EXPECT_FALSE(found["clean"].get<bool>());
    EXPECT_EQ(found["damaged"].size(), ingested["blocks_total"].get<std::size_t>());
    EXPECT_FALSE(found["damaged"][0]["problem"].get<std::string>().empty());

    run({"cache", "--clear"});
    const Json missing = run({"verify", "docs"});
    EXPECT_EQ(missing["missing"].size(), ingested["blocks_total"].get<std::size_t>());
    EXPECT_TRUE(missing["clean"].get<bool>());
}

TEST_F(CliProjects, VerifyRemovesDamagedBlocksWhereToldAndIngestEncodesThem) {
    const Json total = ingest()["blocks_total"];
    for (const auto& file : blockFiles())
        std::filesystem::resize_file(file, std::filesystem::file_size(file) / 2);
    const Json repaired = run({"verify", "docs", "--repair"});
    EXPECT_TRUE(repaired["clean"].get<bool>());
    EXPECT_EQ(repaired["damaged"].size(), 0U);
    EXPECT_EQ(repaired["removed"].size(), total.get<std::size_t>());
    EXPECT_EQ(repaired["missing"].size(), total.get<std::size_t>());
    EXPECT_EQ(ingest()["blocks_encoded"], total);
    EXPECT_EQ(run({"verify", "docs"})["blocks_right"], total);
}

TEST_F(CliProjects, ExportHasAllChatsWithIdsScopesAndSources) {
    ingest();
    const Json first = ask("Which \"thing\"?", {"--only", "a.*"});
    ask("And which other?");
    removeModel();
    const CliResult result = runCli({"export", "docs", "--format", "json"});
    ASSERT_EQ(result.code, 0) << result.errors;
    const Json exported = result.json();
    ASSERT_EQ(exported["conversations"].size(), 2U);
    const Json& messages = exported["conversations"][0]["messages"];
    ASSERT_EQ(messages.size(), 2U);
    EXPECT_EQ(messages[0]["text"], "Which \"thing\"?");
    EXPECT_EQ(messages[0]["scope"], Json({"a.*"}));
    EXPECT_EQ(messages[1]["id"], first["message_id"]);
    EXPECT_EQ(messages[1]["parent"], messages[0]["id"]);
    EXPECT_EQ(messages[1]["tokens_read"], first["tokens_read"]);
    EXPECT_GE(messages[1]["sources"].size(), first["sources"].size());

    const CliResult text = runCli({"export", "docs"});
    EXPECT_TRUE(text.out.starts_with("# docs\n")) << text.out;
    EXPECT_NE(text.out.find("**a.txt**, line"), std::string::npos) << text.out;
    EXPECT_NE(text.out.find("Only: `a.*`"), std::string::npos);
    expectRefusal(runCli({"export", "docs", "--format", "md", "--json"}), 2, {"--format"});
}

TEST_F(CliProjects, RemoveAsksAndSparesBlocksOfOtherProjects) {
    ingest();
    run({"ingest", "twin", m_folder, "--model", m_files.model(), "--block-tokens", "300"});
    removeModel();
    expectRefusal(runCli({"remove", "docs"}), 2, {"--yes", "3 documents"});
    EXPECT_EQ(run({"list"})["projects"].size(), 2U);
    const Json first = run({"remove", "docs", "--yes"});
    EXPECT_EQ(first["removed"], "docs");
    EXPECT_EQ(first["removed_files"], 0);
    const Json status = run({"status", "twin"});
    EXPECT_EQ(status["blocks_kept"], status["blocks_total"]);
    EXPECT_EQ(run({"remove", "twin", "--yes"})["removed_files"],
              status["blocks_total"].get<int>() + 1);  // and the anchor
    EXPECT_EQ(run({"cache"})["files"], 0);
    EXPECT_EQ(run({"list"})["projects"].size(), 0U);
    EXPECT_TRUE(std::filesystem::exists(m_folder / "a.txt"));
}

// Two projects of the same documents share their blocks; chats of the one have turns of their own,
// unless the other was asked the same.
TEST_F(CliProjects, RemoveTakesTheTurnsOfChatsWithIt) {
    ingest();
    run({"ingest", "twin", m_folder, "--model", m_files.model(), "--block-tokens", "300"});
    ask("Which thing?");
    ask("Which other thing?");
    run({"ask", "twin", "Which thing?", "--max-tokens", "5", "--ignore-end"});
    EXPECT_EQ(run({"remove", "docs", "--yes"})["removed_files"], 1);
    const Json status = run({"status", "twin"});
    EXPECT_EQ(status["blocks_kept"], status["blocks_total"]);
    EXPECT_EQ(run({"remove", "twin", "--yes"})["removed_files"],
              status["blocks_total"].get<int>() + 2);  // the anchor and the turn
    EXPECT_EQ(run({"cache"})["files"], 0);
}

TEST_F(CliProjects, ExplainWeighsTheMostAttendedBlocks) {
    ingest();
    const Json answer = ask("Which thing?");
    const std::string message = std::to_string(answer["message_id"].get<int>());
    const Json result = run({"explain", "docs", message, "--blocks", "3"});
    EXPECT_EQ(result["message_id"], answer["message_id"]);
    EXPECT_EQ(result["tokens"], 5);
    EXPECT_LT(result["log_probability"].get<double>(), 0);
    ASSERT_EQ(result["blocks"].size(), 3U);
    double before = 1;
    for (const Json& block : result["blocks"]) {
        EXPECT_FALSE(block["documents"].empty());
        EXPECT_LE(block["mass"].get<double>(), before);
        before = block["mass"];
        EXPECT_NEAR(
            block["drop"].get<double>(),
            result["log_probability"].get<double>() - block["log_probability"].get<double>(), 1e-9);
    }
    expectRefusal(runCli({"explain", "docs", "999"}), 1, {"999"});
}

TEST_F(CliProjects, SummariesReadAllOfTheirDocumentsAndAreReused) {
    ingest();
    write("inner/[odd]*.txt", lines("delta", 20));
    const Json ingested = ingest();
    const Arguments command{"summarize", "docs", "--max-tokens", "6"};
    const Json first = run(command);
    ASSERT_EQ(first["documents"].size(), 4U);
    std::int64_t tokens = 0;
    for (const Json& document : first["documents"]) {
        tokens += document["tokens_read"].get<std::int64_t>();
        EXPECT_FALSE(document["reused"].get<bool>());
        EXPECT_GT(document["message_id"].get<int>(), 0);
    }
    // All documents together are the context without the chat header.
    EXPECT_LT(tokens, ingested["tokens"].get<std::int64_t>());
    EXPECT_GT(tokens + 100, ingested["tokens"].get<std::int64_t>());
    EXPECT_FALSE(first["sources"].empty());

    const Json second = run(command);
    EXPECT_TRUE(second["reused"].get<bool>());
    EXPECT_EQ(second["summary"], first["summary"]);

    write("a.txt", lines("other", 30));
    ingest();
    for (const Json& document : run(command)["documents"])
        EXPECT_EQ(document["reused"], document["document"] != "a.txt");
    EXPECT_EQ(run({"list"})["projects"][0]["conversations"], 0);  // an archived chat
}

TEST_F(CliProjects, SummariesThatExceedTheRoomAreSummarisedInGroups) {
    for (int i = 0; i < 4; ++i) write(std::to_string(i) + ".txt", "a short text\n");
    ingest();
    const Json result = run({"summarize", "docs", "--max-tokens", "150", "--ignore-end"});
    EXPECT_EQ(result["documents"].size(), 7U);
    EXPECT_TRUE(result["summary"].is_string());
    const Json chats = run({"export", "docs"})["conversations"];
    ASSERT_EQ(chats.size(), 1U);
    EXPECT_EQ(chats[0]["title"], "Summaries");
    EXPECT_GT(chats[0]["messages"].size(), 2U * (7 + 2));  // two groups at least, and all of them
}

TEST_F(CliProjects, ASummaryThatWasCutSaysSoAndIsMadeAnewToBeLonger) {
    ingest();
    const auto summarize = [](const char* tokens) {
        return Arguments{"summarize",    "docs",         "--only", "a.txt",
                         "--ignore-end", "--max-tokens", tokens};
    };
    for (const bool isReused : {false, true}) {
        const Json cut = run(summarize("6"));
        EXPECT_EQ(cut["reused"], isReused);
        EXPECT_EQ(cut["end"], "max_tokens");
        EXPECT_EQ(cut["documents"][0]["end"], "max_tokens");
    }
    const CliResult text = runCli(summarize("6"));
    EXPECT_NE(text.errors.find("note: the summary was cut at 6 tokens; --max-tokens"),
              std::string::npos)
        << text.errors;
    EXPECT_NE(text.errors.find("note: the summaries of 1 of the 1 documents were cut at 6 tokens"),
              std::string::npos)
        << text.errors;
    EXPECT_EQ(run(summarize("7"))["reused"], false);
}

TEST_F(CliProjects, LongSummariesGetTheRoomThatTheyNeed) {
    ingest();
    const auto summarize = [](const char* tokens) {
        Arguments command = stopsAtOnce();
        command.insert(command.begin(), {"summarize", "docs", "--max-tokens", tokens});
        return command;
    };
    EXPECT_TRUE(run(summarize("3000"))["summary"].is_string());
    EXPECT_EQ(run({"export", "docs"})["conversations"].size(), 1U);
    expectRefusal(runCli(summarize("4000")), 1, {"docs", "4096", "smaller --max-tokens"});
}

TEST_F(CliProjects, AnotherModelReadsTheProjectAnew) {
    const Json first = ingest();
    const CliResult other = runCli({"ingest", "docs", "--model", m_files.model("qwen2"), "--json"});
    EXPECT_EQ(other.code, 0) << other.errors;
    EXPECT_NE(other.errors.find("encoded anew"), std::string::npos) << other.errors;
    EXPECT_EQ(other.json()["blocks_encoded"], other.json()["blocks_total"]);
    EXPECT_EQ(other.json()["unchanged"], 3);
    EXPECT_EQ(run({"ingest", "docs"})["blocks_encoded"], 0);  // that model is remembered now
    EXPECT_GT(first["blocks_total"].get<int>(), 0);
}

}  // namespace
}  // namespace asterism::test
