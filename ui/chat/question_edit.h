#pragma once

#include <QPlainTextEdit>

namespace asterism {

// Where a question is written: Enter sends, Shift+Enter breaks the line; grows with its text. A
// long paste is handed on to become a document. Files that are dropped on it go to the window.
class QuestionEdit : public QPlainTextEdit {
    Q_OBJECT

  public:
    static constexpr int kLongPaste = 4000;  // characters

    explicit QuestionEdit(QWidget* parent);

  signals:
    void sendAsked();
    void longTextPasted(const QString& text);

  protected:
    void keyPressEvent(QKeyEvent* event) override;
    void insertFromMimeData(const QMimeData* source) override;
    void resizeEvent(QResizeEvent* event) override;

  private:
    void fitHeight();
};

}  // namespace asterism
