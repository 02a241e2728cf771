#pragma once

#include <QLabel>

namespace asterism {

// One line of plain text that ends in an ellipsis where there is no room for it, and tells all of
// it in its tool tip then. Takes any width.
class ElidedLabel : public QLabel {
  public:
    explicit ElidedLabel(QWidget* parent);

    QSize minimumSizeHint() const override;

  protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

  private:
    QString shownText() const;
};

}  // namespace asterism
