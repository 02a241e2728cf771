#pragma once

#include <QWidget>

class QLabel;
class QListView;
class QToolButton;

namespace asterism {

class ConversationListModel;
class Library;

// The chats of the open project; renames, pins, archives and deletes them.
class ConversationsPanel : public QWidget {
    Q_OBJECT

  public:
    explicit ConversationsPanel(Library& library, QWidget* parent = nullptr);

  signals:
    void newChatAsked();
    void searchAsked();

  private:
    void showOpenConversation();
    void openMenu(const QPoint& position);
    void askTitle(std::int64_t conversation, const QString& title);
    void askRemoval(std::int64_t conversation, const QString& title);
    // Does a change to the database and shows it; tells why if it fails.
    template <typename Change>
    void change(const Change& doChange);

    Library& m_library;
    ConversationListModel* m_model;
    QListView* m_chatsList;
    QLabel* m_emptyLabel;
};

}  // namespace asterism
