#include "ui/chat_export.h"

#include <QCoreApplication>
#include <QRegularExpression>

#include "storage/projects/chat_export.h"
#include "ui/dialogs.h"
#include "ui/library.h"
#include "ui/models/conversation_list_model.h"

namespace asterism {

void exportChat(QWidget& window, Library& library, ExportFormat format) {
    const auto record =
        library.attempt([&] { return library.chats().find(library.conversation()); });
    if (!record) {
        dialogs::showError(
            &window, QCoreApplication::translate("ChatExport", "Export"),
            QCoreApplication::translate("ChatExport", "No chat is open; choose one on the left."));
        return;
    }
    const bool isMarkdown = format == ExportFormat::markdown;
    static const QRegularExpression unfit(QStringLiteral("[/\\\\:*?\"<>|\\x00-\\x1F]"));
    const QString name =
        ConversationListModel::titleOf(*record).left(60).replace(unfit, QStringLiteral("_")) +
        (isMarkdown ? QStringLiteral(".md") : QStringLiteral(".json"));
    const std::string content = library.attempt([&] {
        return isMarkdown ? exportMarkdown(library.chats(), *record)
                          : exportJson(library.chats(), library.project(), *record);
    });
    if (content.empty()) return;  // the reason is told
    dialogs::saveNewFile(&window, QCoreApplication::translate("ChatExport", "Export Chat"), name,
                         QByteArray::fromStdString(content));
}

}  // namespace asterism
