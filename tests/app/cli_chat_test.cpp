#include <gtest/gtest.h>

#include <algorithm>

#include "tests/app/cli_project.h"

namespace asterism::test {
namespace {

using Json = nlohmann::json;

class CliChat : public CliProject {
  protected:
    CliResult chat(const std::string& input, const Arguments& more = {}) {
        Arguments command{"chat", "docs", "--max-tokens", "4", "--ignore-end"};
        command.insert(command.end(), more.begin(), more.end());
        return runCli(command, input);
    }

    Json conversations() { return run({"export", "docs"})["conversations"]; }
};

TEST_F(CliChat, QuestionsFollowEachOtherInOneConversation) {
    ingest();
    const CliResult result = chat("Which thing?\n\nAnd which other?\n");
    EXPECT_EQ(result.code, 0) << result.errors;
    ASSERT_EQ(conversations().size(), 1U);
    const Json messages = conversations()[0]["messages"];
    ASSERT_EQ(messages.size(), 4U);
    EXPECT_EQ(messages[2]["parent"], messages[1]["id"]);
    EXPECT_EQ(messages[2]["text"], "And which other?");
    EXPECT_NE(result.errors.find("sources, by attention:"), std::string::npos) << result.errors;
}

TEST_F(CliChat, GoesOnWithTheLastChatUnlessToldOtherwise) {
    ingest();
    chat("Which thing?\n");
    chat("And then?\n");
    ASSERT_EQ(conversations().size(), 1U);
    EXPECT_EQ(conversations()[0]["messages"].size(), 4U);
    chat("A new one?\n", {"--new"});
    ASSERT_EQ(conversations().size(), 2U);
    const std::string first = std::to_string(conversations()[0]["id"].get<int>());
    chat("Back again?\n/new\nAnd a third?\n", {"--conversation", first});
    const Json all = conversations();
    ASSERT_EQ(all.size(), 3U);
    const auto known = std::find_if(all.begin(), all.end(), [&](const Json& conversation) {
        return std::to_string(conversation["id"].get<int>()) == first;
    });
    ASSERT_NE(known, all.end());
    EXPECT_EQ((*known)["messages"].size(), 6U);
}

TEST_F(CliChat, CommandsAreObeyed) {
    ingest();
    const CliResult result = chat(
        "/help\n/sources\n/scope *.pdf\n/scope a.*\nWhich thing?\n/sources\n/odd\n/quit\nNever?\n");
    EXPECT_EQ(result.code, 0) << result.errors;
    for (const char* text : {"/scope GLOB", "there is no answer yet", "*.pdf: matches none",
                             "/odd: there is no such command", "alpha thing"})
        EXPECT_NE(result.errors.find(text), std::string::npos) << text << "\n" << result.errors;
    const Json messages = conversations()[0]["messages"];
    ASSERT_EQ(messages.size(), 2U);
    EXPECT_EQ(messages[0]["scope"], Json({"a.*"}));
}

TEST_F(CliChat, AFullChatGivesTheChoice) {
    ingest();
    const CliResult full =
        chat("Which thing?\n/room 400\nAnd now, with many more words?\n", {"--room", "20"});
    EXPECT_EQ(full.code, 0) << full.errors;
    EXPECT_NE(full.errors.find("/new begins a new chat, /room N"), std::string::npos)
        << full.errors;
    EXPECT_EQ(conversations()[0]["messages"].size(), 2U);  // the second one had the room
}

TEST_F(CliChat, JsonTakesOneQuestion) {
    ingest();
    expectRefusal(chat("Which thing?\n", {"--json"}), 2, {"--question"});
    const Json first = run({"chat", "docs", "--question", "Which thing?", "--max-tokens", "4"});
    const Json second = run({"chat", "docs", "--question", "And then?", "--max-tokens", "4"});
    EXPECT_EQ(second["conversation_id"], first["conversation_id"]);
    EXPECT_GT(second["message_id"].get<int>(), first["message_id"].get<int>());
    expectRefusal(chat("", {"--new", "--conversation", "1"}), 2, {"--new"});
    expectRefusal(chat("", {"--question", "Which?", "--conversation", "99"}), 1, {"99"});
}

TEST_F(CliChat, AChatOfAnotherProjectIsRefusedAndStaysAsItIs) {
    ingest();
    chat("Which thing?\n");
    run({"ingest", "twin", m_folder, "--model", m_files.model()});
    const Json before = conversations();
    const std::string id = std::to_string(before[0]["id"].get<int>());
    expectRefusal(runCli({"chat", "twin", "--conversation", id, "--room", "77", "--question", "?"}),
                  1, {"twin: has no chat " + id});
    EXPECT_EQ(conversations(), before);
}

TEST_F(CliChat, AnAnswerThatWasCutSaysSo) {
    ingest();
    const CliResult cut = chat("Which thing?\n");
    EXPECT_NE(cut.errors.find("note: the answer was cut at 4 tokens; --max-tokens gives it more"),
              std::string::npos)
        << cut.errors;
    EXPECT_EQ(ask("Which thing?")["end"], "max_tokens");
    Arguments whole = stopsAtOnce();
    whole.insert(whole.begin(), {"ask", "docs", "Which thing?", "--max-tokens", "400"});
    EXPECT_EQ(run(whole)["end"], "complete");
    const CliResult text = runCli(whole);
    EXPECT_EQ(text.code, 0) << text.errors;
    EXPECT_EQ(text.errors.find("was cut"), std::string::npos) << text.errors;
}

}  // namespace
}  // namespace asterism::test
