#pragma once

#include <vector>

#include <QTextBrowser>

#include "ui/chat/markdown_text.h"

namespace asterism {

// The text of one message: selectable, readable line by line, as high as it is long. Never loads
// anything and follows no link by itself.
class MessageBody : public QTextBrowser {
    Q_OBJECT

  public:
    explicit MessageBody(QWidget* parent);

    void showText(const QString& markdown, const std::vector<TextSign>& signs);
    // Words as they are, no Markdown: what a person wrote.
    void showPlain(const QString& text);
    // Width of the longest line, to fit a short question.
    int textWidth() const;
    void fitWidth(int width);
    // Tool tips of citations, the first for cite:0.
    void setQuotes(const QStringList& quotes) { m_quotes = quotes; }

  signals:
    void citationClicked(int index);
    void linkClicked(const QUrl& address);

  protected:
    QVariant loadResource(int type, const QUrl& name) override;
    bool event(QEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void changeEvent(QEvent* event) override;

  private:
    void follow(const QUrl& link);
    void render();

    QString m_text;
    std::vector<TextSign> m_signs;
    QStringList m_quotes;
    bool m_isPlain = false;
};

}  // namespace asterism
