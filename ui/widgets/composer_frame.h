#pragma once

#include <QWidget>

class QLabel;
class QPushButton;

namespace asterism {

// The rounded box around the question that is being written, as wide as the column of messages.
class ComposerFrame : public QWidget {
    Q_OBJECT

  public:
    explicit ComposerFrame(QWidget* parent);

    void setParts(QWidget* edit, QLabel* scope, QLabel* model, QPushButton* send);

  protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    QWidget* m_box;
    QWidget* m_edit = nullptr;
};

}  // namespace asterism
