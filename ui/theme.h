#pragma once

#include <cstdint>

#include <QColor>
#include <QPalette>

class QApplication;

namespace asterism {

enum class DocumentState : std::uint8_t;

enum class ColorScheme : std::uint8_t { light, dark };

// Everything is laid out on multiples of this many device-independent pixels, or of half of it.
inline constexpr int kGridUnit = 8;

// The colours of one scheme. Text colours have a contrast of at least 4.5:1 on window, base and
// alternateBase; state colours and borders of controls at least 3:1.
class Theme {
  public:
    static const Theme& of(ColorScheme scheme);
    // The theme a widget is shown in: what our own painting goes by.
    static const Theme& of(const QPalette& palette);

    ColorScheme scheme() const { return m_scheme; }
    QPalette palette() const;

    QColor window;         // behind panels and bars
    QColor base;           // behind text, tables and charts
    QColor alternateBase;  // every other row
    QColor button;
    QColor line;     // separators, which carry no meaning
    QColor outline;  // edges of controls and charts
    QColor text;
    QColor mutedText;
    QColor disabledText;  // of what cannot be used now: exempt from the contrast rule
    QColor accent;        // the one colour for selection, focus, links and what is at work
    QColor onAccent;      // text on accent

    // Of a document and of its blocks.
    QColor stateColor(DocumentState state) const;

    // What a decoding step spends its time on, in the order of StepParts.
    static constexpr int kStepParts = 5;
    QColor stepPartColor(int part) const;

  private:
    explicit Theme(ColorScheme scheme) : m_scheme(scheme) {}
    static Theme makeLight();
    static Theme makeDark();

    ColorScheme m_scheme;
};

// The scheme a palette was made for: dark if its text is lighter than its window.
ColorScheme schemeOf(const QPalette& palette);

// Contrast of two opaque colours by WCAG 2.1: 1 to 21.
double contrastRatio(const QColor& one, const QColor& other);

// Shows the whole program in Qt's Fusion style under a theme's palette.
void applyTheme(QApplication& application, ColorScheme scheme);

}  // namespace asterism
