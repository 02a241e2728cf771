#pragma once

#include <QWidget>

#include "ui/activity.h"

class QLabel;
class QProgressBar;
class QToolButton;

namespace asterism {

// What the engine is doing, how far it is and how long it still takes, with Pause and Stop. Says
// `idleText` while nothing is being done; after Pause it offers to go on.
class ActivityBar : public QWidget {
    Q_OBJECT

  public:
    explicit ActivityBar(QWidget* parent = nullptr);

    void setIdleText(const QString& text);
    void show(const Activity& activity);
    void setPaused(bool isPaused);

    static QString textOf(const Activity& activity);

  signals:
    void pauseAsked();
    void resumeAsked();
    void stopAsked();

  private:
    void refresh();

    QLabel* m_activityLabel;
    QProgressBar* m_progressBar;
    QLabel* m_rateLabel;
    QToolButton* m_pauseButton;
    QToolButton* m_stopButton;
    Activity m_activity;
    QString m_idleText;
    bool m_isPaused = false;
};

}  // namespace asterism
