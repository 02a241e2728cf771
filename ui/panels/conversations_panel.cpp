#include "ui/panels/conversations_panel.h"

#include <QLabel>
#include <QListView>
#include <QMenu>
#include <QToolButton>
#include <QVBoxLayout>

#include "core/base/error.h"
#include "ui/dialogs.h"
#include "ui/icons.h"
#include "ui/library.h"
#include "ui/models/conversation_list_model.h"
#include "ui/theme.h"
#include "ui/widgets/panel_header.h"

namespace asterism {

ConversationsPanel::ConversationsPanel(Library& library, QWidget* parent)
    : QWidget(parent),
      m_library(library),
      m_model(new ConversationListModel(library, this)),
      m_chatsList(new QListView(this)),
      m_emptyLabel(new QLabel(tr("Your chats about this project will be listed here."), this)) {
    auto* header = new PanelHeader(tr("Chats"), this);
    QToolButton* searchButton =
        header->addButton("edit-find", tr("Search chats"), QStringLiteral("searchChatsButton"));
    QToolButton* newButton =
        header->addButton("chat-new", tr("New chat"), QStringLiteral("newChatButton"));
    m_chatsList->setObjectName(QStringLiteral("chatsList"));
    m_chatsList->setAccessibleName(tr("Chats"));
    m_chatsList->setModel(m_model);
    m_chatsList->setFrameShape(QFrame::NoFrame);
    m_chatsList->setContextMenuPolicy(Qt::CustomContextMenu);
    m_chatsList->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_chatsList->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_chatsList->setTextElideMode(Qt::ElideRight);
    m_chatsList->setSpacing(1);
    m_emptyLabel->setWordWrap(true);
    m_emptyLabel->setForegroundRole(QPalette::PlaceholderText);
    m_emptyLabel->setContentsMargins(kGridUnit + kGridUnit / 2, kGridUnit, kGridUnit, kGridUnit);
    m_emptyLabel->setAlignment(Qt::AlignTop);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(header);
    layout->addWidget(m_chatsList, 1);
    layout->addWidget(m_emptyLabel, 1);

    connect(newButton, &QToolButton::clicked, this, &ConversationsPanel::newChatAsked);
    connect(searchButton, &QToolButton::clicked, this, &ConversationsPanel::searchAsked);
    const auto open = [this](const QModelIndex& index) {
        const ConversationRecord* record = m_model->conversation(index.row());
        if (record && record->id != m_library.conversation())
            m_library.openConversation(record->id);
    };
    connect(m_chatsList, &QListView::clicked, this, open);
    connect(m_chatsList, &QListView::activated, this, open);
    connect(m_chatsList, &QListView::customContextMenuRequested, this,
            &ConversationsPanel::openMenu);
    connect(m_model, &ConversationListModel::modelReset, this,
            &ConversationsPanel::showOpenConversation);
    connect(&library, &Library::conversationOpened, this,
            &ConversationsPanel::showOpenConversation);
    showOpenConversation();
}

void ConversationsPanel::showOpenConversation() {
    const bool hasChats = m_model->conversationCount() > 0;
    m_chatsList->setVisible(hasChats);
    m_emptyLabel->setVisible(!hasChats);
    const int row = m_model->rowOf(m_library.conversation());
    m_chatsList->setCurrentIndex(row < 0 ? QModelIndex() : m_model->index(row));
}

template <typename Change>
void ConversationsPanel::change(const Change& doChange) {
    try {
        doChange(m_library.chats());
    } catch (const Error& error) {
        dialogs::showError(this, tr("The chat was not changed"), QString::fromUtf8(error.what()));
    }
    m_library.noteChats();
}

void ConversationsPanel::openMenu(const QPoint& position) {
    const QModelIndex index = m_chatsList->indexAt(position);
    const ConversationRecord* found = m_model->conversation(index.row());
    if (!index.isValid() || !found) return;
    const ConversationRecord record = *found;
    const QString title = ConversationListModel::titleOf(record);
    auto* menu = new QMenu(this);
    menu->setObjectName(QStringLiteral("chatMenu"));
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->addAction(icon("document-edit"), tr("Rename…"), this,
                    [this, record, title] { askTitle(record.id, title); });
    menu->addAction(
        icon("view-pin"), record.isPinned ? tr("Unpin") : tr("Pin"), this, [this, record] {
            change([&](ChatStore& chats) { chats.setPinned(record.id, !record.isPinned); });
        });
    menu->addAction(
        icon("mail-archive"), record.isArchived ? tr("Restore") : tr("Archive"), this,
        [this, record] {
            change([&](ChatStore& chats) { chats.setArchived(record.id, !record.isArchived); });
        });
    menu->addSeparator();
    menu->addAction(icon("edit-delete"), tr("Delete…"), this,
                    [this, record, title] { askRemoval(record.id, title); });
    menu->popup(m_chatsList->viewport()->mapToGlobal(position));
}

void ConversationsPanel::askTitle(std::int64_t conversation, const QString& title) {
    dialogs::askText(this, tr("Rename Chat"), tr("Title:"), title,
                     [this, conversation](const QString& text) {
                         if (text.trimmed().isEmpty()) return;
                         change([&](ChatStore& chats) {
                             chats.rename(conversation, text.trimmed().toStdString());
                         });
                     });
}

void ConversationsPanel::askRemoval(std::int64_t conversation, const QString& title) {
    const auto messages = static_cast<int>(
        m_library.attempt([&] { return m_library.chats().messages(conversation); }).size());
    dialogs::ask(this,
                 {tr("Delete Chat"), tr("Delete the chat “%1”?").arg(title),
                  tr("Its %n message(s) go for good.", nullptr, messages), tr("Delete"), true},
                 [this, conversation] {
                     const bool isOpen = m_library.conversation() == conversation;
                     change([&](ChatStore& chats) { chats.remove(conversation); });
                     if (isOpen) m_library.openConversation(0);
                 });
}

}  // namespace asterism
