#pragma once

#include <vector>

#include <QStringList>

class QTextDocument;
class QPalette;

namespace asterism {

// A sign in the text of a message that its writer did not write.
struct TextSign {
    enum class Kind : std::uint8_t { citation, quotationBegin, quotationEnd };

    Kind kind = Kind::citation;
    qsizetype position = 0;  // in the text, UTF-16
    int number = 1;          // of a citation, from 1, at most kMostCitations
};

inline constexpr int kMostCitations = 255;

// Fills a document with a message: headings, lists, tables, quotes, code with a "Copy" link. Links
// of citations are "cite:N", of code blocks "copy:N" (N from 0, in the order of the text). HTML is
// shown as it is written, and images as links: nothing is ever loaded. Signs inside code are left
// out. Signs that are quotations which are not in the sources: between begin and end the text is
// underlined, and a note follows.
void showMarkdown(QTextDocument& document, const QString& markdown,
                  const std::vector<TextSign>& signs, const QPalette& palette);

// The texts of the fenced code blocks, in order.
QStringList codeBlocks(const QString& markdown);

}  // namespace asterism
