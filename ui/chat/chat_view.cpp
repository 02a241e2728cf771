#include "ui/chat/chat_view.h"

#include <algorithm>
#include <numeric>

#include <QApplication>
#include <QKeyEvent>
#include <QScrollBar>

#include "ui/chat/message_widget.h"
#include "ui/theme.h"

namespace asterism {

namespace {

constexpr int kGap = 3 * kGridUnit;     // between messages
constexpr int kMargin = 3 * kGridUnit;  // around the column
constexpr int kColumnCharacters = 74;

// Goes once it is not at work itself: what it is told now may come from its own button.
void discard(MessageWidget* widget) {
    widget->hide();
    widget->deleteLater();
}

}  // namespace

ChatView::ChatView(MessageListModel& model, QWidget* parent)
    : QAbstractScrollArea(parent), m_model(model) {
    setObjectName(QStringLiteral("chatView"));
    setAccessibleName(tr("Messages"));
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOn);
    setFocusPolicy(Qt::StrongFocus);
    viewport()->setBackgroundRole(QPalette::Base);
    viewport()->setAutoFillBackground(true);
    connect(&model, &MessageListModel::modelReset, this, &ChatView::reset);
    connect(&model, &MessageListModel::rowsInserted, this,
            [this](const QModelIndex&, int first, int last) { insertRows(first, last); });
    connect(&model, &MessageListModel::rowsRemoved, this,
            [this](const QModelIndex&, int first, int last) { removeRows(first, last); });
    connect(&model, &MessageListModel::dataChanged, this,
            [this](const QModelIndex& first, const QModelIndex&) { refresh(first.row()); });
    reset();
}

int ChatView::columnWidth() const {
    const int readable = fontMetrics().averageCharWidth() * kColumnCharacters;
    return std::max(100, std::min(readable, viewport()->width() - 2 * kMargin));
}

int ChatView::estimate(int row) const {
    const std::size_t letters =
        m_model.index(row).data(Qt::DisplayRole).toString().toStdString().size();
    const int perLine = std::max(20, columnWidth() / std::max(1, fontMetrics().averageCharWidth()));
    const int lines = static_cast<int>(letters) / perLine + 2;
    return lines * fontMetrics().lineSpacing() * 5 / 4 + 5 * kGridUnit;
}

void ChatView::reset() {
    for (const auto& [row, widget] : m_widgets) discard(widget);
    m_widgets.clear();
    m_heights.clear();
    m_isMeasured.clear();
    m_followsEnd = true;
    if (m_model.rowCount() > 0) insertRows(0, m_model.rowCount() - 1);
    arrange();
}

void ChatView::insertRows(int first, int last) {
    for (int row = first; row <= last; ++row) {
        m_heights.insert(m_heights.begin() + row, estimate(row));
        m_isMeasured.insert(m_isMeasured.begin() + row, false);
    }
    m_followsEnd = true;  // what is new is at the end: a question that was just sent
    arrange();
}

void ChatView::removeRows(int first, int last) {
    m_heights.erase(m_heights.begin() + first, m_heights.begin() + last + 1);
    m_isMeasured.erase(m_isMeasured.begin() + first, m_isMeasured.begin() + last + 1);
    for (auto it = m_widgets.lower_bound(first); it != m_widgets.end();) {
        discard(it->second);
        it = m_widgets.erase(it);
    }
    arrange();
}

void ChatView::refresh(int row) {
    const auto found = m_widgets.find(row);
    if (found != m_widgets.end()) found->second->show(m_model.message(row));
    m_isMeasured[static_cast<std::size_t>(row)] = false;
    arrange();
}

MessageWidget* ChatView::widgetFor(int row) {
    const auto found = m_widgets.find(row);
    if (found != m_widgets.end()) return found->second;
    auto* widget = new MessageWidget(m_model.message(row), viewport());
    m_widgets[row] = widget;
    m_isMeasured[static_cast<std::size_t>(row)] = false;
    connect(widget, &MessageWidget::citationClicked, this, &ChatView::citationClicked);
    connect(widget, &MessageWidget::linkClicked, this, &ChatView::linkClicked);
    connect(widget, &MessageWidget::branchAsked, this, &ChatView::branchAsked);
    connect(widget, &MessageWidget::copyAsked, this, [this, row] { emit copyAsked(row); });
    connect(widget, &MessageWidget::editAsked, this, [this, row] { emit editAsked(row); });
    connect(widget, &MessageWidget::regenerateAsked, this,
            [this, row] { emit regenerateAsked(row); });
    connect(widget, &MessageWidget::explainAsked, this, [this, row] { emit explainAsked(row); });
    for (QWidget* child : widget->findChildren<QWidget*>()) child->installEventFilter(this);
    widget->QWidget::show();
    return widget;
}

void ChatView::measure(int row) {
    MessageWidget* widget = widgetFor(row);
    const auto place = static_cast<std::size_t>(row);
    if (m_isMeasured[place] && widget->width() == columnWidth()) return;
    m_heights[place] = widget->fitWidth(columnWidth());
    m_isMeasured[place] = true;
}

