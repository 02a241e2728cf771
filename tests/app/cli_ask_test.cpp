#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "tests/app/cli_run.h"

namespace asterism::test {
namespace {

using Json = nlohmann::json;

class CliAsk : public testing::Test {
  protected:
    CliAsk() {
        std::filesystem::create_directories(m_files.path() / "docs/inner");
        m_files.file("docs/a.txt", lines("alpha", 60));
        m_files.file("docs/inner/b.md", "# Title\n\n" + lines("beta", 60) + "no line end");
        m_files.file("docs/binary.bin", std::string("a\0b", 3));
    }

    static std::string lines(const std::string& word, int count) {
        std::string text;
        for (int i = 0; i < count; ++i) {
            text += word + " thing " + std::to_string(i) + "\n";
            if (i % 7 == 6) text += "\n";
        }
        return text;
    }

    CliResult ask(const std::string& path, const Arguments& more = {}) {
        return runCli(withDefaults(
            {"ask", path, "Which thing?", "--json", "--ignore-end"}, more,
            {{"--model", m_files.model()}, {"--max-tokens", "5"}, {"--block-tokens", "300"}}));
    }

    Json answer(const std::string& path, const Arguments& more = {}) {
        const CliResult result = ask(path, more);
        EXPECT_EQ(result.code, 0) << result.errors;
        return result.json();
    }

