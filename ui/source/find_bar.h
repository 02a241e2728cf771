#pragma once

#include <QTextDocument>
#include <QWidget>

class QLabel;
class QLineEdit;

namespace asterism {

// Asks for words to find in the document that is shown. Esc closes it.
class FindBar : public QWidget {
    Q_OBJECT

  public:
    explicit FindBar(QWidget* parent);

    void open();
    void showFound(bool isFound);

  signals:
    void findAsked(const QString& words, QTextDocument::FindFlags flags);
    void closed();

  protected:
    bool event(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

  private:
    QLineEdit* m_wordsEdit;
    QLabel* m_resultLabel;
};

}  // namespace asterism
