#pragma once

#include <optional>

#include <QWidget>

#include "core/options.h"
#include "storage/projects/project_session.h"
#include "ui/widgets/notice_bar.h"

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
    void settingsAsked();
    void longTextPasted(const QString& text);
    void explainAsked(qint64 message);

  private:
    // What the button of the notice does.
    enum class NoticeAction : std::uint8_t {
        none,
        stopEditing,
        startChat,
        openModels,
        openSettings
    };

    // The question that was asked last.
    struct Asked {
        std::int64_t project = 0;
        std::int64_t conversation = 0;  // 0: a new one
        QString text;
        std::optional<std::int64_t> parent;  // as AskRequest::parent
        bool isTyped = false;                // or else asked once more by a button
    };

    QWidget* makeComposer();
    void connectView();
    void connectLibrary();
    void connectBridge();
    void showConversation(std::int64_t conversation);
    void showScope();
    void showModel();
    void showState();
    void showComposer();
    void showEmptyState();
    void showModelProblem();
    void showEditing();
    void showNotice(NoticeBar::Kind kind, const QString& text,
                    NoticeAction action = NoticeAction::none);
    void clearNotice() { showNotice(NoticeBar::Kind::information, {}); }
    bool isDeviceProblem() const;
    QString problem() const;
    void send();
    void ask(const Asked& asked, double temperature);
    void finish(const AskResult& result);
    void fail(const QString& reason, bool isFull);
    void giveBack();
    void showFull();
    void edit(int row);
    void stopEditing();
    void regenerate(int row);
    void openLink(const QUrl& address);
    void takeEmptyAction();
    void takeNoticeAction();

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
    NoticeAction m_noticeAction = NoticeAction::none;
    bool m_showsProblem = false;  // the notice is that of the model
    // While an earlier question is edited: the message that the new one follows.
    std::optional<std::int64_t> m_editParent;
    Asked m_asked;
    // The chat that is shown is the one the answer belongs to. A new chat has no id to tell it by.
    bool m_showsAsked = false;
};

}  // namespace asterism
