#pragma once

#include <cstdint>

#include <QWidget>

class QLabel;
class QPushButton;

namespace asterism {

// One line that says what is up, with at most one button; hidden while there is nothing to say.
class NoticeBar : public QWidget {
    Q_OBJECT

  public:
    enum class Kind : std::uint8_t { information, warning, error };

    explicit NoticeBar(QWidget* parent = nullptr);

    void show(Kind kind, const QString& text, const QString& button = {});
    QString text() const;

  signals:
    void activated();

  protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

  private:
    void showSign();

    QLabel* m_signLabel;
    QLabel* m_textLabel;
    QPushButton* m_actionButton;
    Kind m_kind = Kind::information;
};

}  // namespace asterism
