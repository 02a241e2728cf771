#pragma once

#include <vector>

#include <QAbstractListModel>

#include "storage/records.h"

namespace asterism {

class Library;

// A message as the chat shows it.
struct ShownMessage {
    MessageRecord record;  // id 0: not stored yet
    bool isStreaming = false;
    QString error;  // why there is no answer; empty: there is one
    // Read from the database when first asked for.
    bool hasDetails = false;
    // Each passage once, in the order the text comes to them; those of the answer as a whole last.
    std::vector<CitationRecord> citations;
    std::vector<std::pair<int, int>> cited;  // sentence, index of the citation
    std::vector<QuotationRecord> quotations;
    std::vector<std::int64_t> siblings;  // the ways this message was edited, with itself
};

// The messages of the branch that is shown, and the answer that is just coming in.
class MessageListModel : public QAbstractListModel {
    Q_OBJECT

  public:
    explicit MessageListModel(Library& library, QObject* parent = nullptr);

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;

    // With its details.
    const ShownMessage& message(int row) const;
    int rowOf(std::int64_t message) const;  // -1: it is not in this branch
    std::int64_t lastAnswer() const;        // id; 0: there is none
    std::int64_t lastStored() const;        // id of the last message that is stored; 0: none

    // Shows a conversation's branch; 0: an empty chat.
    void show(std::int64_t conversation);
    // Keeps the messages up to the parent, then shows a question and an answer that is to come.
    void beginAnswer(const QString& question, std::int64_t parent);
    void addText(const QString& text);
    // The answer is stored: shows it as it was, with the question.
    void endAnswer(std::int64_t conversation);
    void failAnswer(const QString& error);
    bool isStreaming() const;

  private:
    std::vector<MessageRecord> branchOf(std::int64_t conversation) const;
    void readDetails(ShownMessage& message) const;

    Library& m_library;
    mutable std::vector<ShownMessage> m_messages;  // details are filled in when they are needed
};

}  // namespace asterism
