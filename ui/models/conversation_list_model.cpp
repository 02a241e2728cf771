#include "ui/models/conversation_list_model.h"

#include <algorithm>
#include <utility>

#include <QDateTime>
#include <QFont>
#include <QLocale>

#include "ui/icons.h"
#include "ui/library.h"

namespace asterism {

namespace {

QString headingText(ConversationListModel::Group group) {
    using Group = ConversationListModel::Group;
    switch (group) {
        case Group::pinned:
            return ConversationListModel::tr("Pinned");
        case Group::today:
            return ConversationListModel::tr("Today");
        case Group::yesterday:
            return ConversationListModel::tr("Yesterday");
        case Group::week:
            return ConversationListModel::tr("Previous 7 days");
        case Group::older:
            return ConversationListModel::tr("Older");
        case Group::archived:
            return ConversationListModel::tr("Archived");
    }
    return {};
}

}  // namespace

ConversationListModel::ConversationListModel(Library& library, QObject* parent)
    : QAbstractListModel(parent), m_library(library) {
    connect(&library, &Library::chatsChanged, this, &ConversationListModel::read);
    read();
}

ConversationListModel::Group ConversationListModel::groupOf(const ConversationRecord& record,
                                                            const QDate& today) {
    if (record.isArchived) return Group::archived;
    if (record.isPinned) return Group::pinned;
    const QDate day = QDateTime::fromMSecsSinceEpoch(record.changedAt).date();
    const qint64 age = day.daysTo(today);
    if (age <= 0) return Group::today;
    if (age == 1) return Group::yesterday;
    return age <= 7 ? Group::week : Group::older;
}

QString ConversationListModel::titleOf(const ConversationRecord& record) {
    return record.title.empty() ? tr("New chat") : QString::fromStdString(record.title);
}

int ConversationListModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

QVariant ConversationListModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    const Row& row = m_rows.at(static_cast<std::size_t>(index.row()));
    if (row.conversation.id == 0) {
        if (role == Qt::DisplayRole) return headingText(row.heading);
        if (role == Qt::FontRole) {
            QFont font;
            font.setWeight(QFont::DemiBold);
            font.setPointSizeF(font.pointSizeF() * 0.9);
            return font;
        }
        return {};
    }
    switch (role) {
        case Qt::DisplayRole:
            return titleOf(row.conversation);
        case Qt::ToolTipRole:
            return tr("%1\nLast message: %2")
                .arg(titleOf(row.conversation),
                     QLocale().toString(QDateTime::fromMSecsSinceEpoch(row.conversation.changedAt),
                                        QLocale::ShortFormat));
        case Qt::DecorationRole:
            if (row.conversation.isArchived) return icon("mail-archive");
            return icon(row.conversation.isPinned ? "view-pin" : "chat");
        default:
            return {};
    }
}

Qt::ItemFlags ConversationListModel::flags(const QModelIndex& index) const {
    if (!index.isValid()) return Qt::NoItemFlags;
    return conversation(index.row()) ? Qt::ItemIsEnabled | Qt::ItemIsSelectable : Qt::NoItemFlags;
}

const ConversationRecord* ConversationListModel::conversation(int row) const {
    if (row < 0 || row >= rowCount()) return nullptr;
    const ConversationRecord& record = m_rows[static_cast<std::size_t>(row)].conversation;
    return record.id == 0 ? nullptr : &record;
}

int ConversationListModel::rowOf(std::int64_t conversation) const {
    if (conversation == 0) return -1;
    for (std::size_t row = 0; row < m_rows.size(); ++row)
        if (m_rows[row].conversation.id == conversation) return static_cast<int>(row);
    return -1;
}

int ConversationListModel::conversationCount() const {
    return static_cast<int>(std::count_if(m_rows.begin(), m_rows.end(),
                                          [](const Row& row) { return row.conversation.id != 0; }));
}

void ConversationListModel::read() {
    beginResetModel();
    m_rows.clear();
    std::vector<ConversationRecord> records;
    if (m_library.hasProject())
        records =
            m_library.attempt([this] { return m_library.chats().list(m_library.project().id); });
    const QDate today = QDate::currentDate();
    std::stable_sort(records.begin(), records.end(),
                     [&](const ConversationRecord& one, const ConversationRecord& other) {
                         return groupOf(one, today) < groupOf(other, today);
                     });
    for (ConversationRecord& record : records) {
        const Group group = groupOf(record, today);
        if (m_rows.empty() || m_rows.back().heading != group) m_rows.push_back({group, {}});
        m_rows.push_back({group, std::move(record)});
    }
    endResetModel();
}

}  // namespace asterism
