#pragma once

#include <QLabel>

namespace asterism {

// One line of plain text that is cut with an ellipsis where there is no room for it; the tool tip
// then says all of it. text() is the whole line.
class ElidingLabel : public QLabel {
    Q_OBJECT

  public:
    explicit ElidingLabel(Qt::TextElideMode mode, QWidget* parent = nullptr);

    QSize minimumSizeHint() const override;

  protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;

  private:
    QString shownText() const;

    Qt::TextElideMode m_mode;
};

}  // namespace asterism
