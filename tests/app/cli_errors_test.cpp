#include <gtest/gtest.h>

#include "tests/app/cli_run.h"
#include "tests/support/tiny_model.h"

namespace asterism::test {
namespace {

class CliErrors : public testing::Test {
  protected:
    CliResult generate(const Arguments& more) {
        return runCli(withDefaults({"generate", "--json", "--tokens"}, more,
                                   {{"--model", m_files.model()},
                                    {"--context-file", m_context},
                                    {"--query-file", m_query},
                                    {"--max-tokens", "2"}}));
    }

    CliFiles m_files;
    std::string m_context = m_files.tokens("context.json", 300);
    std::string m_query = m_files.tokens("query.json", 5);
};

TEST_F(CliErrors, WrongUseEndsWithTwo) {
    EXPECT_EQ(runCli({}).code, 2);
    expectRefusal(runCli({"frobnicate"}), 2, {"frobnicate"});
    expectRefusal(generate({"--frobnicate"}), 2, {"--frobnicate"});
    expectRefusal(runCli({"generate", "--model", m_files.model()}), 2, {"required"});
    expectRefusal(generate({"--attention", "sparse"}), 2, {"sparse", "star"});
    expectRefusal(generate({"--kv", "q4"}), 2, {"q4", "q8"});
    expectRefusal(generate({"--placement", "left"}), 2, {"left"});
    expectRefusal(generate({"--block-tokens", "0"}), 2, {"--block-tokens", "0"});
    expectRefusal(generate({"--block-tokens", "-1"}), 2, {"--block-tokens", "-1"});
    expectRefusal(generate({"--block-tokens", "many"}), 2, {"--block-tokens", "many"});
    expectRefusal(generate({"--block-tokens", "99999999999999999999"}), 2, {"--block-tokens"});
    expectRefusal(generate({"--anchor-tokens", "0"}), 2, {"--anchor-tokens"});
    expectRefusal(generate({"--ranks", "0"}), 2, {"--ranks"});
    expectRefusal(generate({"--room", "-1"}), 2, {"--room"});
    expectRefusal(generate({"--max-tokens", "-1"}), 2, {"--max-tokens"});
    expectRefusal(generate({"--seed", "-1"}), 2, {"--seed"});
    expectRefusal(generate({"--gpu-memory", "-1"}), 2, {"--gpu-memory", "-1"});
    expectRefusal(generate({"--gpu-memory", "much"}), 2, {"--gpu-memory", "much"});
    expectRefusal(generate({"--gpu-memory", "99999999999G"}), 2, {"--gpu-memory"});
}

TEST_F(CliErrors, HelpAndVersionAreNoErrors) {
    for (const Arguments& arguments :
         std::vector<Arguments>{{"--help"}, {"--version"}, {"generate", "--help"}}) {
        const CliResult result = runCli(arguments);
        EXPECT_EQ(result.code, 0);
        EXPECT_FALSE(result.out.empty());
        EXPECT_EQ(result.errors, "");
    }
}

TEST_F(CliErrors, ModelsThatCannotBeReadAreNamed) {
    const std::string whole = readFile(m_files.model());
    const auto refusal = [&](const std::string& path) { return generate({"--model", path}); };
    expectRefusal(refusal(m_files.path() / "none.gguf"), 1, {"none.gguf"});
    expectRefusal(refusal(m_files.file("half.gguf", whole.substr(0, whole.size() / 2))), 1,
                  {"half.gguf"});
    expectRefusal(refusal(m_files.file("short.gguf", whole.substr(0, 10))), 1, {"short.gguf"});
    expectRefusal(refusal(m_files.file("empty.gguf", "")), 1, {"empty.gguf"});
    expectRefusal(refusal(m_files.file("text.gguf", "This is no model, it is a text.")), 1,
                  {"text.gguf"});
    expectRefusal(refusal(m_files.path()), 1, {m_files.path().string()});
}

TEST_F(CliErrors, AnUnknownArchitectureIsNamed) {
    const std::string path = m_files.path() / "odd.gguf";
    writeTinyModel(path, {.architecture = "frobnicator"});
    expectRefusal(generate({"--model", path}), 1, {"odd.gguf", "frobnicator", "llama"});
}

TEST_F(CliErrors, InputFilesThatCannotBeUsedAreNamed) {
    const auto context = [&](const std::string& path) {
        return generate({"--context-file", path});
    };
    expectRefusal(context(m_files.path() / "none.json"), 1, {"none.json", "No such file"});
    expectRefusal(context(m_files.path()), 1, {"folder"});
    expectRefusal(context("/proc/self/mem"), 1, {"/proc/self/mem"});
    expectRefusal(context(m_files.file("a.json", "[]")), 1, {"a.json", "context is empty"});
    expectRefusal(context(m_files.file("b.json", "[1, 2")), 1, {"b.json", "JSON array"});
    expectRefusal(generate({"--query-file", m_files.file("c.json", "[]")}), 1,
                  {"c.json", "query is empty"});
    expectRefusal(generate({"--anchor", m_files.file("d.json", "[]")}), 1, {"anchor"});
}

TEST_F(CliErrors, TokenIdsOutsideTheVocabularyAreRefused) {
    const std::string file = m_files.file("ids.json", "[5, 6, 100000]");
    expectRefusal(generate({"--context-file", file}), 1, {"100000"});
    expectRefusal(generate({"--query-file", file}), 1, {"100000"});
    expectRefusal(generate({"--anchor", file}), 1, {"100000"});
}

TEST_F(CliErrors, TextsThatAreNotUtf8OrEmptyAreRefused) {
    const auto run = [&](const std::string& context, const std::string& query) {
        return runCli({"generate", "--model", m_files.model(), "--context-file",
                       m_files.file("c.txt", context), "--query-file",
                       m_files.file("q.txt", query)});
    };
    expectRefusal(run("good \xC3\x28 bad", "query"), 1, {"c.txt", "byte 5", "UTF-8"});
    expectRefusal(run("context", "\xFF"), 1, {"q.txt", "byte 0", "UTF-8"});
    expectRefusal(run("", "query"), 1, {"c.txt", "empty"});
    expectRefusal(run("context", ""), 1, {"q.txt", "empty"});
}

TEST_F(CliErrors, WindowsThatCannotHoldTheContextAreRefusedWithTheNumbers) {
    expectRefusal(generate({"--block-tokens", "100", "--window", "120", "--room", "20"}), 1,
                  {"120", "100", "20"});
    expectRefusal(generate({"--attention", "dense", "--placement", "squeeze", "--window", "20",
                            "--room", "20"}),
                  1, {"window of 20", "room of 20"});
}

TEST_F(CliErrors, OptionsThatContradictEachOtherAreRefused) {
    for (const char* mode : {"ring", "window"})
        EXPECT_NE(generate({"--attention", mode, "--placement", "stagger"}).code, 0) << mode;
    expectRefusal(generate({"--placement", "squeeze"}), 1, {"squeeze", "dense"});
    expectRefusal(generate({"--attention", "ring", "--ranks", "200"}), 1, {"300 tokens", "200"});
}

// Not even the model is opened.
TEST_F(CliErrors, SamplingOutOfRangeIsWrongUse) {
    const auto sample = [](const std::string& option, const std::string& value) {
        return runCli({"ask", "/none", "Which?", "--model", "/none.gguf", option, value});
    };
    expectRefusal(sample("--temperature", "-1"), 2, {"--temperature", "-1", "0 (greedy) or more"});
    expectRefusal(sample("--temperature", "inf"), 2, {"--temperature", "0 (greedy) or more"});
    expectRefusal(sample("--top-p", "7"), 2, {"--top-p", "7", "more than 0, at most 1"});
    expectRefusal(sample("--min-p", "-0.5"), 2, {"--min-p", "-0.5", "0 to 1"});
    expectRefusal(sample("--repetition-penalty", "0"), 2, {"--repetition-penalty", "over 0"});
    expectRefusal(sample("--top-p", "much"), 2, {"--top-p", "much"});
    EXPECT_EQ(generate({"--temperature", "0.5", "--top-p", "1", "--min-p", "0"}).code, 0);
}

TEST_F(CliErrors, NamesWithControlCharactersStayOnOneLine) {
    const SharedHome home;
    expectRefusal(runCli({"status", "a\nb\x1b\tc"}), 1, {"a b  c"});
    expectRefusal(runCli({"frobnicate\nx"}), 2, {"frobnicate x"});
}

TEST_F(CliErrors, BenchTakesItsAttentionModesByModesAlone) {
    expectRefusal(runCli({"bench", "--attention", "dense"}), 2, {"--attention"});
    EXPECT_EQ(runCli({"bench", "--help"}).out.find("--attention"), std::string::npos);
}

TEST_F(CliErrors, DevicesThatAreNotThereAreNamed) {
    expectRefusal(generate({"--device", "abacus"}), 1, {"abacus", "cpu"});
}

TEST_F(CliErrors, AnAnswerLongerThanTheMemoryIsRefused) {
    EXPECT_EQ(generate({"--max-tokens", "100000000000000"}).code, 1);
}

TEST_F(CliErrors, AFullDiskUnderStandardOutputIsAnError) {
    CliProcess process({"tokenize", "--json", "--model", m_files.model()}, "text", "/dev/full");
    const CliResult result = process.wait();
    EXPECT_EQ(result.code, 1);
    EXPECT_NE(result.errors.find("standard output"), std::string::npos) << result.errors;
}

}  // namespace
}  // namespace asterism::test