int ChatView::topOf(int row) const {
    return std::accumulate(m_heights.begin(), m_heights.begin() + row, kMargin + row * kGap);
}

int ChatView::rowAt(int y) const {
    int bottom = kMargin;
    for (std::size_t row = 0; row < m_heights.size(); ++row) {
        bottom += m_heights[row] + kGap;
        if (y < bottom) return static_cast<int>(row);
    }
    return std::max(0, static_cast<int>(m_heights.size()) - 1);
}

void ChatView::arrange() {
    if (m_isArranging) return;
    m_isArranging = true;
    const int count = static_cast<int>(m_heights.size());
    const int visible = viewport()->height();
    int first = std::min(m_anchorRow, std::max(0, count - 1));
    if (m_followsEnd) {
        int filled = kMargin;
        for (first = count; first > 0 && filled < visible + visible / 2;) {
            measure(--first);
            filled += m_heights[static_cast<std::size_t>(first)] + kGap;
        }
    }
    // Those just above are measured before they are scrolled into, or the text would jump then.
    for (int row = std::max(0, first - 3); row < first; ++row) measure(row);
    int last = first;
    for (int filled = -m_anchorOffset; last < count && filled < visible + visible / 2; ++last) {
        measure(last);
        filled += m_heights[static_cast<std::size_t>(last)] + kGap;
    }
    const int total = topOf(count) - (count > 0 ? kGap : 0) + kMargin;
    QScrollBar* bar = verticalScrollBar();
    bar->setRange(0, std::max(0, total - visible));
    bar->setPageStep(visible);
    bar->setSingleStep(fontMetrics().lineSpacing() * 2);
    if (m_followsEnd)
        bar->setValue(bar->maximum());
    else if (count > 0)
        bar->setValue(topOf(first) + m_anchorOffset);
    m_anchorRow = rowAt(bar->value());
    m_anchorOffset = count > 0 ? bar->value() - topOf(m_anchorRow) : 0;
    dropFarWidgets(std::min(first, m_anchorRow) - 3, std::max(last, m_anchorRow + 1) + 3);
    const int width = columnWidth();
    const int left = (viewport()->width() - width) / 2;
    for (const auto& [row, widget] : m_widgets)
        widget->setGeometry(left, topOf(row) - bar->value(), width,
                            m_heights[static_cast<std::size_t>(row)]);
    orderTabs();
    m_isArranging = false;
}

void ChatView::dropFarWidgets(int first, int last) {
    for (auto it = m_widgets.begin(); it != m_widgets.end();) {
        const bool isNear = it->first >= first && it->first <= last;
        const QWidget* focus = QApplication::focusWidget();
        if (isNear || (focus && it->second->isAncestorOf(focus))) {
            ++it;
            continue;
        }
        discard(it->second);
        it = m_widgets.erase(it);
    }
}

// Tab goes through the messages from top to bottom, whatever order they were made in.
void ChatView::orderTabs() {
    QWidget* before = nullptr;
    for (const auto& [row, widget] : m_widgets)
        for (QWidget* child : widget->findChildren<QWidget*>()) {
            if (!(child->focusPolicy() & Qt::TabFocus)) continue;
            if (before) QWidget::setTabOrder(before, child);
            before = child;
        }
}

void ChatView::scrollContentsBy(int, int) {
    if (m_isArranging) return;
    const QScrollBar* bar = verticalScrollBar();
    m_followsEnd = bar->value() >= bar->maximum();
    m_anchorRow = rowAt(bar->value());
    m_anchorOffset = m_heights.empty() ? 0 : bar->value() - topOf(m_anchorRow);
    arrange();
}

void ChatView::scrollToEnd() {
    m_followsEnd = true;
    arrange();
}

void ChatView::scrollToMessage(int row) {
    if (row < 0 || row >= static_cast<int>(m_heights.size())) return;
    m_followsEnd = false;
    m_anchorRow = row;
    m_anchorOffset = -kGap;
    arrange();
}

void ChatView::resizeEvent(QResizeEvent*) {
    std::fill(m_isMeasured.begin(), m_isMeasured.end(), false);
    arrange();
}

void ChatView::changeEvent(QEvent* event) {
    QAbstractScrollArea::changeEvent(event);
    if (event->type() == QEvent::FontChange) reset();
}

// What gets the keyboard's focus comes into view.
bool ChatView::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::FocusIn) {
        const auto* widget = static_cast<QWidget*>(watched);
        const int top = widget->mapTo(viewport(), QPoint(0, 0)).y();
        const int bottom = top + std::min(widget->height(), viewport()->height());
        QScrollBar* bar = verticalScrollBar();
        if (top < 0)
            bar->setValue(bar->value() + top - kGridUnit);
        else if (bottom > viewport()->height())
            bar->setValue(bar->value() + bottom - viewport()->height() + kGridUnit);
    }
    return QAbstractScrollArea::eventFilter(watched, event);
}

void ChatView::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Home)
        scrollToMessage(0);
    else if (event->key() == Qt::Key_End)
        scrollToEnd();
    else
        QAbstractScrollArea::keyPressEvent(event);
}

}  // namespace asterism
