#include "ui/chat/message_widget.h"

#include <algorithm>

#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QPainter>
#include <QToolButton>

#include "storage/records.h"
#include "ui/chat/message_body.h"
#include "ui/chat/message_signs.h"
#include "ui/figures.h"
#include "ui/file_names.h"
#include "ui/icons.h"
#include "ui/theme.h"
#include "ui/widgets/flow_layout.h"
#include "ui/widgets/panel_header.h"
#include "ui/widgets/relative_font.h"

namespace asterism {

namespace {

constexpr int kBubblePadding = kGridUnit + kGridUnit / 2;
constexpr int kWidestChip = 30 * kGridUnit;  // of the text; all of it is in the tool tip

QString quoteOf(const CitationRecord& citation) {
    QString place = QString::fromStdString(citation.document);
    if (!citation.place.empty())
        place += QStringLiteral(", ") + QString::fromStdString(citation.place);
    const QString quote = QString::fromStdString(citation.quote).toHtmlEscaped();
    const QString warning =
        citation.isVerified
            ? QString()
            : QStringLiteral("<p>%1</p>")
                  .arg(MessageWidget::tr("This passage is no longer in the source, word for word.")
                           .toHtmlEscaped());
    return QStringLiteral("<p><b>%1</b></p><p>“%2”</p>%3")
        .arg(place.toHtmlEscaped(), quote, warning);
}

// Blocks are left out where the question chose others, else only before they are encoded.
QString restOf(const MessageRecord& record) {
    if (record.tokensRead >= record.tokensInScope) return MessageWidget::tr("nothing dropped");
    return record.selectedBlocks.empty() ? MessageWidget::tr("the rest was not encoded yet")
                                         : MessageWidget::tr("the rest was not chosen");
}

}  // namespace

QString MessageWidget::figuresOf(const MessageRecord& record) {
    if (record.tokensInScope == 0) return {};
    QStringList parts;
    parts << tr("read %1 of %2 tokens, %3")
                 .arg(countText(record.tokensRead), countText(record.tokensInScope),
                      restOf(record));
    if (record.firstTokenSeconds > 0)
        parts << tr("first token %1").arg(roughTimeText(record.firstTokenSeconds));
    if (record.tokensPerSecond > 0)
        parts << tr("%1 tokens/s")
                     .arg(QLocale().toString(record.tokensPerSecond, 'f',
                                             record.tokensPerSecond < 9.95 ? 1 : 0));
    if (record.blocksRestored + record.blocksEncoded > 0)
        parts << tr("restored %1 blocks, encoded %2")
                     .arg(countText(record.blocksRestored), countText(record.blocksEncoded));
    if (record.end == MessageEnd::stopped) parts << tr("stopped");
    if (record.end == MessageEnd::maxTokens) parts << tr("ended at the longest answer allowed");
    return parts.join(QStringLiteral(" · "));
}

MessageWidget::MessageWidget(const ShownMessage& message, QWidget* parent)
    : QWidget(parent),
      m_body(new MessageBody(this)),
      m_chips(new QWidget(this)),
      m_chipLayout(new FlowLayout(m_chips)),
      m_noteLabel(new QLabel(this)),
      m_foot(new QWidget(this)),
      m_footLayout(new QHBoxLayout(m_foot)),
      m_figuresLabel(new QLabel(m_foot)) {
    const bool isQuestion = message.record.role == MessageRole::question;
    setObjectName(isQuestion ? QStringLiteral("questionWidget") : QStringLiteral("answerWidget"));
    m_noteLabel->setObjectName(QStringLiteral("messageNoteLabel"));
    m_noteLabel->setWordWrap(true);
    m_noteLabel->setTextFormat(Qt::PlainText);
    m_figuresLabel->setObjectName(QStringLiteral("figuresLabel"));
    m_figuresLabel->setForegroundRole(QPalette::PlaceholderText);
    m_figuresLabel->setWordWrap(true);
    m_figuresLabel->setTextInteractionFlags(Qt::TextSelectableByMouse);
    setRelativeFont(m_figuresLabel, kSmallPrint);
    m_footLayout->setContentsMargins(0, 0, 0, 0);
    m_footLayout->setSpacing(2);
    m_footLayout->addWidget(m_figuresLabel, 1);
    connect(m_body, &MessageBody::linkClicked, this, &MessageWidget::linkClicked);
    connect(m_body, &MessageBody::citationClicked, this, [this](int index) {
        if (index >= 0 && index < static_cast<int>(m_message.citations.size()))
            emit citationClicked(m_message.citations[static_cast<std::size_t>(index)]);
    });
    m_message = message;
    makeButtons();
    show(message);
}

void MessageWidget::makeButtons() {
    const auto add = [this](const char* iconName, const QString& name, const QString& objectName) {
        QToolButton* button = makeIconButton(iconName, name, objectName, m_foot);
        m_footLayout->addWidget(button);
        return button;
    };
    m_earlierButton = add("go-previous", tr("Earlier version"), QStringLiteral("earlierButton"));
    m_branchLabel = new QLabel(m_foot);
    m_branchLabel->setForegroundRole(QPalette::PlaceholderText);
    m_footLayout->addWidget(m_branchLabel);
    m_laterButton = add("go-next", tr("Later version"), QStringLiteral("laterButton"));
    connect(add("edit-copy", tr("Copy"), QStringLiteral("copyMessageButton")),
            &QToolButton::clicked, this, &MessageWidget::copyAsked);
    if (m_message.record.role == MessageRole::question) {
        connect(add("document-edit", tr("Edit and ask again"), QStringLiteral("editButton")),
                &QToolButton::clicked, this, &MessageWidget::editAsked);
    } else {
        connect(add("view-refresh", tr("Answer again"), QStringLiteral("regenerateButton")),
                &QToolButton::clicked, this, &MessageWidget::regenerateAsked);
        connect(add("dialog-question", tr("Why this answer"), QStringLiteral("explainButton")),
                &QToolButton::clicked, this, &MessageWidget::explainAsked);
    }
    const auto step = [this](int by) {
        const auto here =
            std::find(m_message.siblings.begin(), m_message.siblings.end(), m_message.record.id);
        const auto place = here - m_message.siblings.begin() + by;
        if (place >= 0 && place < static_cast<std::ptrdiff_t>(m_message.siblings.size()))
            emit branchAsked(m_message.siblings[static_cast<std::size_t>(place)]);
    };
    connect(m_earlierButton, &QToolButton::clicked, this, [step] { step(-1); });
    connect(m_laterButton, &QToolButton::clicked, this, [step] { step(1); });
}

void MessageWidget::show(const ShownMessage& message) {
    m_message = message;
    const bool isQuestion = message.record.role == MessageRole::question;
    const QString text = QString::fromStdString(message.record.text);
    if (isQuestion)
        m_body->showPlain(text);
    else
        m_body->showText(text, signsOf(message));
    m_body->setAccessibleName(isQuestion ? tr("Question") : tr("Answer"));
    QStringList quotes;
    for (const CitationRecord& citation : message.citations) quotes << quoteOf(citation);
    m_body->setQuotes(quotes);
    m_body->setVisible(!text.isEmpty());
    m_figuresLabel->setText(isQuestion ? QString() : figuresOf(message.record));
    m_foot->setVisible(message.record.id != 0);
    showChips();
    showBranches();
    showNote();
}

void MessageWidget::showChips() {
    while (QLayoutItem* item = m_chipLayout->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    for (std::size_t i = 0; i < m_message.citations.size(); ++i) {
        const CitationRecord& citation = m_message.citations[i];
        auto* chip = new QToolButton(m_chips);
        chip->setObjectName(QStringLiteral("citationButton%1").arg(i + 1));
        const QString document = QString::fromStdString(citation.document);
        const QString place = QString::fromStdString(citation.place);
        const QString text = QStringLiteral("%1  %2%3%4")
                                 .arg(i + 1)
                                 .arg(document.section(QLatin1Char('/'), -1),
                                      place.isEmpty() ? QString() : QStringLiteral(", ") + place,
                                      citation.isVerified ? QString() : QStringLiteral(" ⚠"));
        chip->setText(leftToRight(
            m_figuresLabel->fontMetrics().elidedText(text, Qt::ElideRight, kWidestChip)));
        chip->setToolTip(quoteOf(citation));
        chip->setAccessibleName(tr("Source %1: %2, %3").arg(i + 1).arg(document, place));
        chip->setAccessibleDescription(QString::fromStdString(citation.quote));
        chip->setToolButtonStyle(Qt::ToolButtonTextOnly);
        chip->setFocusPolicy(Qt::TabFocus);
        chip->setFont(m_figuresLabel->font());
        chip->setCursor(Qt::PointingHandCursor);
        connect(chip, &QToolButton::clicked, this,
                [this, citation] { emit citationClicked(citation); });
        m_chipLayout->addWidget(chip);
        chip->show();
    }
    m_chips->setVisible(!m_message.citations.empty());
}

void MessageWidget::showBranches() {
    const auto& siblings = m_message.siblings;
    const auto here = std::find(siblings.begin(), siblings.end(), m_message.record.id);
    const auto place = here - siblings.begin() + 1;
    const bool isForked = siblings.size() > 1;
    m_earlierButton->setVisible(isForked);
    m_laterButton->setVisible(isForked);
    m_branchLabel->setVisible(isForked);
    m_earlierButton->setEnabled(place > 1);
    m_laterButton->setEnabled(place < static_cast<std::ptrdiff_t>(siblings.size()));
    m_branchLabel->setText(tr("%1 of %2").arg(place).arg(siblings.size()));
}

void MessageWidget::showNote() {
    QString note = m_message.error;
    if (m_message.isStreaming && m_message.record.text.empty()) note = tr("Reading the question…");
    m_noteLabel->setText(note);
    m_noteLabel->setVisible(!note.isEmpty());
    QPalette colors = palette();
    colors.setColor(QPalette::WindowText,
                    m_message.error.isEmpty()
                        ? colors.color(QPalette::PlaceholderText)
                        : Theme::of(colors).stateColor(DocumentState::failed));
    m_noteLabel->setPalette(colors);
}

int MessageWidget::fitWidth(int width) {
    const bool isQuestion = m_message.record.role == MessageRole::question;
    const bool isLeftToRight = layoutDirection() == Qt::LeftToRight;
    int y = isQuestion ? kBubblePadding : 0;
    if (isQuestion) {
        const int most = width * 17 / 20 - 2 * kBubblePadding;
        m_body->fitWidth(most);
        m_body->fitWidth(std::min(most, m_body->textWidth() + 2));
        const int left = isLeftToRight ? width - kBubblePadding - m_body->width() : kBubblePadding;
        m_body->move(left, y);
        y += m_body->height();
        m_bubble = m_body->geometry().marginsAdded(
            {kBubblePadding, kBubblePadding, kBubblePadding, kBubblePadding});
        y += kBubblePadding + 2;
    } else if (!m_body->isHidden()) {
        m_body->fitWidth(width);
        m_body->move(0, y);
        y += m_body->height() + kGridUnit;
    }
    const auto place = [&](QWidget* widget, int height, int gap) {
        if (widget->isHidden()) return;
        widget->setGeometry(0, y, width, height);
        y += height + gap;
    };
    if (!m_noteLabel->isHidden()) place(m_noteLabel, m_noteLabel->heightForWidth(width), kGridUnit);
    if (!m_chips->isHidden()) place(m_chips, m_chipLayout->heightForWidth(width), kGridUnit / 2);
    if (!m_foot->isHidden())
        place(m_foot,
              std::max(m_footLayout->heightForWidth(width), m_foot->minimumSizeHint().height()), 0);
    return y;
}

void MessageWidget::paintEvent(QPaintEvent*) {
    if (m_message.record.role != MessageRole::question) return;
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    QColor tint = palette().color(QPalette::Highlight);
    tint.setAlpha(26);
    painter.setBrush(tint);
    painter.setPen(Qt::NoPen);
    painter.drawRoundedRect(m_bubble, kGridUnit, kGridUnit);
}

}  // namespace asterism
