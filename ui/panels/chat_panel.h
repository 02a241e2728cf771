#pragma once

#include <optional>

#include <QWidget>

#include "core/options.h"
#include "storage/projects/project_session.h"

class QLabel;
class QPushButton;
class QToolButton;

namespace asterism {

class ChatView;
class DocumentTreeModel;
class EmptyState;
class EngineBridge;
class Library;
class MessageListModel;
class NoticeBar;
class QuestionEdit;
class Settings;

// The open chat: its messages, and where the next question is written.
class ChatPanel : public QWidget {
    Q_OBJECT

  public:
    ChatPanel(Library& library, EngineBridge& bridge, Settings& settings,
              DocumentTreeModel& sources, QWidget* parent = nullptr);

    // What stands where no message is: why nothing can be asked yet, or what can.
    enum class Readiness : std::uint8_t { noProject, noSources, noModel, opening, ready };
    void setReadiness(Readiness readiness, const QString& reason = {});

    void startChat();
    void focusQuestion();
    void copyLastAnswer();
    void stop();
    void showMessage(std::int64_t message);

  signals:
    void citationActivated(const asterism::CitationRecord& citation);
    void addSourcesAsked();
    void modelsAsked();
    void longTextPasted(const QString& text);
    void explainAsked(qint64 message);

  private:
    QWidget* makeComposer();
    void connectView();
    void connectBridge();
    void showConversation(std::int64_t conversation);
    void showScope();
    void showModel();
    void showState();
    void send();
    void ask(const QString& question, std::optional<std::int64_t> parent, double temperature);
    void finish(const AskResult& result);
    void fail(const QString& reason, bool isFull);
    void edit(int row);
    void stopEditing();
    void regenerate(int row);
    void openLink(const QUrl& address);
    void takeEmptyAction();

    Library& m_library;
    EngineBridge& m_bridge;
    Settings& m_settings;
    DocumentTreeModel& m_sources;
    MessageListModel* m_messages;
    QLabel* m_titleLabel;
    ChatView* m_view;
    EmptyState* m_emptyState;
    NoticeBar* m_noticeBar;
    QuestionEdit* m_questionEdit;
    QLabel* m_scopeLabel;
    QLabel* m_modelLabel;
    QPushButton* m_sendButton;
    Readiness m_readiness = Readiness::noProject;
    QString m_reason;
    // While an earlier question is edited: the message that the new one follows.
    std::optional<std::int64_t> m_editParent;
    std::int64_t m_askedConversation = 0;  // where the answer that is coming belongs
};

}  // namespace asterism
