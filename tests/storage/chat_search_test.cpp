#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/chat_store.h"
#include "tests/storage/stored_project.h"

namespace asterism {
namespace {

using test::StoredProject;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

class ChatSearch : public testing::Test {
  protected:
    std::int64_t add(const std::string& text) { return stored.addMessage(chat, 0, text); }
    std::vector<std::int64_t> found(const std::string& words, std::int64_t project = 0) {
        std::vector<std::int64_t> ids;
        for (const ChatHit& hit : stored.chats.search(words, project)) ids.push_back(hit.messageId);
        return ids;
    }

    StoredProject stored;
    std::int64_t chat = stored.chats.create(stored.project.id, 1).id;
};

TEST_F(ChatSearch, FindsMessagesThatHoldAllWords) {
    const std::int64_t both = add("The quick brown fox");
    const std::int64_t one = add("A quick answer");
    EXPECT_THAT(found("quick"), UnorderedElementsAre(both, one));
    EXPECT_THAT(found("fox quick"), ElementsAre(both));
    EXPECT_THAT(found("fox answer"), IsEmpty());
}

TEST_F(ChatSearch, AWordIsThePrefixOfWhatItFinds) {
    const std::int64_t message = add("Relocatable blocks");
    EXPECT_THAT(found("relo bl"), ElementsAre(message));
    EXPECT_THAT(found("locatable"), IsEmpty());
}

TEST_F(ChatSearch, CaseAndAccentsDoNotMatter) {
    const std::int64_t message = add("M\xC3\xBCller sagt \xC3\x84pfel, \xD0\x9C\xD0\xB8\xD1\x80");
    for (const char* words :
         {"m\xC3\xBCller", "MULLER", "apfel", "\xC3\xA4pf", "\xD0\xBC\xD0\xB8\xD1\x80"})
        EXPECT_THAT(found(words), ElementsAre(message)) << words;
}

TEST_F(ChatSearch, HitsSayWhereTheyAreAndMarkTheWords) {
    stored.chats.rename(chat, "title");
    const std::int64_t message = add("one two three");
    const ChatHit expected{stored.project.id, chat, message, "title", "one \x02two\x03 three"};
    EXPECT_THAT(stored.chats.search("tw", 0), ElementsAre(expected));
    const std::int64_t far = add(std::string(5'000, '.') + " needle " + std::string(5'000, '.'));
    EXPECT_EQ(stored.chats.search("needle", 0).at(0).messageId, far);
    std::string words;
    for (int i = 0; i < 1'000; ++i) words += "w" + std::to_string(i) + " ";
    add(words);
    const std::string snippet = stored.chats.search("w500", 0).at(0).snippet;
    EXPECT_NE(snippet.find("\x02w500\x03"), std::string::npos) << snippet;
    EXPECT_LT(snippet.size(), 300U);
}

TEST_F(ChatSearch, TheBestComesFirstAndThenTheNewest) {
    const std::int64_t often = add("key key key");
    const std::int64_t old = add("key and many other words that are not it");
    const std::int64_t fresh = add("key and many other words that are not it");
    EXPECT_THAT(found("key"), ElementsAre(often, fresh, old));
    EXPECT_THAT(stored.chats.search("key", 0, 2), SizeIs(2));
}

TEST_F(ChatSearch, StaysInItsProject) {
    const std::int64_t other = stored.projects.create("other", "m", {}).id;
    const std::int64_t elsewhere = stored.addMessage(stored.chats.create(other, 1).id, 0, "word");
    const std::int64_t here = add("word");
    EXPECT_THAT(found("word"), UnorderedElementsAre(here, elsewhere));
    EXPECT_THAT(found("word", stored.project.id), ElementsAre(here));
    EXPECT_THAT(found("word", other), ElementsAre(elsewhere));
    EXPECT_THAT(found("word", 999), IsEmpty());
}

TEST_F(ChatSearch, TakesOperatorsAsWords) {
    const std::int64_t message = add("NOT this OR that AND NEAR text: say \"hello world\" (c++)");
    for (const char* words :
         {"NOT", "or AND", "NEAR", "text:", "\"hello\" world", "\"hello world", "(c++)", "say*",
          "-this", "^NOT", "this -", "\xE2\x80\x93 this", "\" this", "{text} :", "NEAR(text"})
        EXPECT_THAT(found(words), ElementsAre(message)) << words;
    EXPECT_THAT(found("this NOT absent"), IsEmpty());
}

TEST_F(ChatSearch, AnyTextIsASearch) {
    add("word");
    for (const std::string& words :
         {std::string(), std::string(" \t\n"), std::string("\"\"\""), std::string("--"),
          std::string("* ( ) ^ : { } + -"), std::string("\0\0", 2), std::string("a\0b", 3),
          std::string("\xff\xfe"), std::string("\xF0\x9F\xAA\x90"), std::string("'); DROP TABLE")})
        EXPECT_THAT(found(words), IsEmpty()) << words;
    EXPECT_THAT(found(std::string(100'000, 'x')), IsEmpty());
    for (int byte = 0; byte < 256; ++byte)
        EXPECT_NO_THROW(found("w" + std::string(1, static_cast<char>(byte)) + "z"));
}

TEST_F(ChatSearch, OfALongTextTheFirstHundredWordsCount) {
    const auto wordsTo = [](int end) {
        std::string words;
        for (int i = 0; i < end; ++i) words += "w" + std::to_string(i) + " ";
        return words;
    };
    const std::int64_t hundred = add(wordsTo(100));
    EXPECT_THAT(found(wordsTo(100'000)), ElementsAre(hundred));
    EXPECT_THAT(found("other " + wordsTo(100'000)), IsEmpty());
    const std::int64_t fewer = add(wordsTo(99));
    EXPECT_THAT(found(wordsTo(100)), ElementsAre(hundred));
    EXPECT_THAT(found(wordsTo(99)), UnorderedElementsAre(hundred, fewer));
}

TEST_F(ChatSearch, WhatIsRemovedOrChangedIsNotFoundAnyMore) {
    const std::int64_t message = add("before");
    stored.database.execute("UPDATE message SET text = 'after'");
    EXPECT_THAT(found("before"), IsEmpty());
    EXPECT_THAT(found("after"), ElementsAre(message));
    stored.chats.remove(chat);
    EXPECT_THAT(found("after"), IsEmpty());
    // The index and the messages agree, says FTS5 itself.
    stored.database.execute(
        "INSERT INTO message_search (message_search, rank) VALUES ('integrity-check', 1)");
}

}  // namespace
}  // namespace asterism
