#pragma once

#include <QWidget>

#include "core/events.h"
#include "ui/models/answer_timing.h"

class QLabel;

namespace asterism {

class DecodeTimeline;
class HeatStrip;

// How an answer came: the time of every token above, the attention over the blocks below, on one
// axis. Filled by the engine's events; repaints are Qt's, once per frame however many came.
class TimelinePanel : public QWidget {
    Q_OBJECT

  public:
    explicit TimelinePanel(QWidget* parent = nullptr);

    const AnswerTiming& timing() const;

  public slots:
    // A question over a context of this many blocks goes to the engine.
    void startAnswer(int blocks);
    void queryEncoded(const asterism::QueryEncoded& event);
    void tokenDecoded(const asterism::TokenDecoded& event);

  signals:
    void blockActivated(int block);

  private:
    void showSummary();

    QLabel* m_summary = nullptr;
    DecodeTimeline* m_steps = nullptr;
    HeatStrip* m_heat = nullptr;
    double m_stepSeconds = 0;  // of all steps
};

}  // namespace asterism
