#pragma once

#include <map>
#include <vector>

#include <QAbstractScrollArea>

#include "ui/models/message_list_model.h"

namespace asterism {

class MessageWidget;

// The messages of a chat in one readable column. Only those near the visible part are widgets, so
// that thousands scroll smoothly; the heights of the others are estimates until they come near.
// What is visible stays where it is while heights become known; at the end the view follows the
// text that streams in.
class ChatView : public QAbstractScrollArea {
    Q_OBJECT

  public:
    explicit ChatView(MessageListModel& model, QWidget* parent = nullptr);

    void scrollToMessage(int row);
    void scrollToEnd();

  signals:
    void citationClicked(const asterism::CitationRecord& citation);
    void linkClicked(const QUrl& address);
    void copyAsked(int row);
    void editAsked(int row);
    void regenerateAsked(int row);
    void explainAsked(int row);
    void branchAsked(qint64 message);

  protected:
    void resizeEvent(QResizeEvent* event) override;
    void scrollContentsBy(int dx, int dy) override;
    bool eventFilter(QObject* watched, QEvent* event) override;
    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

  private:
    void reset();
    void insertRows(int first, int last);
    void removeRows(int first, int last);
    void refresh(int row);
    void arrange();
    int estimate(int row) const;
    int columnWidth() const;
    MessageWidget* widgetFor(int row);
    void measure(int row);
    void dropFarWidgets(int first, int last);
    int topOf(int row) const;
    int rowAt(int y) const;
    void orderTabs();

    MessageListModel& m_model;
    std::vector<int> m_heights;
    std::vector<bool> m_isMeasured;
    std::map<int, MessageWidget*> m_widgets;
    int m_anchorRow = 0;     // the row at the top of the visible part,
    int m_anchorOffset = 0;  // and how far it is scrolled over
    bool m_followsEnd = true;
    bool m_isArranging = false;
};

}  // namespace asterism
