#include "ui/chat_export.h"

#include <gtest/gtest.h>

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QMessageBox>
#include <QWidget>

#include "tests/support/test_files.h"
#include "tests/ui/filled_project.h"
#include "ui/dialogs.h"

namespace asterism {
namespace {

class ChatExport : public testing::Test {
  protected:
    std::string exported(const char* name, ExportFormat format) {
        const std::filesystem::path file = folder / name;
        dialogs::answerPickers({QString::fromStdString(file.string())});
        exportChat(window, library, format);
        return std::filesystem::exists(file) ? test::readFile(file) : "";
    }

    test::TempDir folder;
    Library library{test::inMemory()};
    QWidget window;
};

TEST_F(ChatExport, HoldsTheTextAndTheSourcesOfAnswers) {
    library.openConversation(test::fillProject(library, folder.path()));
    const std::string markdown = exported("chat.md", ExportFormat::markdown);
    EXPECT_TRUE(markdown.starts_with("## ")) << markdown;
    EXPECT_NE(markdown.find("\n> What is the anchor, and what does it cost?\n"), std::string::npos);
    EXPECT_NE(markdown.find("The **anchor** is the token run"), std::string::npos);
    const std::string json = exported("chat.json", ExportFormat::json);
    const QJsonObject chat = QJsonDocument::fromJson(QByteArray::fromStdString(json)).object();
    EXPECT_EQ(chat[QStringLiteral("project")].toString(), QStringLiteral("Star attention"));
    const QJsonArray messages = chat[QStringLiteral("messages")].toArray();
    ASSERT_EQ(messages.size(), 2);
    const QJsonObject answer = messages[1].toObject();
    EXPECT_EQ(answer[QStringLiteral("tokens_read")].toInt(), 27416);
    EXPECT_EQ(answer[QStringLiteral("sources")].toArray().size(), 2);
}

TEST_F(ChatExport, SaysWhatWentWrong) {
    EXPECT_EQ(exported("chat.md", ExportFormat::markdown), "");
    auto* box = window.findChild<QMessageBox*>(QStringLiteral("messageBox"));
    ASSERT_NE(box, nullptr) << "no chat is open";
    delete box;
    library.openConversation(test::fillProject(library, folder.path()));
    EXPECT_EQ(exported("no/such/folder/chat.md", ExportFormat::markdown), "");
    box = window.findChild<QMessageBox*>(QStringLiteral("messageBox"));
    ASSERT_NE(box, nullptr);
    EXPECT_TRUE(box->text().contains(QStringLiteral("could not be written")));
}

}  // namespace
}  // namespace asterism
