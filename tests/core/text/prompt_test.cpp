#include "core/text/prompt.h"

#include <gtest/gtest.h>

#include "core/base/error.h"
#include "tests/core/text/tiny_vocabulary.h"

namespace asterism {
namespace {

constexpr const char* kChatMl =
    "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n' + "
    "message['content'] + '<|im_end|>' + '\\n'}}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

Vocabulary vocabularyWith(const std::string& chatTemplate) {
    Vocabulary vocabulary = test::bytePairVocabulary({});
    vocabulary.chatTemplate = chatTemplate;
    return vocabulary;
}

TEST(ChatFrame, IsWhatTheTemplateWritesAroundAUsersMessage) {
    const auto tokenizer = makeTokenizer(vocabularyWith(kChatMl));
    const PromptFrame frame = chatFrame(*tokenizer);
    EXPECT_EQ(tokenizer->decode(frame.before), "<|im_start|>user\n");
    EXPECT_EQ(tokenizer->decode(frame.after), "<|im_end|>\n<|im_start|>assistant\n");
}

TEST(ChatFrame, ItsControlTokensAreTokens) {
    const auto tokenizer = makeTokenizer(vocabularyWith(kChatMl));
    const PromptFrame frame = chatFrame(*tokenizer);
    EXPECT_EQ(frame.before.front(), tokenizer->idOf("<|im_start|>"));
    EXPECT_EQ(frame.after.front(), tokenizer->idOf("<|im_end|>"));
}

TEST(ChatFrame, EqualsTheRenderedConversationWithTheTextTakenOut) {
    const auto tokenizer = makeTokenizer(vocabularyWith(kChatMl));
    const PromptFrame frame = chatFrame(*tokenizer);
    const std::vector<ChatMessage> messages{{"user", "What stands in the text?"}};
    const auto whole =
        idsOf(*tokenizer, makeChatTemplate(tokenizer->vocabulary())->render(messages, true));
    std::vector<TokenId> joined = frame.before;
    const auto content = tokenizer->encode(messages[0].content, ControlTokens::asText);
    joined.insert(joined.end(), content.begin(), content.end());
    joined.insert(joined.end(), frame.after.begin(), frame.after.end());
    EXPECT_EQ(joined, whole);
}

TEST(ChatFrame, RefusesAModelWithoutATemplate) {
    const auto tokenizer = makeTokenizer(vocabularyWith(""));
    EXPECT_THROW(chatFrame(*tokenizer), Error);
}

TEST(PlainFrame, IsTheBeginTokenWhereTheModelExpectsOne) {
    Vocabulary vocabulary = test::bytePairVocabulary({});
    const auto without = makeTokenizer(vocabulary);
    EXPECT_TRUE(plainFrame(*without).before.empty());
    vocabulary.beginId = 5;
    vocabulary.addsBegin = true;
    const auto with = makeTokenizer(vocabulary);
    EXPECT_EQ(plainFrame(*with).before, std::vector<TokenId>{5});
    EXPECT_TRUE(plainFrame(*with).after.empty());
}

}  // namespace
}  // namespace asterism
