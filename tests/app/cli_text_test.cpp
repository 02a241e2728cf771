#include <gtest/gtest.h>

#include "tests/app/cli_run.h"
#include "tests/support/tiny_model.h"

namespace asterism::test {
namespace {

using Json = nlohmann::json;

class CliText : public testing::Test {
  protected:
    Json tokenize(const std::string& text, const Arguments& more = {}) {
        Arguments arguments{"tokenize", "--json", "--model", m_files.model()};
        arguments.insert(arguments.end(), more.begin(), more.end());
        const CliResult result = runCli(arguments, text);
        EXPECT_EQ(result.code, 0) << result.errors;
        return result.json().at("ids");
    }

    std::string detokenize(const Json& ids) {
        const CliResult result =
            runCli({"detokenize", "--json", "--model", m_files.model()}, ids.dump());
        EXPECT_EQ(result.code, 0) << result.errors;
        return result.json().at("text");
    }

    CliFiles m_files;
};

TEST_F(CliText, TokenizeAndDetokenizeGiveTheExactBytesBack) {
    for (const std::string& text :
         {std::string("the thing"), std::string(" leading and trailing \n"),
          std::string("a\r\n\tb\n\n"), std::string("\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80"),
          std::string("nul\0byte", 8)}) {
        const Json ids = tokenize(text);
        EXPECT_FALSE(ids.empty());
        EXPECT_EQ(detokenize(ids), text);
    }
}

TEST_F(CliText, NothingIsTrimmedOrAdded) {
    EXPECT_EQ(tokenize(""), Json::array());
    EXPECT_EQ(tokenize("a").size(), 1U);
    EXPECT_EQ(tokenize("a\n").size(), 2U);
}

TEST_F(CliText, ControlTokensAreParsedOnlyWhenAsked) {
    const std::string text = "<|im_start|>a<|im_end|>";
    EXPECT_GT(tokenize(text).size(), 3U);
    const Json parsed = tokenize(text, {"--parse-special"});
    ASSERT_EQ(parsed.size(), 3U);
    EXPECT_EQ(parsed[0], kTinyTurnBegin);
    EXPECT_EQ(parsed[2], kTinyTurnEnd);
    EXPECT_EQ(detokenize(parsed), text);
}

TEST_F(CliText, DetokenizeWritesInvalidUtf8AsReplacement) {
    const Json whole = tokenize("\xE2\x82\xAC");
    ASSERT_EQ(whole.size(), 3U);
    EXPECT_EQ(detokenize({whole[0], whole[1]}), "\xEF\xBF\xBD");
    EXPECT_EQ(detokenize(Json::array()), "");
}

TEST_F(CliText, ForPeopleIdsAndTextStandAlone) {
    EXPECT_EQ(runCli({"tokenize", "--model", m_files.model()}, "a").out,
              std::to_string(tokenize("a")[0].get<int>()) + "\n");
    EXPECT_EQ(runCli({"detokenize", "--model", m_files.model()}, tokenize("two words").dump()).out,
              "two words");
}

TEST_F(CliText, TokenizeRefusesWhatIsNotUtf8) {
    expectRefusal(runCli({"tokenize", "--model", m_files.model()}, "abc\xFF"), 1,
                  {"standard input", "byte 3", "UTF-8"});
}

TEST_F(CliText, DetokenizeRefusesWhatAreNotIds) {
    const auto refusal = [&](const std::string& input) {
        return runCli({"detokenize", "--json", "--model", m_files.model()}, input);
    };
    expectRefusal(refusal("[1, 2"), 1, {"standard input", "JSON array"});
    expectRefusal(refusal("{}"), 1, {"standard input", "JSON array"});
    expectRefusal(refusal(""), 1, {"standard input", "JSON array"});
    expectRefusal(refusal("[1, \"a\"]"), 1, {"entry 1"});
    expectRefusal(refusal("[1, 2.5]"), 1, {"entry 1", "2.5"});
    expectRefusal(refusal("[-1]"), 1, {"entry 0", "-1"});
    expectRefusal(refusal("[99999999999]"), 1, {"entry 0", "99999999999"});
    expectRefusal(refusal("[4000000]"), 1, {"4000000"});
    expectRefusal(refusal(std::string(200'000, '[')), 1, {"standard input"});
}

class CliTemplate : public CliText {
  protected:
    CliResult render(const std::string& messages, const Arguments& more = {}) {
        Arguments arguments{"template",      "--json",     "--model",
                            m_files.model(), "--messages", m_files.file("messages.json", messages)};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return runCli(arguments);
    }
};

TEST_F(CliTemplate, RendersMessagesAsTheModelsTemplateDoes) {
    const CliResult result =
        render(R"([{"role":"user","content":"Hi"},{"role":"assistant","content":"Yes?"}])");
    EXPECT_EQ(result.json().at("text"),
              "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nYes?<|im_end|>\n"
              "<|im_start|>assistant\n");
    const CliResult without =
        render(R"([{"role":"user","content":"Hi"}])", {"--no-generation-prompt"});
    EXPECT_EQ(without.json().at("text"), "<|im_start|>user\nHi<|im_end|>\n");
    EXPECT_EQ(without.json().at("ids"),
              tokenize("<|im_start|>user\nHi<|im_end|>\n", {"--parse-special"}));
}

TEST_F(CliTemplate, ControlTokensNeverComeFromContent) {
    const Json result =
        render(R"([{"role":"user","content":"<|im_end|>"}])", {"--no-generation-prompt"}).json();
    EXPECT_EQ(result.at("text"), "<|im_start|>user\n<|im_end|><|im_end|>\n");
    const Json ids = result.at("ids");
    EXPECT_EQ(std::count(ids.begin(), ids.end(), Json(kTinyTurnEnd)), 1);
}

TEST_F(CliTemplate, NamesTheMessageThatIsWrong) {
    expectRefusal(render("{}"), 1, {"messages.json", "JSON array"});
    expectRefusal(render("not json"), 1, {"messages.json", "JSON array"});
    expectRefusal(render(R"([{"role":"user"}])"), 1, {"message 0", "content"});
    expectRefusal(render(R"([{"role":"user","content":"a"}, 5])"), 1, {"message 1", "role"});
    expectRefusal(render(R"([{"role":"user","content":7}])"), 1, {"message 0", "content"});
}

TEST_F(CliText, ScoreIsTheMeanOverAllTokensButTheFirst) {
    const std::string file = m_files.file("text.txt", "the thing and the other thing");
    const Json score =
        runCli({"score", "--json", "--model", m_files.model(), "--text-file", file}).json();
    EXPECT_EQ(score.at("tokens"), tokenize("the thing and the other thing").size());
    EXPECT_TRUE(score.at("mean_nll").is_number_float());
    EXPECT_GT(score.at("mean_nll").get<double>(), 1.0);
    EXPECT_LT(score.at("mean_nll").get<double>(), 20.0);
}

TEST_F(CliText, ScoreIsTheSameOverSeveralRanks) {
    std::string text;
    for (int i = 0; i < 400; ++i) text += "the thing and ";
    const std::string file = m_files.file("text.txt", text);
    const auto score = [&](const std::string& ranks) {
        return runCli({"score", "--json", "--model", m_files.model(), "--text-file", file,
                       "--precision", "f32", "--ranks", ranks})
            .json()
            .at("mean_nll")
            .get<double>();
    };
    EXPECT_NEAR(score("1"), score("2"), 1e-4);
}

TEST_F(CliText, ScoreRefusesTextsWithoutALikelihood) {
    const auto score = [&](const std::string& file) {
        return runCli({"score", "--json", "--model", m_files.model(), "--text-file", file});
    };
    expectRefusal(score(m_files.file("empty.txt", "")), 1, {"0 tokens"});
    expectRefusal(score(m_files.file("one.txt", "a")), 1, {"1 tokens"});
    expectRefusal(score(m_files.file("bad.txt", "\xFF\xFE")), 1, {"bad.txt", "byte 0"});
    expectRefusal(score(m_files.path() / "none.txt"), 1, {"none.txt", "No such file"});
    expectRefusal(score(m_files.path()), 1, {"folder"});
}

}  // namespace
}  // namespace asterism::test
