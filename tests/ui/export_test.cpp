#include <gtest/gtest.h>

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include "tests/support/test_files.h"
#include "tests/ui/filled_project.h"
#include "ui/chat_export.h"

namespace asterism {
namespace {

TEST(ChatExport, HoldsTheTextAndTheSourcesOfAnswers) {
    test::TempDir folder;
    WorkspaceOptions options;
    options.isKept = false;
    options.keepsBlocks = false;
    Library library(options);
    const std::int64_t chat = test::fillProject(library, folder.path());
    const QString markdown = QString::fromUtf8(exportedChat(library, chat, ExportFormat::markdown));
    EXPECT_TRUE(markdown.startsWith(QStringLiteral("# What is the anchor")))
        << markdown.toStdString();
    EXPECT_TRUE(markdown.contains(QStringLiteral("> What is the anchor")));
    EXPECT_TRUE(markdown.contains(QStringLiteral("1. **manual/concepts.md**, Concepts > Anchor")));
    const QJsonObject json =
        QJsonDocument::fromJson(exportedChat(library, chat, ExportFormat::json)).object();
    const QJsonArray messages = json[QStringLiteral("messages")].toArray();
    ASSERT_EQ(messages.size(), 2);
    const QJsonObject answer = messages[1].toObject();
    EXPECT_EQ(answer[QStringLiteral("tokens_read")].toInt(), 27416);
    EXPECT_EQ(answer[QStringLiteral("sources")].toArray().size(), 2);
    EXPECT_TRUE(exportedChat(library, 12345, ExportFormat::json).isEmpty());
}

}  // namespace
}  // namespace asterism
