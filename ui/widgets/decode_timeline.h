#pragma once

#include "ui/models/answer_timing.h"
#include "ui/widgets/chart_widget.h"

namespace asterism {

// The decoding steps of an answer, one bar a token as high as its time, stacked by what the time
// went into where the back end tells it. Where there are more steps than pixels, a bar is the
// slowest of its steps.
// Left, Right, Home and End move from step to step.
class DecodeTimeline : public ChartWidget {
    Q_OBJECT

  public:
    explicit DecodeTimeline(QWidget* parent = nullptr);

    const AnswerTiming& timing() const { return m_timing; }
    int currentStep() const { return m_current; }  // -1: none

    QString cursorText() const override;
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

  public slots:
    // Begins an answer.
    void start();
    void setQuery(std::int64_t tokens, double seconds);
    void addStep(const asterism::DecodeStep& step);

  protected:
    QString textAt(const QPoint& point) const override;
    void paintEvent(QPaintEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

  private:
    QRect plot() const;
    int steps() const { return static_cast<int>(m_timing.steps.size()); }
    // Height of the plot: the slowest step and some air.
    double shownSeconds() const { return 1.06 * m_slowest; }
    int stepAt(const QPoint& point) const;
    QString words(int step) const;
    void paintLegend(QPainter& painter) const;
    void paintAxis(QPainter& painter, const QRect& plot) const;
    void paintBars(QPainter& painter, const QRect& plot) const;
    // bar: the whole height of the plot.
    void paintBar(QPainter& painter, const QRect& bar, const DecodeStep& step) const;

    AnswerTiming m_timing;
    double m_slowest = 0;
    StepParts m_sums;  // of the steps whose parts are known
    bool m_hasParts = false;
    int m_current = -1;
};

}  // namespace asterism