    CliFiles m_files;
    std::string m_folder = m_files.path() / "docs";
};

TEST_F(CliAsk, ReportsEveryField) {
    const Json result = answer(m_folder);
    for (const char* key :
         {"answer", "message_id", "sources", "tokens_read", "tokens_in_scope", "timings", "blocks"})
        EXPECT_TRUE(result.contains(key)) << key;
    EXPECT_TRUE(result["answer"].is_string());
    EXPECT_GT(result["tokens_read"].get<int>(), 1000);
    EXPECT_EQ(result["tokens_read"], result["tokens_in_scope"]);
    EXPECT_TRUE(result["message_id"].is_null());
    EXPECT_EQ(result["blocks"]["restored"], 0);
    EXPECT_GT(result["blocks"]["encoded"].get<int>(), 2);
    for (const char* key : {"encode_s", "query_s", "first_token_s", "tokens_per_s"})
        EXPECT_TRUE(result["timings"][key].is_number()) << key;
}

TEST_F(CliAsk, SelectsBlocksAndSaysHowManyTokensWereAttended) {
    const Json result = answer(m_folder, {"--select-blocks", "1"});
    EXPECT_EQ(result["selection"]["blocks"].size(), 2U);
    EXPECT_EQ(result["selection"]["attended_tokens"], result["tokens_read"]);
    EXPECT_LT(result["tokens_read"], result["tokens_in_scope"]);
    EXPECT_NE(result["note"].get<std::string>().find("the question attends to 2 of"),
              std::string::npos);
    EXPECT_FALSE(answer(m_folder).contains("selection"));
}

TEST_F(CliAsk, AskingAgainLoadsTheBlocksAndAnswersTheSame) {
    const SharedCache cache;
    const Json first = answer(m_folder);
    const Json second = answer(m_folder);
    EXPECT_EQ(second["blocks"]["encoded"], 0);
    EXPECT_EQ(second["blocks"]["restored"], first["blocks"]["encoded"]);
    EXPECT_EQ(second["answer"], first["answer"]);
    const Json without = answer(m_folder, {"--no-cache"});
    EXPECT_EQ(without["blocks"]["restored"], 0);
    EXPECT_EQ(without["answer"], first["answer"]);
}

TEST_F(CliAsk, ACacheThatCannotBeKeptIsAWarning) {
    const SharedCache cache;
    writeFile(cache.folder() / "asterism", "a file where the folder belongs");
    const CliResult result = ask(m_folder);
    EXPECT_EQ(result.code, 0);
    EXPECT_NE(result.errors.find("warning: KV cache: "), std::string::npos) << result.errors;
}

TEST_F(CliAsk, SourcesQuoteTheLinesTheyName) {
    const Json sources = answer(m_folder).at("sources");
    ASSERT_FALSE(sources.empty());
    double before = 1;
    for (const Json& source : sources) {
        const std::string name = source.at("document");
        EXPECT_TRUE(name == "a.txt" || name == "inner/b.md") << name;
        EXPECT_TRUE(source.at("verified").get<bool>());
        EXPECT_GT(source.at("mass").get<double>(), 0);
        EXPECT_LE(source.at("mass").get<double>(), before);
        before = source.at("mass");

        std::ifstream file(m_folder + "/" + name);
        std::string line;
        std::string named;
        for (int number = 1; std::getline(file, line); ++number)
            if (number >= source.at("line_begin") && number <= source.at("line_end"))
                named += line + "\n";
        std::string quote = source.at("quote");
        quote.erase(quote.find_last_not_of(" \n") + 1);
        quote.erase(0, quote.find_first_not_of(" \n"));
        EXPECT_NE(named.find(quote), std::string::npos) << quote;
    }
}

TEST_F(CliAsk, OnlyNarrowsTheQuestionToDocumentsThatMatch) {
    const Json all = answer(m_folder);
    const Json one = answer(m_folder, {"--only", "*.md"});
    EXPECT_LT(one["tokens_in_scope"].get<int>(), all["tokens_in_scope"].get<int>());
    ASSERT_FALSE(one["sources"].empty());
    for (const Json& source : one["sources"]) EXPECT_EQ(source["document"], "inner/b.md");
    const Json both = answer(m_folder, {"--only", "*.md", "--only", "a.*"});
    EXPECT_EQ(both["tokens_in_scope"], all["tokens_in_scope"]);
    expectRefusal(ask(m_folder, {"--only", "*.pdf"}), 1, {"*.pdf", "2 documents"});
}

TEST_F(CliAsk, ReadsASingleFile) {
    const Json result = answer(m_folder + "/a.txt");
    for (const Json& source : result["sources"]) EXPECT_EQ(source["document"], "a.txt");
}

TEST_F(CliAsk, NamesFilesThatWereLeftOut) {
    const CliResult result = runCli({"ask", m_folder, "Which thing?", "--model", m_files.model(),
                                     "--max-tokens", "1", "--block-tokens", "300"});
    EXPECT_EQ(result.code, 0);
    EXPECT_NE(result.errors.find("left out: binary.bin"), std::string::npos) << result.errors;
    EXPECT_NE(result.errors.find("sources, by attention:"), std::string::npos);
}

TEST_F(CliAsk, TheAnchorOptionIsObeyed) {
    const auto encoded = [&](const Arguments& more) {
        return answer(m_folder, more).at("sources")[0].at("mass").get<double>();
    };
    EXPECT_NE(encoded({}), encoded({"--anchor", "none"}));
    expectRefusal(ask(m_folder, {"--anchor", "my.txt"}), 2, {"my.txt", "generate"});
}

TEST_F(CliAsk, OptionsOfOtherWaysToReadAreRefusedWithAReason) {
    for (const char* option : {"--attention", "--plan", "--anchor-tokens", "--positions"})
        expectRefusal(ask(m_folder, {option, "1"}), 2, {option, "generate"});
}

TEST_F(CliAsk, RefusesPathsAndQuestionsItCannotUse) {
    expectRefusal(ask(m_files.path() / "missing"), 1, {"missing"});
    const SharedHome home;
    expectRefusal(ask("noproject"), 1, {"noproject", "ingest PROJECT PATH"});
    expectRefusal(ask(m_folder + "/binary.bin"), 1, {"binary"});
    std::filesystem::create_directory(m_files.path() / "empty");
    expectRefusal(ask(m_files.path() / "empty"), 1, {"empty"});
    expectRefusal(runCli({"ask", m_folder, "  \n", "--model", m_files.model()}), 2, {"question"});
    EXPECT_EQ(runCli({"ask", m_folder}).code, 2);
    EXPECT_EQ(ask(m_folder, {"--placement", "squeeze"}).code, 1);
}

}  // namespace
}  // namespace asterism::test
