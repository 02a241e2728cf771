#include "ui/models/message_list_model.h"

#include <algorithm>

#include <utility>

#include "ui/library.h"

namespace asterism {

MessageListModel::MessageListModel(Library& library, QObject* parent)
    : QAbstractListModel(parent), m_library(library) {}

int MessageListModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_messages.size());
}

QVariant MessageListModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    const MessageRecord& record = m_messages.at(static_cast<std::size_t>(index.row())).record;
    const QString text = QString::fromStdString(record.text);
    if (role == Qt::DisplayRole) return text;
    if (role == Qt::AccessibleTextRole)
        return record.role == MessageRole::question ? tr("Question: %1").arg(text)
                                                    : tr("Answer: %1").arg(text);
    return {};
}

const ShownMessage& MessageListModel::message(int row) const {
    ShownMessage& message = m_messages.at(static_cast<std::size_t>(row));
    if (!message.hasDetails && message.record.id != 0) readDetails(message);
    return message;
}

int MessageListModel::rowOf(std::int64_t message) const {
    for (std::size_t row = 0; row < m_messages.size(); ++row)
        if (m_messages[row].record.id == message) return static_cast<int>(row);
    return -1;
}

std::int64_t MessageListModel::lastAnswer() const {
    for (auto message = m_messages.rbegin(); message != m_messages.rend(); ++message)
        if (message->record.role == MessageRole::answer && message->record.id != 0)
            return message->record.id;
    return 0;
}

std::int64_t MessageListModel::lastStored() const {
    for (auto message = m_messages.rbegin(); message != m_messages.rend(); ++message)
        if (message->record.id != 0) return message->record.id;
    return 0;
}

std::vector<MessageRecord> MessageListModel::branchOf(std::int64_t conversation) const {
    return m_library.attempt([&] {
        const auto record = m_library.chats().find(conversation);
        return record ? m_library.chats().branch(record->leafMessage)
                      : std::vector<MessageRecord>();
    });
}

void MessageListModel::show(std::int64_t conversation) {
    beginResetModel();
    m_messages.clear();
    for (MessageRecord& message : branchOf(conversation)) {
        m_messages.emplace_back();
        m_messages.back().record = std::move(message);
    }
    endResetModel();
}

void MessageListModel::beginAnswer(const QString& question, std::int64_t parent) {
    const int kept = parent == 0 ? 0 : rowOf(parent) + 1;
    if (kept < rowCount()) {
        beginRemoveRows({}, kept, rowCount() - 1);
        m_messages.resize(static_cast<std::size_t>(kept));
        endRemoveRows();
    }
    beginInsertRows({}, kept, kept + 1);
    m_messages.emplace_back();
    m_messages.back().record.text = question.toStdString();
    m_messages.emplace_back();
    m_messages.back().record.role = MessageRole::answer;
    m_messages.back().isStreaming = true;
    endInsertRows();
}

void MessageListModel::addText(const QString& text) {
    if (!isStreaming()) return;
    m_messages.back().record.text += text.toStdString();
    emit dataChanged(index(rowCount() - 1), index(rowCount() - 1));
}

void MessageListModel::endAnswer(std::int64_t conversation) {
    std::vector<MessageRecord> branch = branchOf(conversation);
    const bool isSameBranch =
        branch.size() >= 2 && branch.size() == m_messages.size() &&
        (branch.size() == 2 ||
         branch[branch.size() - 3].id == m_messages[m_messages.size() - 3].record.id);
    if (!isSameBranch) return show(conversation);
    for (std::size_t row = branch.size() - 2; row < branch.size(); ++row) {
        m_messages[row] = {};
        m_messages[row].record = std::move(branch[row]);
        emit dataChanged(index(static_cast<int>(row)), index(static_cast<int>(row)));
    }
}

void MessageListModel::failAnswer(const QString& error) {
    if (!isStreaming()) return;
    m_messages.back().isStreaming = false;
    m_messages.back().error = error;
    emit dataChanged(index(rowCount() - 1), index(rowCount() - 1));
}

bool MessageListModel::isStreaming() const {
    return !m_messages.empty() && m_messages.back().isStreaming;
}

void MessageListModel::readDetails(ShownMessage& message) const {
    message.hasDetails = true;
    ChatStore& chats = m_library.chats();
    const std::int64_t id = message.record.id;
    message.siblings = m_library.attempt([&] { return chats.siblings(id); });
    if (message.record.role == MessageRole::question) return;
    std::vector<CitationRecord> all = m_library.attempt([&] { return chats.citations(id); });
    std::stable_partition(all.begin(), all.end(),
                          [](const CitationRecord& citation) { return citation.sentence >= 0; });
    for (CitationRecord& citation : all) {
        const auto isSame = [&](const CitationRecord& other) {
            return other.document == citation.document && other.textBegin == citation.textBegin &&
                   other.textEnd == citation.textEnd;
        };
        const int sentence = citation.sentence;
        auto known = std::find_if(message.citations.begin(), message.citations.end(), isSame);
        if (known == message.citations.end())
            known = message.citations.insert(known, std::move(citation));
        if (sentence >= 0)
            message.cited.emplace_back(sentence,
                                       static_cast<int>(known - message.citations.begin()));
    }
    message.quotations = m_library.attempt([&] { return chats.quotations(id); });
}

}  // namespace asterism
