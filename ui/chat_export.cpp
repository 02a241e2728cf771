#include "ui/chat_export.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QSaveFile>

#include "ui/dialogs.h"
#include "ui/library.h"
#include "ui/models/conversation_list_model.h"

namespace asterism {

namespace {

QString text(const std::string& utf8) {
    return QString::fromStdString(utf8);
}

QString isoTime(std::int64_t milliseconds) {
    return QDateTime::fromMSecsSinceEpoch(milliseconds, Qt::UTC).toString(Qt::ISODate);
}

QJsonObject citationJson(const CitationRecord& citation) {
    QJsonObject object{{QStringLiteral("document"), text(citation.document)},
                       {QStringLiteral("line_begin"), static_cast<qint64>(citation.lineBegin)},
                       {QStringLiteral("line_end"), static_cast<qint64>(citation.lineEnd)},
                       {QStringLiteral("place"), text(citation.place)},
                       {QStringLiteral("quote"), text(citation.quote)},
                       {QStringLiteral("mass"), citation.mass},
                       {QStringLiteral("verified"), citation.isVerified}};
    if (citation.page) object[QStringLiteral("page")] = *citation.page;
    return object;
}

QJsonObject messageJson(Library& library, const MessageRecord& message) {
    const bool isAnswer = message.role == MessageRole::answer;
    QJsonObject object{
        {QStringLiteral("role"), isAnswer ? QStringLiteral("answer") : QStringLiteral("question")},
        {QStringLiteral("text"), text(message.text)},
        {QStringLiteral("time"), isoTime(message.createdAt)}};
    if (!isAnswer) {
        QJsonArray scope;
        for (const std::string& glob : message.scope) scope.append(text(glob));
        if (!scope.isEmpty()) object[QStringLiteral("scope")] = scope;
        return object;
    }
    QJsonArray sources;
    for (const CitationRecord& citation : library.chats().citations(message.id))
        sources.append(citationJson(citation));
    object[QStringLiteral("sources")] = sources;
    object[QStringLiteral("model")] = text(message.model);
    object[QStringLiteral("tokens_read")] = static_cast<qint64>(message.tokensRead);
    object[QStringLiteral("tokens_in_scope")] = static_cast<qint64>(message.tokensInScope);
    object[QStringLiteral("first_token_s")] = message.firstTokenSeconds;
    object[QStringLiteral("tokens_per_s")] = message.tokensPerSecond;
    return object;
}

QString messageMarkdown(Library& library, const MessageRecord& message) {
    if (message.role == MessageRole::question) {
        // A question may begin with a sign of Markdown's; as a quotation it stays as it is.
        return QStringLiteral("> ") +
               text(message.text).replace(QLatin1Char('\n'), QStringLiteral("\n> ")) +
               QStringLiteral("\n\n");
    }
    QString result = text(message.text).trimmed() + QStringLiteral("\n\n");
    int number = 0;
    for (const CitationRecord& citation : library.chats().citations(message.id)) {
        QString quote = text(citation.quote).simplified();
        result += QStringLiteral("%1. **%2**%3: “%4”%5\n")
                      .arg(++number)
                      .arg(text(citation.document),
                           citation.place.empty() ? QString()
                                                  : QStringLiteral(", ") + text(citation.place),
                           quote,
                           citation.isVerified
                               ? QString()
                               : QCoreApplication::translate("ChatExport", " (not verified)"));
    }
    return number > 0 ? result + QLatin1Char('\n') : result;
}

}  // namespace

QByteArray exportedChat(Library& library, std::int64_t conversation, ExportFormat format) {
    const auto record = library.chats().find(conversation);
    if (!record) return {};
    const QString title = ConversationListModel::titleOf(*record);
    const auto messages = library.chats().branch(record->leafMessage);
    if (format == ExportFormat::markdown) {
        QString result = QStringLiteral("# %1\n\n").arg(title);
        for (const MessageRecord& message : messages) result += messageMarkdown(library, message);
        return result.toUtf8();
    }
    QJsonArray list;
    for (const MessageRecord& message : messages) list.append(messageJson(library, message));
    const QJsonObject chat{{QStringLiteral("project"), text(library.project().name)},
                           {QStringLiteral("title"), title},
                           {QStringLiteral("messages"), list}};
    return QJsonDocument(chat).toJson();
}

void exportChat(QWidget& window, Library& library, ExportFormat format) {
    const auto record = library.chats().find(library.conversation());
    if (!record) {
        dialogs::showError(
            &window, QCoreApplication::translate("ChatExport", "Export"),
            QCoreApplication::translate("ChatExport", "No chat is open; choose one on the left."));
        return;
    }
    static const QRegularExpression unfit(QStringLiteral("[/\\\\:*?\"<>|\\x00-\\x1F]"));
    const QString name =
        ConversationListModel::titleOf(*record).left(60).replace(unfit, QStringLiteral("_")) +
        (format == ExportFormat::markdown ? QStringLiteral(".md") : QStringLiteral(".json"));
    const QByteArray content = exportedChat(library, record->id, format);
    dialogs::chooseNewFile(
        &window, QCoreApplication::translate("ChatExport", "Export Chat"), name,
        [&window, content](const QString& path) {
            QSaveFile file(path);
            const bool isWritten = file.open(QIODevice::WriteOnly) &&
                                   file.write(content) == content.size() && file.commit();
            if (!isWritten)
                dialogs::showError(
                    &window, QCoreApplication::translate("ChatExport", "The chat was not exported"),
                    QCoreApplication::translate("ChatExport", "%1 could not be written: %2")
                        .arg(path, file.errorString()));
        });
}

}  // namespace asterism
