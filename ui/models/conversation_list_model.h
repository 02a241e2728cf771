#pragma once

#include <vector>

#include <QAbstractListModel>
#include <QDate>

#include "storage/records.h"

namespace asterism {

class Library;

// The chats of the open project, newest first under headings: pinned, today, yesterday, the
// previous seven days, older, archived. Headings are rows that cannot be chosen.
class ConversationListModel : public QAbstractListModel {
    Q_OBJECT

  public:
    enum class Group : std::uint8_t { pinned, today, yesterday, week, older, archived };

    explicit ConversationListModel(Library& library, QObject* parent = nullptr);

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;

    // Null for a heading.
    const ConversationRecord* conversation(int row) const;
    int rowOf(std::int64_t conversation) const;  // -1: there is none
    int conversationCount() const;

    static Group groupOf(const ConversationRecord& record, const QDate& today);
    static QString titleOf(const ConversationRecord& record);

  private:
    struct Row {
        Group heading = Group::today;     // of a heading
        ConversationRecord conversation;  // id 0: this is a heading
    };

    void read();

    Library& m_library;
    std::vector<Row> m_rows;
};

}  // namespace asterism
