#include "storage/chat_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "storage/column_values.h"
#include "tests/storage/stored_project.h"

namespace asterism {
namespace {

using test::failureOf;
using test::StoredProject;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Chats : public testing::Test {
  protected:
    std::int64_t add(std::int64_t parent, const std::string& text = "text",
                     MessageRole role = MessageRole::question) {
        return stored.addMessage(chat, parent, text, role);
    }
    std::vector<std::int64_t> branchOf(std::int64_t leaf) {
        std::vector<std::int64_t> ids;
        for (const MessageRecord& message : store.branch(leaf)) ids.push_back(message.id);
        return ids;
    }
    std::string titleAfter(const std::string& question) {
        const std::int64_t fresh = store.create(project, 1).id;
        stored.addMessage(fresh, 0, question);
        return store.find(fresh)->title;
    }

    StoredProject stored;
    ChatStore& store = stored.chats;
    std::int64_t project = stored.project.id;
    std::int64_t chat = store.create(project, 2048).id;
};

TEST_F(Chats, EveryFieldOfAConversationComesBack) {
    const std::int64_t before = timeNow();
    ConversationRecord made = store.create(project, 300);
    EXPECT_GE(made.createdAt, before);
    EXPECT_EQ(made.changedAt, made.createdAt);
    EXPECT_EQ(made.projectId, project);
    EXPECT_EQ(made.room, 300);
    EXPECT_EQ(made.leafMessage, 0);
    EXPECT_EQ(store.find(made.id), made);
    store.rename(made.id, "\xF0\x9F\xAA\x90 title");
    store.setPinned(made.id, true);
    store.setArchived(made.id, true);
    store.setRoom(made.id, 4096);
    made.title = "\xF0\x9F\xAA\x90 title";
    made.isPinned = made.isArchived = true;
    made.room = 4096;
    EXPECT_EQ(store.find(made.id), made);
    store.setPinned(made.id, false);
    EXPECT_FALSE(store.find(made.id)->isPinned);
    EXPECT_TRUE(store.find(made.id)->isArchived);
    store.setArchived(made.id, false);
    EXPECT_FALSE(store.find(made.id)->isArchived);
}

TEST_F(Chats, ThatAreGoneAreSaidToBe) {
    EXPECT_EQ(store.find(999), std::nullopt);
    const std::vector<std::function<void()>> calls = {
        [this] { store.rename(999, "t"); },
        [this] { store.setPinned(999, true); },
        [this] { store.setArchived(999, true); },
        [this] { store.setRoom(999, 1); },
        [this] { store.remove(999); },
    };
    for (const auto& call : calls) EXPECT_THAT(failureOf(call), HasSubstr("the chat is gone"));
    EXPECT_THAT(failureOf([this] { store.create(999, 1); }), HasSubstr("gone"));
    EXPECT_THAT(failureOf([this] { stored.addMessage(999, 0, "t"); }), HasSubstr("gone"));
}

TEST_F(Chats, AreListedNewestChangeFirst) {
    const std::int64_t second = store.create(project, 1).id;
    const std::int64_t other = stored.projects.create("other", "m", {}).id;
    const std::int64_t third = store.create(other, 1).id;
    const auto change = [this](std::int64_t conversation, std::int64_t time) {
        MessageRecord message;
        message.conversationId = conversation;
        message.createdAt = time;
        store.add(message);
    };
    change(chat, 3'000);
    change(second, 1'000);
    change(third, 2'000);
    const auto idsOf = [this](std::int64_t of) {
        std::vector<std::int64_t> ids;
        for (const ConversationRecord& conversation : store.list(of))
            ids.push_back(conversation.id);
        return ids;
    };
    EXPECT_THAT(idsOf(0), ElementsAre(chat, third, second));
    EXPECT_THAT(idsOf(project), ElementsAre(chat, second));
    EXPECT_THAT(idsOf(999), IsEmpty());
    EXPECT_EQ(store.find(second)->changedAt, 1'000);
}

TEST_F(Chats, EveryFieldOfAMessageComesBack) {
    MessageRecord message;
    message.conversationId = chat;
    message.parentId = add(0);
    message.role = MessageRole::answer;
    message.text = std::string(1'000'000, 'x') + "\xF0\x9F\xAA\x90";
    message.createdAt = 12'345;
    message.scope = {"src/*.cpp", "\xC3\xA4 \"b\"", ""};
    message.tokens = {1, -2, std::numeric_limits<TokenId>::max()};
    message.end = MessageEnd::failed;
    message.model = "model";
    message.tokensRead = 1'000'000'000'000;
    message.tokensInScope = 17;
    message.encodeSeconds = 0.1;
    message.querySeconds = 0.2;
    message.firstTokenSeconds = 0.3;
    message.tokensPerSecond = 31.25;
    message.blocksRestored = 1198;
    message.blocksEncoded = 2;
    message.blockMass = {0.5F, 0.25F, 1e-30F};
    message.selectedBlocks = {0, 2};
    message.id = store.add(message);
    EXPECT_EQ(store.message(message.id), message);
    EXPECT_EQ(store.branch(message.id).back(), message);
    EXPECT_EQ(store.message(999), std::nullopt);
}

TEST_F(Chats, AMessageWithoutATimeIsOfNow) {
    const std::int64_t before = timeNow();
    const MessageRecord message = *store.message(add(0, ""));
    EXPECT_GE(message.createdAt, before);
    EXPECT_EQ(message.text, "");
    EXPECT_THAT(message.scope, IsEmpty());
    EXPECT_THAT(message.tokens, IsEmpty());
    EXPECT_THAT(message.blockMass, IsEmpty());
    EXPECT_EQ(store.find(chat)->changedAt, message.createdAt);
}

TEST_F(Chats, AnEditedQuestionForks) {
    const std::int64_t question = add(0);
    const std::int64_t answer = add(question, "a", MessageRole::answer);
    const std::int64_t second = add(answer);
    const std::int64_t secondAnswer = add(second, "a", MessageRole::answer);
    EXPECT_THAT(branchOf(secondAnswer), ElementsAre(question, answer, second, secondAnswer));
    EXPECT_EQ(store.find(chat)->leafMessage, secondAnswer);

    const std::int64_t edited = add(answer);
    const std::int64_t editedAnswer = add(edited, "a", MessageRole::answer);
    EXPECT_EQ(store.find(chat)->leafMessage, editedAnswer);
    EXPECT_THAT(branchOf(editedAnswer), ElementsAre(question, answer, edited, editedAnswer));
    EXPECT_THAT(branchOf(secondAnswer), ElementsAre(question, answer, second, secondAnswer));
    EXPECT_THAT(store.siblings(second), ElementsAre(second, edited));
    EXPECT_THAT(store.siblings(edited), ElementsAre(second, edited));
    EXPECT_THAT(store.siblings(answer), ElementsAre(answer));
    EXPECT_EQ(store.leafBelow(question), editedAnswer);
    EXPECT_EQ(store.leafBelow(second), secondAnswer);
    EXPECT_EQ(store.leafBelow(editedAnswer), editedAnswer);
    stored.addMessage(store.create(project, 1).id, 0, "other chat");
    std::vector<std::int64_t> all;
    for (const MessageRecord& message : store.messages(chat)) all.push_back(message.id);
    EXPECT_THAT(all, ElementsAre(question, answer, second, secondAnswer, edited, editedAnswer));
    EXPECT_THAT(store.messages(999), IsEmpty());

    store.showBranch(chat, secondAnswer);
    EXPECT_EQ(store.find(chat)->leafMessage, secondAnswer);
}

TEST_F(Chats, TheFirstQuestionIsEditedToo) {
    const std::int64_t question = add(0);
    const std::int64_t elsewhere = stored.addMessage(store.create(project, 1).id, 0, "other chat");
    const std::int64_t edited = add(0);
    EXPECT_THAT(store.siblings(question), ElementsAre(question, edited));
    EXPECT_THAT(store.siblings(elsewhere), ElementsAre(elsewhere));
    EXPECT_THAT(branchOf(edited), ElementsAre(edited));
}

TEST_F(Chats, WhatIsNotThereHasNoBranch) {
    EXPECT_THAT(store.branch(0), IsEmpty());
    EXPECT_THAT(store.branch(999), IsEmpty());
    EXPECT_THAT(store.siblings(999), IsEmpty());
    EXPECT_EQ(store.leafBelow(999), 0);
}

TEST_F(Chats, ABranchStaysInItsConversation) {
    const std::int64_t other = store.create(project, 1).id;
    const std::int64_t elsewhere = stored.addMessage(other, 0, "text");
    EXPECT_THAT(failureOf([&] { add(elsewhere); }), HasSubstr("gone"));
    EXPECT_THAT(failureOf([&] { store.showBranch(chat, elsewhere); }),
                HasSubstr("the message is gone"));
    EXPECT_EQ(stored.rows("message"), 1);
    EXPECT_EQ(store.find(chat)->leafMessage, 0);
}

TEST_F(Chats, ALongConversationIsReadAndRemoved) {
    std::int64_t leaf = 0;
    {
        Transaction transaction(stored.database);
        for (int i = 0; i < 1200; ++i) leaf = add(leaf, "word" + std::to_string(i));
        transaction.commit();
    }
    EXPECT_EQ(store.branch(leaf).size(), 1200U);
    EXPECT_EQ(store.leafBelow(store.branch(leaf).front().id), leaf);
    store.remove(chat);
    EXPECT_EQ(stored.rows("message"), 0);
    EXPECT_THAT(store.search("word7", 0), IsEmpty());
}

TEST_F(Chats, TheFirstQuestionNamesAConversation) {
    EXPECT_EQ(titleAfter("  What is\n\tnew? "), "What is new?");
    EXPECT_EQ(titleAfter(""), "");
    EXPECT_EQ(titleAfter(std::string(60, 'x')), std::string(60, 'x'));
    EXPECT_EQ(titleAfter(std::string(61, 'x')), std::string(60, 'x') + "…");
    EXPECT_EQ(titleAfter("Which of the papers say something of the speed of long contexts?"),
              "Which of the papers say something of the speed of long…");
    std::string cjk;
    for (int i = 0; i < 30; ++i) cjk += "x\xF0\x9F\xAA\x90";
    EXPECT_EQ(titleAfter(cjk), cjk.substr(0, 60) + "…");
    EXPECT_EQ(titleAfter("xx" + cjk), "xx" + cjk.substr(0, 56) + "…");

    add(0, "answer", MessageRole::answer);
    EXPECT_EQ(store.find(chat)->title, "");
    add(0, "first");
    add(0, "second");
    EXPECT_EQ(store.find(chat)->title, "first");
    store.rename(chat, "mine");
    add(0, "third");
    EXPECT_EQ(store.find(chat)->title, "mine");
}

class Sources : public Chats {
  protected:
    std::int64_t answer = add(0, "answer", MessageRole::answer);
    std::int64_t document = stored.addDocument("a.pdf");
};

TEST_F(Sources, EveryFieldOfACitationComesBack) {
    CitationRecord full;
    full.document = "\xF0\x9F\xAA\x90.pdf";
    full.documentId = document;
    full.sentence = 4;
    full.lineBegin = 10;
    full.lineEnd = 14;
    full.page = 3;
    full.place = "page 3";
    full.textBegin = 5'000'000'000;
    full.textEnd = 5'000'000'010;
    full.quote = "a \"quote\"\nof two lines";
    full.mass = 0.125;
    full.isVerified = false;
    const CitationRecord plain;
    store.setCitations(answer, std::vector<CitationRecord>{full, plain});
    EXPECT_THAT(store.citations(answer), ElementsAre(full, plain));
    store.setCitations(answer, std::vector<CitationRecord>{plain});
    EXPECT_THAT(store.citations(answer), ElementsAre(plain));
    store.setCitations(answer, {});
    EXPECT_THAT(store.citations(answer), IsEmpty());
    EXPECT_THAT(failureOf([&] { store.setCitations(999, std::vector<CitationRecord>{plain}); }),
                HasSubstr("gone"));
}

TEST_F(Sources, EveryFieldOfAQuotationComesBack) {
    const QuotationRecord full{1, 20, true, "a.pdf", document, 7, 8, 300, 319};
    const QuotationRecord plain;
    store.setQuotations(answer, std::vector<QuotationRecord>{full, plain});
    EXPECT_THAT(store.quotations(answer), ElementsAre(full, plain));
    store.setQuotations(answer, std::vector<QuotationRecord>{plain});
    EXPECT_THAT(store.quotations(answer), ElementsAre(plain));
    EXPECT_THAT(failureOf([&] { store.setQuotations(999, std::vector<QuotationRecord>{plain}); }),
                HasSubstr("gone"));
}

TEST_F(Sources, StayByNameWhenTheirDocumentGoes) {
    CitationRecord citation;
    citation.document = "a.pdf";
    citation.documentId = document;
    QuotationRecord quotation{0, 1, true, "a.pdf", document, 1, 1, 0, 1};
    store.setCitations(answer, {&citation, 1});
    store.setQuotations(answer, {&quotation, 1});
    stored.documents.remove(document);
    citation.documentId = quotation.documentId = 0;
    EXPECT_THAT(store.citations(answer), ElementsAre(citation));
    EXPECT_THAT(store.quotations(answer), ElementsAre(quotation));
    // Gone while the answer was made: the same.
    CitationRecord late = citation;
    late.documentId = document;
    QuotationRecord lateQuotation = quotation;
    lateQuotation.documentId = document;
    store.setCitations(answer, {&late, 1});
    store.setQuotations(answer, {&lateQuotation, 1});
    EXPECT_THAT(store.citations(answer), ElementsAre(citation));
    EXPECT_THAT(store.quotations(answer), ElementsAre(quotation));
}

TEST_F(Sources, SummariesReplaceTheLastOneOfTheirDocument) {
    SummaryRecord ofAll{0, std::numeric_limits<std::uint64_t>::max(), "all", 500'000, 12, answer};
    SummaryRecord ofOne{document, 1, "one \xF0\x9F\xAA\x90", 7, 13, 0};
    store.setSummary(project, ofOne);
    store.setSummary(project, ofAll);
    EXPECT_THAT(store.summaries(project), ElementsAre(ofAll, ofOne));
    ofOne = {document, 2, "", 8, 14, answer};
    ofAll = {0, 3, "new", 9, 15, 0};
    store.setSummary(project, ofOne);
    store.setSummary(project, ofAll);
    EXPECT_THAT(store.summaries(project), ElementsAre(ofAll, ofOne));
    EXPECT_THAT(store.summaries(999), IsEmpty());

    store.remove(chat);  // its answer goes, the summary stays
    ofOne.messageId = 0;
    EXPECT_THAT(store.summaries(project), ElementsAre(ofAll, ofOne));
    stored.documents.remove(document);
    EXPECT_THAT(store.summaries(project), ElementsAre(ofAll));
    EXPECT_THAT(failureOf([&] { store.setSummary(project, ofOne); }), HasSubstr("gone"));
    EXPECT_THAT(failureOf([&] { store.setSummary(999, ofAll); }), HasSubstr("gone"));
}

TEST_F(Sources, ASummaryWithoutATimeIsOfNow) {
    const std::int64_t before = timeNow();
    store.setSummary(project, {0, 1, "all", 5, 0, 0});
    EXPECT_GE(store.summaries(project).at(0).createdAt, before);
}

TEST_F(Chats, WhatCannotBeMeantIsSaidToBeDamaged) {
    add(0);
    const std::vector<std::pair<std::string, std::string>> damages = {{"role", "2"},
                                                                      {"ending", "4"},
                                                                      {"scope", "''"},
                                                                      {"tokens", "x'01'"},
                                                                      {"block_mass", "x'01'"}};
    for (const auto& [column, value] : damages) {
        const Transaction transaction(stored.database);
        std::string damage = "UPDATE message SET ";
        damage += column;
        damage += " = ";
        damage += value;
        stored.database.execute(damage);
        EXPECT_THAT(failureOf([this] { store.branch(1); }),
                    HasSubstr("damaged in column " + column));
    }
}

}  // namespace
}  // namespace asterism
