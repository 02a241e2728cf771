#pragma once

#include <QWidget>

class QLabel;
class QPushButton;

namespace asterism {

// What stands where there is nothing to show: a sign, one cause, and one button for the next step.
class EmptyState : public QWidget {
    Q_OBJECT

  public:
    explicit EmptyState(QWidget* parent = nullptr);

    // An empty button text leaves the button away.
    void show(const char* iconName, const QString& title, const QString& text,
              const QString& button);

  signals:
    void activated();

  protected:
    void changeEvent(QEvent* event) override;

  private:
    void showSign();

    const char* m_iconName = "dialog-information";
    QLabel* m_signLabel;
    QLabel* m_titleLabel;
    QLabel* m_textLabel;
    QPushButton* m_actionButton;
};

}  // namespace asterism
