#include "ui/panels/chat_panel.h"

#include <utility>

#include <QClipboard>
#include <QDesktopServices>
#include <QFileInfo>
#include <QFrame>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QRandomGenerator>
#include <QUrl>
#include <QVBoxLayout>

#include "ui/chat/chat_view.h"
#include "ui/chat/question_edit.h"
#include "ui/dialogs.h"
#include "ui/engine_bridge.h"
#include "ui/figures.h"
#include "ui/icons.h"
#include "ui/library.h"
#include "ui/models/conversation_list_model.h"
#include "ui/models/document_tree_model.h"
#include "ui/models/message_list_model.h"
#include "ui/settings.h"
#include "ui/theme.h"
#include "ui/widgets/composer_frame.h"
#include "ui/widgets/eliding_label.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/relative_font.h"

namespace asterism {

namespace {

QString placeholder(ChatPanel::Readiness readiness) {
    switch (readiness) {
        case ChatPanel::Readiness::noProject:
            return ChatPanel::tr("You can ask once a project is open");
        case ChatPanel::Readiness::noSources:
            return ChatPanel::tr("Add something to read first");
        case ChatPanel::Readiness::noModel:
            return ChatPanel::tr("The project's model is not open");
        case ChatPanel::Readiness::opening:
            return ChatPanel::tr("Opening the project…");
        case ChatPanel::Readiness::ready:
            break;
    }
    return ChatPanel::tr("Ask about your sources");
}

QString beginningOf(const QString& question) {
    constexpr qsizetype kMost = 80;
    const QString line = question.simplified();
    return line.size() <= kMost ? line : line.left(kMost) + QStringLiteral("…");
}

}  // namespace

ChatPanel::ChatPanel(Library& library, EngineBridge& bridge, Settings& settings,
                     DocumentTreeModel& sources, QWidget* parent)
    : QWidget(parent),
      m_library(library),
      m_bridge(bridge),
      m_settings(settings),
      m_sources(sources),
      m_messages(new MessageListModel(library, this)),
      m_titleLabel(new ElidingLabel(Qt::ElideRight, this)),
      m_view(new ChatView(*m_messages, this)),
      m_emptyState(new EmptyState(this)),
      m_noticeBar(new NoticeBar(this)) {
    setObjectName(QStringLiteral("chatPanel"));
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);
    m_titleLabel->setObjectName(QStringLiteral("chatTitleLabel"));
    m_titleLabel->setAlignment(Qt::AlignCenter);
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    m_titleLabel->setFont(bold);
    m_titleLabel->setContentsMargins(kGridUnit, kGridUnit, kGridUnit, kGridUnit);
    m_emptyState->setObjectName(QStringLiteral("chatEmptyState"));
    m_noticeBar->setObjectName(QStringLiteral("chatNoticeBar"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_titleLabel);
    layout->addWidget(m_view, 1);
    layout->addWidget(m_emptyState, 1);
    layout->addWidget(m_noticeBar);
    layout->addWidget(makeComposer());
    connectView();
    connectLibrary();
    connectBridge();
    connect(&sources, &DocumentTreeModel::figuresChanged, this, &ChatPanel::showScope);
    showModel();
    showScope();
    showState();
}

QWidget* ChatPanel::makeComposer() {
    auto* frame = new ComposerFrame(this);
    m_questionEdit = new QuestionEdit(frame);
    m_scopeLabel = new ElidingLabel(Qt::ElideRight, frame);
    m_scopeLabel->setObjectName(QStringLiteral("scopeLabel"));
    m_modelLabel = new ElidingLabel(Qt::ElideMiddle, frame);
    m_modelLabel->setObjectName(QStringLiteral("modelLabel"));
    for (QLabel* label : {m_scopeLabel, m_modelLabel}) {
        label->setForegroundRole(QPalette::PlaceholderText);
        setRelativeFont(label, kSmallPrint);
    }
    m_sendButton = new QPushButton(frame);
    m_sendButton->setObjectName(QStringLiteral("sendButton"));
    frame->setParts(m_questionEdit, m_scopeLabel, m_modelLabel, m_sendButton);
    connect(m_questionEdit, &QuestionEdit::sendAsked, this, &ChatPanel::send);
    connect(m_questionEdit, &QuestionEdit::longTextPasted, this, &ChatPanel::longTextPasted);
    connect(m_questionEdit, &QuestionEdit::textChanged, this, &ChatPanel::showState);
    connect(m_sendButton, &QPushButton::clicked, this,
            [this] { m_bridge.isAnswering() ? stop() : send(); });
    return frame;
}

void ChatPanel::connectView() {
    connect(m_view, &ChatView::citationClicked, this, &ChatPanel::citationActivated);
    connect(m_view, &ChatView::linkClicked, this, &ChatPanel::openLink);
    connect(m_view, &ChatView::editAsked, this, &ChatPanel::edit);
    connect(m_view, &ChatView::regenerateAsked, this, &ChatPanel::regenerate);
    connect(m_view, &ChatView::copyAsked, this, [this](int row) {
        QGuiApplication::clipboard()->setText(
            QString::fromStdString(m_messages->message(row).record.text));
    });
    connect(m_view, &ChatView::explainAsked, this,
            [this](int row) { emit explainAsked(m_messages->message(row).record.id); });
    connect(m_view, &ChatView::branchAsked, this, [this](qint64 message) {
        m_library.attempt([&] {
            m_library.chats().showBranch(m_library.conversation(),
                                         m_library.chats().leafBelow(message));
        });
        m_messages->show(m_library.conversation());
    });
    connect(m_emptyState, &EmptyState::activated, this, &ChatPanel::takeEmptyAction);
    connect(m_noticeBar, &NoticeBar::activated, this, &ChatPanel::takeNoticeAction);
}

void ChatPanel::connectLibrary() {
    connect(&m_library, &Library::conversationOpened, this, &ChatPanel::showConversation);
    connect(&m_library, &Library::chatsChanged, this, &ChatPanel::showState);
    connect(&m_library, &Library::projectOpened, this, [this] {
        m_showsAsked = false;
        showModel();
    });
    connect(&m_library, &Library::projectsChanged, this, &ChatPanel::showModel);
}

void ChatPanel::connectBridge() {
    connect(&m_bridge, &EngineBridge::answerText, m_messages, &MessageListModel::addText);
    connect(&m_bridge, &EngineBridge::answerFinished, this, &ChatPanel::finish);
    connect(&m_bridge, &EngineBridge::answerFailed, this, &ChatPanel::fail);
}

void ChatPanel::setReadiness(Readiness readiness, const QString& reason) {
    m_readiness = readiness;
    m_reason = reason;
    showState();
}

void ChatPanel::startChat() {
    m_showsAsked = false;
    m_library.openConversation(0);
    focusQuestion();
}

void ChatPanel::focusQuestion() {
    m_questionEdit->setFocus(Qt::ShortcutFocusReason);
}

void ChatPanel::copyLastAnswer() {
    const int row = m_messages->rowOf(m_messages->lastAnswer());
    if (row >= 0)
        QGuiApplication::clipboard()->setText(
            QString::fromStdString(m_messages->message(row).record.text));
}

void ChatPanel::stop() {
    if (m_bridge.isAnswering())
        m_bridge.stopAnswer();
    else if (m_editParent)
        stopEditing();
}

void ChatPanel::showMessage(std::int64_t message) {
    m_library.attempt([&] {
        m_library.chats().showBranch(m_library.conversation(),
                                     m_library.chats().leafBelow(message));
    });
    m_messages->show(m_library.conversation());
    m_view->scrollToMessage(m_messages->rowOf(message));
}

void ChatPanel::showConversation(std::int64_t conversation) {
    m_editParent.reset();
    clearNotice();
    // An answer that is coming in stays where it is until another chat is opened.
    const bool staysAsked = m_showsAsked && conversation == m_asked.conversation;
    if (!staysAsked || !m_messages->isStreaming()) m_messages->show(conversation);
    m_showsAsked = staysAsked || (conversation != 0 && conversation == m_asked.conversation);
    showState();
}

void ChatPanel::showScope() {
    const DocumentTreeModel::Figures& figures = m_sources.figures();
    QString rest;
    if (figures.tickedFailed > 0)
        rest += tr(", %n could not be read", nullptr, figures.tickedFailed);
    if (figures.tickedWaiting > 0)
        rest += tr(", %n not encoded yet", nullptr, figures.tickedWaiting);
    const int read = figures.ticked - figures.tickedFailed - figures.tickedWaiting;
    if (figures.documents == 0)
        m_scopeLabel->clear();
    else if (read == figures.documents)
        m_scopeLabel->setText(tr("Reads all %n source(s) · %1 tokens", nullptr, figures.documents)
                                  .arg(countText(figures.readTokens)));
    else
        m_scopeLabel->setText(
            tr("Reads %1 of %n source(s)%2 · %3 tokens", nullptr, figures.documents)
                .arg(read)
                .arg(rest, countText(figures.readTokens)));
    showState();
}

void ChatPanel::showModel() {
    const QString model = QString::fromStdString(m_library.project().model);
    // A file that was added by hand is named by its path.
    m_modelLabel->setText(QFileInfo(model).fileName());
    m_modelLabel->setToolTip(
        model.isEmpty() ? QString() : toolTipText(tr("Model of this project: %1").arg(model)));
}

void ChatPanel::showState() {
    const bool isEmpty = m_messages->rowCount() == 0;
    m_view->setVisible(!isEmpty);
    m_emptyState->setVisible(isEmpty);
    const auto conversation =
        m_library.attempt([this] { return m_library.chats().find(m_library.conversation()); });
    m_titleLabel->setText(conversation ? ConversationListModel::titleOf(*conversation) : QString());
    m_titleLabel->setVisible(conversation.has_value());
    showComposer();
    showEmptyState();
    showModelProblem();
}

void ChatPanel::showComposer() {
    const bool isAnswering = m_bridge.isAnswering();
    m_sendButton->setIcon(icon(isAnswering ? "media-playback-stop" : "document-send"));
    m_sendButton->setText(isAnswering ? tr("Stop") : tr("Ask"));
    m_sendButton->setToolTip(isAnswering ? tr("Stop the answer (Esc)") : tr("Ask (Enter)"));
    m_sendButton->setAccessibleName(m_sendButton->text());
    const bool canAsk = m_readiness == Readiness::ready && m_sources.figures().ticked > 0 &&
                        !m_questionEdit->toPlainText().trimmed().isEmpty();
    m_sendButton->setEnabled(isAnswering || canAsk);
    const QString words = placeholder(m_readiness);
    if (m_questionEdit->placeholderText() == words) return;
    m_questionEdit->setPlaceholderText(words);
    m_questionEdit->viewport()->update();  // Qt 6.4 does not by itself
}

void ChatPanel::showEmptyState() {
    switch (m_readiness) {
        case Readiness::noProject:
            m_emptyState->show("project", tr("Read whole documents, not snippets"),
                               tr("Drop files or a folder here. Asterism reads all of it once and "
                                  "then answers every question over the whole text."),
                               tr("Choose a Folder"));
            break;
        case Readiness::noSources:
            m_emptyState->show("folder", tr("This project has nothing to read yet"),
                               tr("Drop files or a folder here; you see what would be read first."),
                               tr("Choose a Folder"));
            break;
        case Readiness::noModel:
            m_emptyState->show("cpu", tr("The project's model could not be opened"), problem(),
                               isDeviceProblem() ? tr("Open Settings") : tr("Open Models"));
            break;
        case Readiness::opening:
            m_emptyState->show("project", tr("Opening the project"),
                               tr("The model and what was encoded before are being loaded."), {});
            break;
        case Readiness::ready:
            m_emptyState->show("chat", tr("Ask about your sources"),
                               tr("Every answer is given over all that is ticked on the left, with "
                                  "the passages it came from."),
                               {});
            break;
    }
}

// Where messages stand there is no empty state to say it.
void ChatPanel::showModelProblem() {
    const bool isDue = m_readiness == Readiness::noModel && m_messages->rowCount() > 0;
    if (isDue) {
        showNotice(NoticeBar::Kind::error, problem(),
                   isDeviceProblem() ? NoticeAction::openSettings : NoticeAction::openModels);
    } else if (m_showsProblem) {
        m_editParent ? showEditing() : clearNotice();
    }
    m_showsProblem = isDue;
}

// Errors begin with what they are about.
bool ChatPanel::isDeviceProblem() const {
    return m_reason.startsWith(QLatin1String("device "));
}

// In the window's words: it has a setting where the command line has an option.
QString ChatPanel::problem() const {
    QString text = m_reason;
    return text.replace(QLatin1String("--device "), QLatin1String("device "));
}

void ChatPanel::showEditing() {
    showNotice(NoticeBar::Kind::information,
               tr("You are editing an earlier question. Asking it starts a new branch; the old one "
                  "is kept."),
               NoticeAction::stopEditing);
}

void ChatPanel::showNotice(NoticeBar::Kind kind, const QString& text, NoticeAction action) {
    QString button;
    switch (action) {
        case NoticeAction::none:
            break;
        case NoticeAction::stopEditing:
            button = tr("Cancel");
            break;
        case NoticeAction::startChat:
            button = tr("New Chat");
            break;
        case NoticeAction::openModels:
            button = tr("Open Models");
            break;
        case NoticeAction::openSettings:
            button = tr("Open Settings");
            break;
    }
    m_noticeAction = action;
    m_noticeBar->show(kind, text, button);
}

void ChatPanel::takeNoticeAction() {
    switch (m_noticeAction) {
        case NoticeAction::none:
            break;
        case NoticeAction::stopEditing:
            stopEditing();
            break;
        case NoticeAction::startChat:
            startChat();
            break;
        case NoticeAction::openModels:
            emit modelsAsked();
            break;
        case NoticeAction::openSettings:
            emit settingsAsked();
            break;
    }
}

void ChatPanel::takeEmptyAction() {
    if (m_readiness != Readiness::noModel)
        emit addSourcesAsked();
    else if (isDeviceProblem())
        emit settingsAsked();
    else
        emit modelsAsked();
}

void ChatPanel::send() {
    const QString question = m_questionEdit->toPlainText().trimmed();
    if (question.isEmpty() || m_readiness != Readiness::ready || m_bridge.isAnswering()) return;
    if (m_sources.figures().ticked == 0) {
        showNotice(NoticeBar::Kind::warning,
                   tr("No source is ticked, so there is nothing to read. Tick one on the "
                      "left."));
        return;
    }
    Asked asked;
    asked.text = question;
    asked.parent = std::exchange(m_editParent, {});
    asked.isTyped = true;
    m_questionEdit->clear();
    ask(asked, m_settings.value(Setting::temperature).toDouble());
}

void ChatPanel::ask(const Asked& asked, double temperature) {
    clearNotice();
    m_asked = asked;
    m_asked.project = m_library.project().id;
    m_asked.conversation = m_library.conversation();
    m_showsAsked = true;
    AskRequest request;
    request.question = asked.text.toStdString();
    request.only = m_sources.scope();
    request.conversation = m_asked.conversation;
    request.parent = asked.parent;
    request.placement.room = m_settings.number(Setting::room);
    request.answer.maxTokens = m_settings.number(Setting::maxTokens);
    request.answer.sampling.temperature = temperature;
    request.answer.sampling.seed = QRandomGenerator::global()->generate();
    m_messages->beginAnswer(asked.text, asked.parent.value_or(m_messages->lastStored()));
    m_bridge.ask(request);
    showState();
}

void ChatPanel::finish(const AskResult& result) {
    m_library.noteChats();
    m_asked.conversation = result.message.conversationId;
    if (m_showsAsked) {
        if (m_library.conversation() != m_asked.conversation)
            m_library.openConversation(m_asked.conversation);
        m_messages->endAnswer(m_asked.conversation);
        if (!result.note.empty())
            showNotice(NoticeBar::Kind::information, QString::fromStdString(result.note));
    }
    showState();
}

void ChatPanel::fail(const QString& reason, bool isFull) {
    giveBack();
    const QString words = isFull ? tr("There is no room for an answer.") : reason;
    if (m_showsAsked && m_messages->isStreaming()) {
        m_messages->failAnswer(words);
        if (isFull)
            showFull();
        else if (m_editParent)
            showEditing();
    } else {
        showNotice(NoticeBar::Kind::warning,
                   tr("“%1” was not answered: %2").arg(beginningOf(m_asked.text), words));
    }
    m_library.noteChats();
    showState();
}

// The question, to be asked again, unless the next one is being written.
void ChatPanel::giveBack() {
    if (!m_asked.isTyped || m_asked.project != m_library.project().id) return;
    if (!m_questionEdit->toPlainText().isEmpty()) return;
    m_questionEdit->setPlainText(m_asked.text);
    m_questionEdit->moveCursor(QTextCursor::End);
    if (m_showsAsked) m_editParent = m_asked.parent;
}

// In the window's words: the engine's name an option of the command line.
void ChatPanel::showFull() {
    if (m_asked.conversation != 0)
        return showNotice(
            NoticeBar::Kind::warning,
            tr("This chat is full: the question and the longest answer allowed do not fit in what "
               "is left of its room. Begin a new chat; new ones get the room that is set under "
               "Settings > Answers."),
            NoticeAction::startChat);
    showNotice(NoticeBar::Kind::warning,
               tr("A chat has room for %1 tokens, too few for this question and an answer of up to "
                  "%2. Give chats more room, or allow shorter answers only, under Settings > "
                  "Answers.")
                   .arg(countText(m_settings.number(Setting::room)),
                        countText(m_settings.number(Setting::maxTokens))),
               NoticeAction::openSettings);
}

void ChatPanel::edit(int row) {
    const MessageRecord& record = m_messages->message(row).record;
    m_editParent = record.parentId;
    m_questionEdit->setPlainText(QString::fromStdString(record.text));
    m_questionEdit->moveCursor(QTextCursor::End);
    showEditing();
    focusQuestion();
}

void ChatPanel::stopEditing() {
    m_editParent.reset();
    m_questionEdit->clear();
    clearNotice();
}

// The same question once more as a branch beside it, with some chance in the choice of words:
// without, the answer would be the same.
void ChatPanel::regenerate(int row) {
    if (m_bridge.isAnswering() || m_readiness != Readiness::ready) return;
    const int question = m_messages->rowOf(m_messages->message(row).record.parentId);
    if (question < 0) return;
    const MessageRecord record = m_messages->message(question).record;
    const double temperature = m_settings.value(Setting::temperature).toDouble();
    Asked asked;
    asked.text = QString::fromStdString(record.text);
    asked.parent = record.parentId;
    ask(asked, temperature > 0 ? temperature : 0.7);
}

void ChatPanel::openLink(const QUrl& address) {
    const bool isWeb = address.scheme() == QLatin1String("https") ||
                       address.scheme() == QLatin1String("http") ||
                       address.scheme() == QLatin1String("mailto");
    if (!isWeb) {
        dialogs::showError(this, tr("Link"),
                           tr("This link is not opened: %1").arg(address.toDisplayString()));
        return;
    }
    dialogs::ask(this,
                 {tr("Open Link"), tr("Open this address in your browser?"),
                  address.toDisplayString(QUrl::FullyEncoded), tr("Open"), false},
                 [address] { QDesktopServices::openUrl(address); });
}

}  // namespace asterism
