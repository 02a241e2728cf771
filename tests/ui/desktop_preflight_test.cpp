// What is seen and chosen before anything is read.
#include <gtest/gtest.h>

#include <QComboBox>
#include <QDialog>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>
#include <QTreeView>

#include "tests/ui/desktop_flow.h"
#include "ui/models/preflight_model.h"

namespace asterism::test {
namespace {

class DesktopPreflight : public DesktopFlow {
  protected:
    QTreeView* tree() const { return under->find<QTreeView>("preflightTree"); }
    QModelIndex rowOf(const char* name, const QModelIndex& parent = {}) const {
        const QAbstractItemModel* model = tree()->model();
        for (int row = 0; row < model->rowCount(parent); ++row) {
            const QModelIndex index = model->index(row, 0, parent);
            if (index.data().toString() == QLatin1String(name)) return index;
            if (const QModelIndex below = rowOf(name, index); below.isValid()) return below;
        }
        return {};
    }
    std::string noteOf(const char* name) const {
        return rowOf(name)
            .siblingAtColumn(PreflightModel::noteColumn)
            .data()
            .toString()
            .toStdString();
    }
    // As from the keyboard: to the row, then the space bar.
    void toggle(const char* name) const {
        tree()->setFocus();
        tree()->setCurrentIndex(rowOf(name));
        QTest::keyClick(tree(), Qt::Key_Space);
    }
    // Of the dialog, not of the window behind it.
    QLabel* notice() const {
        return findWidget(QStringLiteral("preflightDialog"))
            ->findChild<QLabel*>(QStringLiteral("noticeLabel"));
    }
};

TEST_F(DesktopPreflight, FlagsSecretsAndLeavesOutWhatIsUnticked) {
    startTiny();
    write("plan.txt", "The ferry leaves at nine.\n");
    write("key.txt", "aws\nAKIAIOSFODNN7EXAMPLE is a key\n");
    write("picture.bin", std::string("\0\1\2\3", 4));
    ASSERT_NO_FATAL_FAILURE(openPreflight());
    EXPECT_TRUE(notice()->isVisible());
    EXPECT_TRUE(notice()->text().contains(QStringLiteral("1 possible secret")))
        << notice()->text().toStdString();
    EXPECT_NE(noteOf("key.txt").find("possible secret"), std::string::npos) << noteOf("key.txt");
    EXPECT_NE(noteOf("picture.bin").find("left out"), std::string::npos) << noteOf("picture.bin");
    auto* totals = under->find<QLabel>("totalsLabel");
    const QString before = totals->text();
    EXPECT_TRUE(before.startsWith(QStringLiteral("2 files"))) << before.toStdString();
    under->picture(QStringLiteral("real-preflight-secret"),
                   findWidget(QStringLiteral("preflightDialog")));

    toggle("key.txt");
    EXPECT_TRUE(totals->text().startsWith(QStringLiteral("1 file,")))
        << totals->text().toStdString();
    EXPECT_FALSE(notice()->isVisible()) << "nothing secret is read any more";
    under->click("encodeButton");
    ASSERT_TRUE(under->wait([&] { return allReady(); })) << messagesShown();
    EXPECT_EQ(figures().documents, 1);
    EXPECT_EQ(under->library().openDocuments().front().name, "plan.txt");

    // It stays left out when the folder is looked at again, and after a restart.
    under->restart();
    under->desktop().show({});
    ASSERT_TRUE(under->wait([&] { return allReady(); }));
    EXPECT_EQ(figures().documents, 1);
}

TEST_F(DesktopPreflight, NothingTickedCannotBeRead) {
    startTiny();
    write("plan.txt", "The ferry leaves at nine.\n");
    ASSERT_NO_FATAL_FAILURE(openPreflight());
    EXPECT_TRUE(under->find<QPushButton>("encodeButton")->isEnabled());
    toggle("plan.txt");
    EXPECT_FALSE(under->find<QPushButton>("encodeButton")->isEnabled());
    toggle("plan.txt");
    EXPECT_TRUE(under->find<QPushButton>("encodeButton")->isEnabled());
}

TEST_F(DesktopPreflight, OneThatWasCancelledDoesNotComeBackInAnotherProject) {
    startTiny();
    write("plan.txt", "The ferry leaves at nine.\n");
    ASSERT_NO_FATAL_FAILURE(openPreflight());
    under->click("cancelButton");
    under->library().projects().create("other", "tiny", {});
    under->library().noteProjects();
    const QSignalSpy found(&under->desktop().bridge(), &EngineBridge::changesFound);
    auto* box = under->find<QComboBox>("projectComboBox");
    emit box->activated(box->findText(QStringLiteral("other")));
    ASSERT_TRUE(under->wait([&] { return found.count() == 1 && isIdle(); }));
    const QWidget* dialog = findWidget(QStringLiteral("preflightDialog"));
    EXPECT_TRUE(!dialog || !dialog->isVisible());
}

TEST_F(DesktopPreflight, EachOfTwoReadsWhatItShows) {
    startTiny();
    write("first.txt", "The ferry leaves at nine.\n");
    write("second.txt", "The harbour was quiet.\n");
    const QSignalSpy ready(&under->desktop().bridge(), &EngineBridge::blocksLoaded);
    under->library().projects().create("notes", "tiny", {});
    under->window().begin({});
    ASSERT_TRUE(under->wait([&] { return ready.count() == 1 && isIdle(); }));
    const auto drop = [&](const char* name) {
        under->window().openPaths({QString::fromStdString((notes() / name).string())});
    };
    drop("first.txt");
    drop("second.txt");  // while the first one is being read
    QList<QDialog*> dialogs;
    ASSERT_TRUE(under->wait([&] {
        dialogs = under->window().findChildren<QDialog*>(QStringLiteral("preflightDialog"));
        return dialogs.size() == 2;
    }));
    const auto encode = [&](QDialog* dialog) {
        dialog->findChild<QPushButton*>(QStringLiteral("encodeButton"))->click();
    };
    encode(dialogs.first());
    ASSERT_TRUE(under->wait([&] { return allReady(); })) << messagesShown();
    ASSERT_EQ(under->library().openDocuments().size(), 1U);
    EXPECT_EQ(under->library().openDocuments().front().name, "first.txt");
    encode(dialogs.last());
    ASSERT_TRUE(under->wait([&] { return allReady() && figures().documents == 2; }))
        << messagesShown();
}

TEST_F(DesktopPreflight, AProjectThatHasChatsIsNotMadeAnewForOtherSettings) {
    startTiny();
    write("plan.txt", "The ferry leaves at nine.\n");
    const ProjectRecord project = under->library().projects().create("notes", "tiny", {});
    under->window().begin({});
    ASSERT_NO_FATAL_FAILURE(openPreflight());
    auto* box = under->find<QComboBox>("kvComboBox");
    EXPECT_TRUE(box->isEnabled());
    under->library().chats().create(project.id, 2048);  // by another program
    box->setCurrentIndex(1);
    emit box->activated(1);
    EXPECT_NE(messagesShown().find("holds documents or chats"), std::string::npos);
    EXPECT_EQ(under->library().chats().list(project.id).size(), 1U);
    under->click("closeButton");

    ASSERT_NO_FATAL_FAILURE(openPreflight());
    EXPECT_FALSE(under->find<QComboBox>("kvComboBox")->isEnabled());
}

TEST_F(DesktopPreflight, AnotherKvTypeKeepsABlockSizeThatIsNotAmongTheUsualOnes) {
    startTiny();
    write("plan.txt", "The ferry leaves at nine.\n");
    ProjectSettings settings;
    settings.blockTokens = 3000;
    under->library().projects().create("notes", "tiny", settings);
    under->window().begin({});
    ASSERT_NO_FATAL_FAILURE(openPreflight());
    EXPECT_EQ(under->find<QComboBox>("blockComboBox")->currentData().toLongLong(), 3000);
    auto* box = under->find<QComboBox>("kvComboBox");
    box->setCurrentIndex(1);
    emit box->activated(1);
    EXPECT_EQ(under->library().projects().get("notes").settings.blockTokens, 3000);
    EXPECT_EQ(under->library().projects().get("notes").settings.kv, KvType::bf16);
}

TEST_F(DesktopPreflight, OtherSettingsOfAnEmptyProjectKeepWhatIsToBeRead) {
    startTiny();
    under->desktop().settings().set(Setting::blockTokens, 4096);
    write("plan.txt", "The ferry leaves at nine.\n");
    ASSERT_NO_FATAL_FAILURE(openPreflight());
    auto* box = under->find<QComboBox>("kvComboBox");
    box->setCurrentIndex(1);
    emit box->activated(1);
    ASSERT_TRUE(under->wait([&] {
        const auto* dialog = findWidget(QStringLiteral("preflightDialog"));
        return dialog && dialog->isVisible() && under->find<QComboBox>("kvComboBox") != box;
    })) << messagesShown();
    under->click("encodeButton");
    ASSERT_TRUE(under->wait([&] { return allReady(); })) << messagesShown();
    EXPECT_EQ(under->library().project().settings.kv, KvType::bf16);
}

}  // namespace
}  // namespace asterism::test
