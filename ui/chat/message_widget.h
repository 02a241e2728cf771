#pragma once

#include <QWidget>

#include "ui/models/message_list_model.h"

class QHBoxLayout;
class QLabel;
class QToolButton;

namespace asterism {

class FlowLayout;
class MessageBody;

// One message of the chat: its text, for an answer the chips of its sources and the line of
// figures, and its buttons.
class MessageWidget : public QWidget {
    Q_OBJECT

  public:
    MessageWidget(const ShownMessage& message, QWidget* parent);

    void show(const ShownMessage& message);
    // Height of the message in a column of this width.
    int fitWidth(int width);

    // "read 30,112 of 30,112 tokens, nothing dropped · first token 0.4 s · 31 tokens/s"
    static QString figuresOf(const MessageRecord& record);

  signals:
    void citationClicked(const asterism::CitationRecord& citation);
    void linkClicked(const QUrl& address);
    void copyAsked();
    void editAsked();
    void regenerateAsked();
    void explainAsked();
    void branchAsked(qint64 message);

  protected:
    void paintEvent(QPaintEvent* event) override;

  private:
    void makeButtons();
    void showChips();
    void showBranches();
    void showNote();

    ShownMessage m_message;
    MessageBody* m_body;
    QWidget* m_chips;
    FlowLayout* m_chipLayout;
    QLabel* m_noteLabel;
    QWidget* m_foot;
    QHBoxLayout* m_footLayout;
    QLabel* m_figuresLabel;
    QToolButton* m_earlierButton = nullptr;
    QLabel* m_branchLabel = nullptr;
    QToolButton* m_laterButton = nullptr;
    QRect m_bubble;  // behind a question
};

}  // namespace asterism
