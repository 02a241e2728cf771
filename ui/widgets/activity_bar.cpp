#include "ui/widgets/activity_bar.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QProgressBar>
#include <QToolButton>

#include "ui/figures.h"
#include "ui/icons.h"
#include "ui/theme.h"
#include "ui/widgets/eliding_label.h"
#include "ui/widgets/panel_header.h"

namespace asterism {

QString ActivityBar::textOf(const Activity& activity) {
    using Stage = Activity::Stage;
    const QString count =
        activity.total > 0 ? tr("%1 of %2").arg(countText(activity.done), countText(activity.total))
                           : QString();
    switch (activity.stage) {
        case Stage::idle:
            return {};
        case Stage::openingModel:
            return tr("Opening the model %1").arg(activity.subject);
        case Stage::reading:
            return activity.total > 0 ? tr("Reading file %1: %2").arg(count, activity.subject)
                                      : tr("Looking at the files");
        case Stage::waiting:
            return tr("Waiting for another program that works on this project");
        case Stage::encoding:
            return activity.total > 0 ? tr("Encoding: %1 blocks").arg(count)
                                      : tr("Preparing the blocks");
        case Stage::loading:
            return activity.total > 0 ? tr("Loading: %1 blocks").arg(count)
                                      : tr("Loading what was encoded before");
        case Stage::explaining:
            return tr("Finding out what the answer depends on");
        case Stage::summarizing:
            return activity.total > 0 ? tr("Summarising %1: %2").arg(count, activity.subject)
                                      : tr("Summarising");
        case Stage::removing:
            return tr("Deleting the project %1, once no other program works on it")
                .arg(activity.subject);
    }
    return {};
}

ActivityBar::ActivityBar(QWidget* parent)
    : QWidget(parent),
      m_activityLabel(new ElidingLabel(Qt::ElideMiddle, this)),
      m_progressBar(new QProgressBar(this)),
      m_rateLabel(new QLabel(this)) {
    m_activityLabel->setObjectName(QStringLiteral("activityLabel"));
    m_activityLabel->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_activityLabel->setForegroundRole(QPalette::PlaceholderText);
    m_progressBar->setObjectName(QStringLiteral("activityProgressBar"));
    m_progressBar->setAccessibleName(tr("Progress"));
    m_progressBar->setTextVisible(false);
    m_progressBar->setFixedSize(20 * kGridUnit, kGridUnit);
    m_rateLabel->setForegroundRole(QPalette::PlaceholderText);
    m_pauseButton =
        makeIconButton("media-playback-pause", tr("Pause"), QStringLiteral("pauseButton"), this);
    m_stopButton =
        makeIconButton("media-playback-stop", tr("Stop"), QStringLiteral("stopButton"), this);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(kGridUnit, 0, kGridUnit / 2, 0);
    layout->setSpacing(kGridUnit);
    layout->addWidget(m_activityLabel, 1);
    layout->addWidget(m_rateLabel);
    layout->addWidget(m_progressBar);
    layout->addWidget(m_pauseButton);
    layout->addWidget(m_stopButton);
    setMinimumHeight(3 * kGridUnit);
    connect(m_stopButton, &QToolButton::clicked, this, &ActivityBar::stopAsked);
    connect(m_pauseButton, &QToolButton::clicked, this,
            [this] { m_isPaused ? emit resumeAsked() : emit pauseAsked(); });
    refresh();
}

void ActivityBar::setIdleText(const QString& text) {
    m_idleText = text;
    refresh();
}

void ActivityBar::show(const Activity& activity) {
    m_activity = activity;
    refresh();
}

void ActivityBar::setPaused(bool isPaused) {
    m_isPaused = isPaused;
    refresh();
}

void ActivityBar::refresh() {
    const bool isIdle = m_activity.isIdle();
    const QString text = isIdle && m_isPaused ? tr("Paused. Finished blocks are kept.")
                         : isIdle             ? m_idleText
                                              : textOf(m_activity);
    m_activityLabel->setText(text);
    QStringList figures;
    if (m_activity.tokensPerSecond > 0)
        figures << tr("%1 tokens/s").arg(QLocale().toString(m_activity.tokensPerSecond, 'f', 0));
    if (m_activity.secondsLeft > 0)
        figures << tr("%1 left").arg(roughTimeText(m_activity.secondsLeft));
    m_rateLabel->setText(figures.join(QStringLiteral(" · ")));
    m_progressBar->setVisible(!isIdle);
    m_progressBar->setRange(0, static_cast<int>(m_activity.total));
    m_progressBar->setValue(static_cast<int>(m_activity.done));
    const bool isPaused = isIdle && m_isPaused;
    m_pauseButton->setVisible(isPaused || m_activity.canPause);
    m_pauseButton->setIcon(icon(isPaused ? "media-playback-start" : "media-playback-pause"));
    const QString pauseName = isPaused ? tr("Resume") : tr("Pause");
    m_pauseButton->setToolTip(pauseName);
    m_pauseButton->setAccessibleName(pauseName);
    m_stopButton->setVisible(!isIdle && m_activity.stage != Activity::Stage::openingModel);
}

}  // namespace asterism
