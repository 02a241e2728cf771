#pragma once

#include <QString>
#include <QTextCharFormat>

class QPalette;

namespace asterism {

// A stretch of characters; empty: not found.
struct TextStretch {
    qsizetype begin = 0;
    qsizetype end = 0;
    bool isEmpty() const { return begin >= end; }
};

// Finds a passage in another rendering of the same text: white space, hyphens at line ends and
// characters that are not shown may differ. If only its beginning is there (the passage goes on on
// the next page), the stretch goes to the end of the text.
TextStretch findPassage(const QString& text, const QString& passage);

// How a passage is marked in text.
QTextCharFormat passageFormat(const QPalette& palette);

}  // namespace asterism
