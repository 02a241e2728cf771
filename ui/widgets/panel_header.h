#pragma once

#include <QWidget>

class QHBoxLayout;
class QLabel;
class QToolButton;

namespace asterism {

// The line over a list: its title, what it adds up to, and small buttons at the end.
class PanelHeader : public QWidget {
    Q_OBJECT

  public:
    explicit PanelHeader(const QString& title, QWidget* parent = nullptr);

    void setFigures(const QString& figures);
    // `name` is shown as tool tip and read by screen readers; `objectName` finds the button.
    QToolButton* addButton(const char* iconName, const QString& name, const QString& objectName);

  private:
    QHBoxLayout* m_layout;
    QLabel* m_figuresLabel;
};

// A button with an icon alone, named for screen readers.
QToolButton* makeIconButton(const char* iconName, const QString& name, const QString& objectName,
                            QWidget* parent);

}  // namespace asterism
