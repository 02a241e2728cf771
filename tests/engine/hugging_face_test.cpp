// One model in two formats.

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/engine/engine_run.h"
#include "tests/support/golden.h"
#include "tests/support/llama_folder.h"
#include "tests/support/test_files.h"

namespace asterism::test {

namespace {

TEST(HuggingFaceFolder, GivesTheSameTokensAndLogitsAsTheGgufItWasWrittenFrom) {
    ASTERISM_MODEL_OR_SKIP(path, "smollm2-135m-instruct-q4_1.gguf");
    const TempDir folder;
    writeLlamaFolder(*openModelFile(path), folder.path());
    const auto fromGguf = openEngine(path);
    const auto fromFolder = openEngine(folder.path());

    const std::string text = "Grüße, it's 2024!\n\n\tfor (;;) { <|im_end|> }";
    for (const ControlTokens control : {ControlTokens::asText, ControlTokens::parsed})
        EXPECT_EQ(fromFolder->tokenizer().encode(text, control),
                  fromGguf->tokenizer().encode(text, control));
    EXPECT_EQ(fromFolder->config().rope, fromGguf->config().rope);

    const GoldenDense golden = loadGolden(dataFile("golden/smollm2.json")).dense.front();
    Question question;
    question.context.assign(golden.tokens.begin(), golden.tokens.end() - 1);
    question.query = {golden.tokens.back()};
    question.options = exactOptions(16);
    question.maxTokens = 4;
    const Answer expected = ask(*fromGguf, question);
    const Answer actual = ask(*fromFolder, question);
    EXPECT_EQ(actual.tokens, expected.tokens);
    expectNear(logitsOf(*fromFolder, actual), logitsOf(*fromGguf, expected), 1e-3);
}

}  // namespace

}  // namespace asterism::test
