#include "ui/source/passage_finder.h"

#include <vector>

#include <QPalette>

#include "ui/theme.h"

namespace asterism {

namespace {

// A text's letters and signs alone, and where each of them stood.
struct Squeezed {
    QString letters;
    std::vector<qsizetype> places;
};

Squeezed squeeze(const QString& text) {
    Squeezed squeezed;
    squeezed.letters.reserve(text.size());
    for (qsizetype i = 0; i < text.size(); ++i) {
        const QChar letter = text[i];
        const bool isLeftOut = letter.isSpace() || letter == QLatin1Char('-') ||
                               letter.unicode() == 0xFFFE || letter.unicode() == 0x00AD ||
                               letter.category() == QChar::Other_Control;
        if (isLeftOut) continue;
        // Ligatures are letters in one rendering and one sign in the other.
        for (const QChar part : QString(letter).normalized(QString::NormalizationForm_KC)) {
            squeezed.letters += part;
            squeezed.places.push_back(i);
        }
    }
    return squeezed;
}

}  // namespace

TextStretch findPassage(const QString& text, const QString& passage) {
    const Squeezed inText = squeeze(text);
    const QString wanted = squeeze(passage).letters;
    if (wanted.isEmpty()) return {};
    const auto stretch = [&](qsizetype begin, qsizetype length) {
        return TextStretch{inText.places[static_cast<std::size_t>(begin)],
                           inText.places[static_cast<std::size_t>(begin + length - 1)] + 1};
    };
    const qsizetype whole = inText.letters.indexOf(wanted);
    if (whole >= 0) return stretch(whole, wanted.size());
    constexpr qsizetype kBeginning = 40;
    const qsizetype begin = inText.letters.indexOf(wanted.left(kBeginning));
    if (begin < 0) return {};
    const qsizetype length = inText.letters.size() - begin;
    if (length > wanted.size()) return {};
    return stretch(begin, length);
}

QTextCharFormat passageFormat(const QPalette& palette) {
    const bool isDark = schemeOf(palette) == ColorScheme::dark;
    QTextCharFormat format;
    format.setBackground(isDark ? QColor(0x5c, 0x4a, 0x12) : QColor(0xff, 0xed, 0xa8));
    format.setForeground(palette.text());
    return format;
}

}  // namespace asterism
