#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/model/model_file.h"
#include "core/text/chat_template.h"
#include "core/text/tokenizer.h"
#include "tests/support/test_files.h"

namespace asterism {
namespace {

using nlohmann::json;

struct GoldenCase {
    const char* name;
    const char* modelFile;
    const char* goldenFile;
};

class GoldenTokens : public testing::TestWithParam<GoldenCase> {};

// Ids of an independent implementation, byte for byte.
TEST_P(GoldenTokens, EqualThoseOfTheModelsOwnTokenizer) {
    ASTERISM_MODEL_OR_SKIP(path, GetParam().modelFile);
    const auto tokenizer = makeTokenizer(openModelFile(path)->vocabulary());
    const json golden = json::parse(test::readFile(test::dataFile(GetParam().goldenFile)));
    ASSERT_FALSE(golden.at("tokenize").empty());
    const auto check = [&](const json& wanted, const char* ids, const char* decoded,
                           ControlTokens control) {
        if (!wanted.contains(ids)) return;
        const auto text = wanted.at("text").get<std::string>();
        const std::vector<TokenId> encoded = tokenizer->encode(text, control);
        EXPECT_EQ(encoded, wanted.at(ids).get<std::vector<TokenId>>()) << text;
        EXPECT_EQ(tokenizer->decode(encoded), wanted.at(decoded).get<std::string>());
    };
    for (const json& wanted : golden.at("tokenize")) {
        check(wanted, "ids", "decoded", ControlTokens::parsed);
        check(wanted, "ids_plain", "decoded_plain", ControlTokens::asText);
    }
    EXPECT_TRUE(tokenizer->endsAnswer(golden.at("eos_token_id").get<TokenId>()));
}

TEST_P(GoldenTokens, EqualThoseOfTheModelsOwnChatTemplate) {
    ASTERISM_MODEL_OR_SKIP(path, GetParam().modelFile);
    const Vocabulary vocabulary = openModelFile(path)->vocabulary();
    const json golden = json::parse(test::readFile(test::dataFile(GetParam().goldenFile)));
    if (golden.at("chat").empty()) GTEST_SKIP() << "a base model has no chat template";
    const auto tokenizer = makeTokenizer(vocabulary);
    const auto chat = makeChatTemplate(vocabulary);
    for (const json& wanted : golden.at("chat")) {
        std::vector<ChatMessage> messages;
        for (const json& message : wanted.at("messages"))
            messages.push_back({message.at("role"), message.at("content")});
        const auto pieces = chat->render(messages, wanted.at("add_generation_prompt"));
        EXPECT_EQ(textOf(pieces), wanted.at("text").get<std::string>());
        EXPECT_EQ(idsOf(*tokenizer, pieces), wanted.at("ids").get<std::vector<TokenId>>());
    }
}

INSTANTIATE_TEST_SUITE_P(
    Models, GoldenTokens,
    testing::Values(GoldenCase{"smollm2", "smollm2-135m-instruct-q4_1.gguf", "golden/smollm2.json"},
                    GoldenCase{"qwen05", "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
                               "golden/qwen05.json"},
                    GoldenCase{"gemma270m", "gemma-3-270m-q4_k_m.gguf", "golden/gemma270m.json"}),
    [](const auto& one) { return one.param.name; });

}  // namespace
}  // namespace asterism
