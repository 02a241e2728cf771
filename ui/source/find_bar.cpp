#include "ui/source/find_bar.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QToolButton>

#include "ui/theme.h"
#include "ui/widgets/panel_header.h"

namespace asterism {

FindBar::FindBar(QWidget* parent)
    : QWidget(parent), m_wordsEdit(new QLineEdit(this)), m_resultLabel(new QLabel(this)) {
    m_wordsEdit->setObjectName(QStringLiteral("findEdit"));
    m_wordsEdit->setAccessibleName(tr("Words to find"));
    m_wordsEdit->setPlaceholderText(tr("Find"));
    m_wordsEdit->setClearButtonEnabled(true);
    m_resultLabel->setForegroundRole(QPalette::PlaceholderText);
    QToolButton* previous = makeIconButton("go-previous", tr("Previous place"),
                                           QStringLiteral("findPreviousButton"), this);
    QToolButton* next =
        makeIconButton("go-next", tr("Next place"), QStringLiteral("findNextButton"), this);
    QToolButton* close =
        makeIconButton("window-close", tr("Close"), QStringLiteral("findCloseButton"), this);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(kGridUnit, kGridUnit / 2, kGridUnit / 2, kGridUnit / 2);
    layout->setSpacing(kGridUnit / 2);
    layout->addWidget(m_wordsEdit, 1);
    layout->addWidget(m_resultLabel);
    layout->addWidget(previous);
    layout->addWidget(next);
    layout->addWidget(close);
    const auto find = [this](QTextDocument::FindFlags flags) {
        if (!m_wordsEdit->text().isEmpty()) emit findAsked(m_wordsEdit->text(), flags);
    };
    connect(m_wordsEdit, &QLineEdit::returnPressed, this, [find] { find({}); });
    connect(m_wordsEdit, &QLineEdit::textChanged, m_resultLabel, &QLabel::clear);
    connect(next, &QToolButton::clicked, this, [find] { find({}); });
    connect(previous, &QToolButton::clicked, this, [find] { find(QTextDocument::FindBackward); });
    connect(close, &QToolButton::clicked, this, [this] {
        hide();
        emit closed();
    });
    hide();
}

void FindBar::open() {
    show();
    m_wordsEdit->setFocus(Qt::ShortcutFocusReason);
    m_wordsEdit->selectAll();
}

void FindBar::showFound(bool isFound) {
    m_resultLabel->setText(isFound ? QString() : tr("Not found"));
}

// Esc is also a key of the window's; here it closes the bar.
bool FindBar::event(QEvent* event) {
    if (event->type() == QEvent::ShortcutOverride &&
        static_cast<QKeyEvent*>(event)->key() == Qt::Key_Escape)
        event->accept();
    return QWidget::event(event);
}

void FindBar::keyPressEvent(QKeyEvent* event) {
    if (event->key() != Qt::Key_Escape) return QWidget::keyPressEvent(event);
    hide();
    emit closed();
}

}  // namespace asterism
