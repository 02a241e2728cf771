#pragma once

#include <QTextBrowser>

namespace asterism {

// A source's text as it is read: headings, lists, tables. Never loads anything; links lead nowhere.
class ReadingView : public QTextBrowser {
    Q_OBJECT

  public:
    explicit ReadingView(QWidget* parent);

    void showText(const QString& markdown);

  protected:
    QVariant loadResource(int type, const QUrl& name) override;
    void changeEvent(QEvent* event) override;

  private:
    QString m_text;
};

}  // namespace asterism
