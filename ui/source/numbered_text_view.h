#pragma once

#include <QPlainTextEdit>

namespace asterism {

// Text as it was read, with line numbers and a marked passage. Read-only.
class NumberedTextView : public QPlainTextEdit {
    Q_OBJECT

  public:
    explicit NumberedTextView(QWidget* parent);

    // Marks characters [begin, end) and scrolls there; an empty range marks nothing.
    void mark(int begin, int end);
    QString markedText() const;

  protected:
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;

  private:
    class Numbers;

    int numbersWidth() const;
    void placeNumbers();
    void paintNumbers(QPaintEvent* event);

    Numbers* m_numbers;
};

}  // namespace asterism
