#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>

#include "core/model/model_file.h"
#include "core/text/tokenizer.h"
#include "tests/support/test_files.h"

namespace asterism {
namespace {

namespace fs = std::filesystem;

// The sample that installer/run.sh reads must fit what it promises: at most 30,000 tokens, file
// names and chat header included.
TEST(Sample, HasAtMostThirtyThousandTokens) {
    ASTERISM_MODEL_OR_SKIP(model, "smollm2-135m-instruct-q4_1.gguf");
    const auto tokenizer = makeTokenizer(openModelFile(model)->vocabulary());
    constexpr std::size_t kTokensForNames = 40;  // a file's line of name, at most
    std::size_t tokens = 100;                    // chat header
    std::map<std::string, std::size_t> files;
    const test::TempDir folder;
    const fs::path sample = folder / "sample";
    const std::string command =
        ASTERISM_SOURCE_DIR "/installer/sample.sh '" + sample.string() + "'";
    ASSERT_EQ(std::system(command.c_str()), 0);
    for (const auto& entry : fs::recursive_directory_iterator(sample)) {
        if (!entry.is_regular_file()) continue;
        const std::string text = test::readFile(entry.path());
        files[entry.path().filename()] =
            tokenizer->encode(text, ControlTokens::asText).size() + kTokensForNames;
    }
    EXPECT_GT(files.size(), 12U);  // the manual and the heart of core/star
    for (const auto& [name, count] : files) tokens += count;
    EXPECT_LE(tokens, 30'000) << testing::PrintToString(files);
    std::cout << "sample: " << tokens << " tokens in " << files.size() << " files\n";
}

}  // namespace
}  // namespace asterism
