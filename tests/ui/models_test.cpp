#include <gtest/gtest.h>

#include <QAbstractItemModelTester>
#include <QDateTime>

#include "tests/support/test_files.h"
#include "tests/ui/filled_project.h"
#include "ui/models/conversation_list_model.h"
#include "ui/models/document_tree_model.h"
#include "ui/models/message_list_model.h"
#include "ui/models/preflight_model.h"
#include "ui/models/project_list_model.h"

namespace asterism {
namespace {

using Mode = QAbstractItemModelTester::FailureReportingMode;

class Models : public testing::Test {
  protected:
    std::int64_t fill() { return test::fillProject(library, folder.path()); }

    test::TempDir folder;
    Library library{test::inMemory()};
};

TEST_F(Models, ProjectsStayConsistentWhileTheyComeAndGo) {
    ProjectListModel model(library);
    QAbstractItemModelTester tester(&model, Mode::Fatal);
    fill();
    EXPECT_EQ(model.rowCount(), 1);
    EXPECT_EQ(model.rowOf(library.project().id), 0);
    library.projects().remove(library.project().id);
    library.noteProjects();
    EXPECT_EQ(model.rowCount(), 0);
}

TEST_F(Models, DocumentsFormATreeWhoseTicksAreTheScope) {
    DocumentTreeModel model(library);
    QAbstractItemModelTester tester(&model, Mode::Fatal);
    fill();
    EXPECT_EQ(model.figures().documents, 6);
    EXPECT_EQ(model.figures().failed, 1);
    EXPECT_EQ(model.figures().tickedFailed, 1);
    EXPECT_EQ(model.figures().tickedWaiting, 1);
    EXPECT_EQ(model.figures().readTokens, 26176);
    EXPECT_TRUE(model.scope().empty());
    const QModelIndex source = model.indexOf("src");
    ASSERT_TRUE(source.isValid());
    model.setData(source, Qt::Unchecked, Qt::CheckStateRole);
    EXPECT_EQ(model.scope(), (std::vector<std::string>{"manual/*", "paper.pdf", "reports/*"}));
    EXPECT_EQ(model.figures().tickedWaiting, 0);
    EXPECT_EQ(model.figures().readTokens, 26080);
    model.setData(model.indexOf("src/merge.cpp"), Qt::Checked, Qt::CheckStateRole);
    EXPECT_EQ(model.indexOf("src").data(Qt::CheckStateRole).toInt(), Qt::PartiallyChecked);
    EXPECT_EQ(model.scope().back(), "src/merge.cpp");
    library.noteDocuments();
    EXPECT_EQ(model.scope().back(), "src/merge.cpp") << "ticks outlive a new reading";
}

TEST_F(Models, TicksAreKeptWithTheProject) {
    fill();
    {
        DocumentTreeModel model(library);
        model.setData(model.indexOf("src"), Qt::Unchecked, Qt::CheckStateRole);
        model.setData(model.indexOf("src/merge.cpp"), Qt::Checked, Qt::CheckStateRole);
    }
    DocumentTreeModel again(library);
    EXPECT_EQ(again.figures().ticked, 5);
    EXPECT_EQ(again.indexOf("src/plan.cpp").data(Qt::CheckStateRole).toInt(), Qt::Unchecked);
    library.projects().create("Another", "smollm2-135m-instruct", {});
    library.openProject(QStringLiteral("Another"));
    library.openProject(QStringLiteral("Star attention"));
    EXPECT_EQ(again.figures().ticked, 5);
    again.tickOnly(again.indexOf("manual"));
    EXPECT_EQ(again.scope(), std::vector<std::string>{"manual/*"});
    again.tickAll();
    EXPECT_TRUE(library.documents().outOfScope(library.project().id).empty());
}

TEST_F(Models, FilesThatAreNotWantedAreInTheTreeWithoutATick) {
    DocumentTreeModel model(library);
    QAbstractItemModelTester tester(&model, Mode::Fatal);
    fill();
    const SourceRecord source = library.projects().sources(library.project().id).front();
    const std::vector<LeftOut> leftOut = {
        {"drafts/a.md", "not wanted", LeftOutCause::unwanted, 5, false},
        {"drafts/b.md", "not wanted", LeftOutCause::unwanted, 5, false},
        {"src/old.cpp", "not wanted", LeftOutCause::unwanted, 5, false},
        {"big.bin", "is binary", LeftOutCause::binary, 5, false}};
    library.documents().setLeftOut(source.id, leftOut);
    library.noteDocuments();
    EXPECT_EQ(model.figures().documents, 6);
    EXPECT_EQ(model.figures().leftOut, 3);
    EXPECT_FALSE(model.indexOf("big.bin").isValid()) << "nobody chose that";
    const QModelIndex drafts = model.indexOf("drafts");
    for (const QModelIndex& index : {drafts, model.indexOf("src/old.cpp")}) {
        EXPECT_FALSE(index.data(Qt::CheckStateRole).isValid());
        EXPECT_FALSE(index.flags() & Qt::ItemIsUserCheckable);
        const auto state = index.siblingAtColumn(DocumentTreeModel::stateColumn);
        EXPECT_EQ(state.data().toString(), DocumentTreeModel::tr("left out"));
    }
    EXPECT_EQ(model.leftOut(drafts), (std::vector<std::string>{"drafts/a.md", "drafts/b.md"}));
    EXPECT_EQ(model.leftOut(model.indexOf("src")), std::vector<std::string>{"src/old.cpp"});
    EXPECT_TRUE(model.indexOf("src").flags() & Qt::ItemIsUserCheckable);
    EXPECT_TRUE(model.scope().empty()) << "all documents are read";
    model.setData(model.indexOf("paper.pdf"), Qt::Unchecked, Qt::CheckStateRole);
    EXPECT_EQ(model.scope(), (std::vector<std::string>{"manual/*", "reports/*", "src/*"}));
    library.documents().setLeftOut(source.id, {});
    library.noteDocuments();
    EXPECT_FALSE(model.indexOf("drafts").isValid());
}

TEST_F(Models, ChatsAreGroupedByDay) {
    ConversationListModel model(library);
    QAbstractItemModelTester tester(&model, Mode::Fatal);
    const std::int64_t chat = fill();
    ASSERT_EQ(model.rowCount(), 2);
    EXPECT_EQ(model.conversation(0), nullptr) << "a heading";
    EXPECT_EQ(model.conversation(1)->id, chat);
    const QDate today = QDate::currentDate();
    const auto groupAfter = [&](int days) {
        ConversationRecord record;
        record.changedAt = QDateTime(today.addDays(-days), QTime(12, 0)).toMSecsSinceEpoch();
        return ConversationListModel::groupOf(record, today);
    };
    using Group = ConversationListModel::Group;
    EXPECT_EQ(groupAfter(0), Group::today);
    EXPECT_EQ(groupAfter(1), Group::yesterday);
    EXPECT_EQ(groupAfter(7), Group::week);
    EXPECT_EQ(groupAfter(8), Group::older);
    library.chats().setPinned(chat, true);
    library.noteChats();
    EXPECT_EQ(model.index(0).data().toString(), ConversationListModel::tr("Pinned"));
}

TEST_F(Models, AnAnswerStreamsIntoTheLastRow) {
    MessageListModel model(library);
    QAbstractItemModelTester tester(&model, Mode::Fatal);
    const std::int64_t chat = fill();
    model.show(chat);
    ASSERT_EQ(model.rowCount(), 2);
    EXPECT_EQ(model.message(1).citations.size(), 2U);
    std::vector<CitationRecord> citations = model.message(1).citations;
    citations.push_back(citations[0]);
    citations.back().sentence = -1;
    library.chats().setCitations(model.lastAnswer(), citations);
    model.show(chat);
    EXPECT_EQ(model.message(1).citations.size(), 2U) << "a passage has one number";
    EXPECT_EQ(model.message(1).cited.size(), 2U);
    model.beginAnswer(QStringLiteral("More?"), model.lastAnswer());
    ASSERT_EQ(model.rowCount(), 4);
    model.addText(QStringLiteral("Yes"));
    model.addText(QStringLiteral(", more."));
    EXPECT_EQ(model.message(3).record.text, "Yes, more.");
    model.failAnswer(QStringLiteral("no"));
    EXPECT_FALSE(model.isStreaming());
    model.beginAnswer(QStringLiteral("Another first question"), 0);
    EXPECT_EQ(model.rowCount(), 2);
}

TEST_F(Models, PreflightCountsWhatIsTicked) {
    auto preflight = std::make_shared<Preflight>();
    Document one;
    one.name = "docs/one.md";
    Document two;
    two.name = "two.txt";
    preflight->collection.documents = {one, two};
    preflight->collection.leftOut = {{"big.bin", "is binary", LeftOutCause::binary, 10, false}};
    const std::int64_t tokens[] = {30, 12};
    preflight->tree = buildPreflight(preflight->collection, tokens);
    PreflightModel model(preflight);
    QAbstractItemModelTester tester(&model, Mode::Fatal);
    EXPECT_EQ(model.figures().tokens, 42);
    EXPECT_EQ(model.figures().leftOut, 1);
    for (int row = 0; row < model.rowCount(); ++row)
        if (model.index(row, 0).data().toString() == QLatin1String("docs"))
            model.setData(model.index(row, 0), Qt::Unchecked, Qt::CheckStateRole);
    EXPECT_EQ(model.figures().tokens, 12);
    EXPECT_EQ(model.without(), std::vector<std::string>{"docs/one.md"});
}

}  // namespace
}  // namespace asterism
