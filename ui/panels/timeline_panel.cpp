#include "ui/panels/timeline_panel.h"

#include <algorithm>
#include <iterator>

#include <QLabel>
#include <QSplitter>
#include <QVBoxLayout>

#include "ui/figures.h"
#include "ui/theme.h"
#include "ui/widgets/decode_timeline.h"
#include "ui/widgets/heat_strip.h"

namespace asterism {

TimelinePanel::TimelinePanel(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("timelinePanel"));
    setAccessibleName(tr("Timeline"));
    m_summary = new QLabel(this);
    m_summary->setObjectName(QStringLiteral("timelineSummaryLabel"));
    m_summary->setWordWrap(true);
    m_summary->setTextFormat(Qt::PlainText);
    m_steps = new DecodeTimeline(this);
    m_heat = new HeatStrip(this);

    auto* splitter = new QSplitter(Qt::Vertical, this);
    splitter->setObjectName(QStringLiteral("timelineSplitter"));
    splitter->setChildrenCollapsible(false);
    splitter->setHandleWidth(kGridUnit);
    splitter->addWidget(m_steps);
    splitter->addWidget(m_heat);

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kGridUnit, kGridUnit, kGridUnit, kGridUnit);
    layout->setSpacing(kGridUnit);
    layout->addWidget(m_summary);
    layout->addWidget(splitter, 1);
    connect(m_heat, &HeatStrip::blockActivated, this, &TimelinePanel::blockActivated);
    showSummary();
}

const AnswerTiming& TimelinePanel::timing() const {
    return m_steps->timing();
}

void TimelinePanel::startAnswer(int blocks) {
    m_steps->start();
    m_heat->start(blocks);
    m_stepSeconds = 0;
    showSummary();
}

void TimelinePanel::queryEncoded(const QueryEncoded& event) {
    m_steps->setQuery(event.queryTokens, event.seconds);
    showSummary();
}

void TimelinePanel::tokenDecoded(const TokenDecoded& event) {
    DecodeStep step{QString::fromStdString(event.text), event.seconds, event.parts};
    // The first token's time begins with the question's.
    if (timing().steps.empty()) step.seconds = std::max(0.0, step.seconds - timing().querySeconds);
    m_stepSeconds += step.seconds;
    m_heat->addToken(step.text, event.blockMass);
    m_steps->addStep(step);
    showSummary();
}

void TimelinePanel::showSummary() {
    const AnswerTiming& answer = timing();
    if (answer.queryTokens == 0 && answer.steps.empty()) {
        m_summary->setText(tr("No answer yet. Ask a question to see how its answer comes."));
        return;
    }
    QStringList parts{tr("query of %1 in %2", "tokens, time")
                          .arg(tokensText(answer.queryTokens), durationText(answer.querySeconds))};
    if (!answer.steps.empty()) {
        const double first = answer.querySeconds + answer.steps.front().seconds;
        parts << tr("first token %1", "time").arg(durationText(first));
        // As under an answer: the steps after the first token.
        const double seconds = m_stepSeconds - answer.steps.front().seconds;
        parts << tokensText(std::ssize(answer.steps));
        if (seconds > 0)
            parts << tr("%1 tokens/s")
                         .arg(rateText(static_cast<double>(answer.steps.size() - 1) / seconds));
    }
    m_summary->setText(parts.join(QStringLiteral(" \u00b7 ")));
}

}  // namespace asterism
