#pragma once

#include <QTextBrowser>

namespace asterism {

// A source's text as it is read: headings, lists, tables. Never loads anything; links lead nowhere.
class ReadingView : public QTextBrowser {
    Q_OBJECT

  public:
    explicit ReadingView(QWidget* parent);

    void showText(const QString& markdown);
    // Marks characters [begin, end) of the document's raw text and scrolls there.
    void mark(int begin, int end);

  protected:
    QVariant loadResource(int type, const QUrl& name) override;
    void changeEvent(QEvent* event) override;

  private:
    void render();

    QString m_text;
    int m_markBegin = 0;
    int m_markEnd = 0;
};

}  // namespace asterism
