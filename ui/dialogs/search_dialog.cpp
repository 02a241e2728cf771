#include <algorithm>

#include <QCoreApplication>
#include <QDialog>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QTimer>
#include <QVBoxLayout>

#include "ui/dialogs/dialog_frame.h"
#include "ui/dialogs/dialog_list.h"
#include "ui/library.h"
#include "ui/theme.h"

namespace asterism {

namespace {

// Finds words in all chats as they are typed; Enter opens the chosen place.
class SearchDialog : public QDialog {
    Q_DECLARE_TR_FUNCTIONS(SearchDialog)

  public:
    SearchDialog(Library& library, const std::function<void(const ChatHit&)>& onHit,
                 QWidget* parent)
        : QDialog(parent),
          m_library(library),
          m_onHit(onHit),
          m_wordsEdit(new QLineEdit(this)),
          m_hitsList(new QListWidget(this)),
          m_stateLabel(new QLabel(this)) {
        setWindowTitle(tr("Search Chats"));
        m_wordsEdit->setObjectName(QStringLiteral("searchEdit"));
        m_wordsEdit->setAccessibleName(tr("Words to find"));
        m_wordsEdit->setPlaceholderText(tr("Words in any chat of any project"));
        m_wordsEdit->setClearButtonEnabled(true);
        m_wordsEdit->installEventFilter(this);
        m_hitsList->setObjectName(QStringLiteral("hitsList"));
        m_hitsList->setAccessibleName(tr("Places found"));
        m_hitsList->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
        m_stateLabel->setForegroundRole(QPalette::PlaceholderText);
        auto* layout = new QVBoxLayout(this);
        layout->setSpacing(kGridUnit);
        layout->addWidget(m_wordsEdit);
        layout->addWidget(m_hitsList, 1);
        layout->addWidget(m_stateLabel);
        resize(600, 480);
        m_typing.setSingleShot(true);
        m_typing.setInterval(120);
        connect(&m_typing, &QTimer::timeout, this, [this] { search(); });
        connect(m_wordsEdit, &QLineEdit::textChanged, this, [this] { m_typing.start(); });
        connect(m_hitsList, &QListWidget::itemActivated, this, [this] { choose(); });
        connect(m_hitsList, &QListWidget::itemClicked, this, [this] { choose(); });
        connect(m_hitsList, &QListWidget::currentRowChanged, this, [this] { showCurrent(); });
        m_stateLabel->setText(tr("Type to search; Enter opens."));
    }

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override {
        if (event->type() == QEvent::KeyPress) {
            const auto* key = static_cast<QKeyEvent*>(event);
            if (key->key() == Qt::Key_Down || key->key() == Qt::Key_Up) {
                const int step = key->key() == Qt::Key_Down ? 1 : -1;
                const int last = m_hitsList->count() - 1;
                if (last >= 0)
                    m_hitsList->setCurrentRow(std::clamp(m_hitsList->currentRow() + step, 0, last));
                return true;
            }
            if (key->key() == Qt::Key_Return || key->key() == Qt::Key_Enter) {
                choose();
                return true;
            }
        }
        return QDialog::eventFilter(watched, event);
    }

  private:
    void search() {
        const QString words = m_wordsEdit->text();
        m_hits =
            m_library.attempt([&] { return m_library.chats().search(words.toStdString(), 0); });
        m_hitsList->clear();
        for (const ChatHit& hit : m_hits) {
            auto* item = new QListWidgetItem(m_hitsList);
            QString snippet = QString::fromStdString(hit.snippet)
                                  .simplified()
                                  .remove(QStringLiteral("**"))  // of Markdown: no words
                                  .remove(QLatin1Char('`'))
                                  .toHtmlEscaped();
            const QString title = QString::fromStdString(hit.title);
            item->setData(Qt::AccessibleTextRole, title + QStringLiteral(": ") + snippet);
            snippet.replace(QChar(2), QStringLiteral("<b>"))
                .replace(QChar(3), QStringLiteral("</b>"));
            auto* label = new QLabel(
                QStringLiteral("<b>%1</b><br>%2").arg(title.toHtmlEscaped(), snippet), m_hitsList);
            label->setWordWrap(true);
            label->setContentsMargins(kGridUnit, kGridUnit / 2, kGridUnit, kGridUnit / 2);
            label->setAttribute(Qt::WA_TransparentForMouseEvents);
            item->setSizeHint(
                QSize(0, label->heightForWidth(std::max(100, m_hitsList->viewport()->width()))));
            m_hitsList->setItemWidget(item, label);
        }
        if (m_hitsList->count() > 0) m_hitsList->setCurrentRow(0);
        showCurrent();
        m_stateLabel->setText(words.trimmed().isEmpty() ? tr("Type to search; Enter opens.")
                              : m_hits.empty()
                                  ? tr("No chat has all of these words.")
                                  : tr("%n place(s)", nullptr, static_cast<int>(m_hits.size())));
    }

    // Labels do not know which row is chosen.
    void showCurrent() {
        for (int row = 0; row < m_hitsList->count(); ++row)
            if (QWidget* label = m_hitsList->itemWidget(m_hitsList->item(row)))
                label->setForegroundRole(row == m_hitsList->currentRow() ? QPalette::HighlightedText
                                                                         : QPalette::Text);
    }

    void choose() {
        const int row = m_hitsList->currentRow();
        const bool isChosen = row >= 0 && row < static_cast<int>(m_hits.size());
        if (!isVisible() || !isChosen) return;
        const ChatHit hit = m_hits[static_cast<std::size_t>(row)];
        accept();
        m_onHit(hit);
    }

    Library& m_library;
    std::function<void(const ChatHit&)> m_onHit;
    QLineEdit* m_wordsEdit;
    QListWidget* m_hitsList;
    QLabel* m_stateLabel;
    QTimer m_typing;
    std::vector<ChatHit> m_hits;
};

}  // namespace

void openSearch(const DialogParts& parts, const std::function<void(const ChatHit&)>& onHit) {
    openOnce(parts.window, QStringLiteral("searchDialog"),
             [&] { return new SearchDialog(parts.library, onHit, &parts.window); });
}

}  // namespace asterism
