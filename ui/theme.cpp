#include "ui/theme.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <QApplication>

#include "storage/records.h"
#include "ui/program_style.h"

namespace asterism {

namespace {

// Luminance of one channel, WCAG 2.1.
double linear(float channel) {
    const double value = channel;
    return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
}

double luminance(const QColor& color) {
    return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF()) +
           0.0722 * linear(color.blueF());
}

}  // namespace

Theme Theme::makeLight() {
    Theme theme(ColorScheme::light);
    theme.window = QColor(0xf5, 0xf6, 0xf8);
    theme.base = QColor(0xff, 0xff, 0xff);
    theme.alternateBase = QColor(0xf8, 0xf9, 0xfb);
    theme.button = QColor(0xfc, 0xfc, 0xfd);
    theme.line = QColor(0xdd, 0xe1, 0xe7);
    theme.outline = QColor(0x84, 0x8d, 0x9b);
    theme.text = QColor(0x1a, 0x1e, 0x26);
    theme.mutedText = QColor(0x57, 0x60, 0x6e);
    theme.disabledText = QColor(0x94, 0x9b, 0xa7);
    theme.accent = QColor(0x36, 0x55, 0xc8);
    theme.onAccent = QColor(0xff, 0xff, 0xff);
    return theme;
}

Theme Theme::makeDark() {
    Theme theme(ColorScheme::dark);
    theme.window = QColor(0x1c, 0x1f, 0x25);
    theme.base = QColor(0x15, 0x17, 0x1c);
    theme.alternateBase = QColor(0x1a, 0x1d, 0x23);
    theme.button = QColor(0x2a, 0x2e, 0x36);
    theme.line = QColor(0x33, 0x38, 0x41);
    theme.outline = QColor(0x76, 0x80, 0x90);
    theme.text = QColor(0xe7, 0xea, 0xef);
    theme.mutedText = QColor(0xa5, 0xad, 0xba);
    theme.disabledText = QColor(0x6c, 0x74, 0x81);
    theme.accent = QColor(0x8f, 0xa8, 0xff);
    theme.onAccent = QColor(0x10, 0x14, 0x22);
    return theme;
}

const Theme& Theme::of(ColorScheme scheme) {
    static const Theme light = makeLight();
    static const Theme dark = makeDark();
    return scheme == ColorScheme::dark ? dark : light;
}

const Theme& Theme::of(const QPalette& palette) {
    return of(schemeOf(palette));
}

QPalette Theme::palette() const {
    QPalette palette;
    const auto set = [&](QPalette::ColorRole role, const QColor& color, const QColor& disabled) {
        palette.setColor(QPalette::Active, role, color);
        palette.setColor(QPalette::Inactive, role, color);
        palette.setColor(QPalette::Disabled, role, disabled);
    };
    set(QPalette::Window, window, window);
    set(QPalette::Base, base, window);
    set(QPalette::AlternateBase, alternateBase, window);
    set(QPalette::Button, button, window);
    set(QPalette::ToolTipBase, button, button);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText,
                            QPalette::ToolTipText, QPalette::BrightText})
        set(role, text, disabledText);
    set(QPalette::PlaceholderText, mutedText, disabledText);
    set(QPalette::Highlight, accent, line);
    set(QPalette::HighlightedText, onAccent, disabledText);
    set(QPalette::Link, accent, disabledText);
    set(QPalette::LinkVisited, accent, disabledText);
    // Fusion draws bevels and frames in these.
    const bool isDark = m_scheme == ColorScheme::dark;
    set(QPalette::Light, isDark ? button.lighter(130) : base, line);
    set(QPalette::Midlight, isDark ? button.lighter(115) : alternateBase, line);
    set(QPalette::Mid, line, line);
    set(QPalette::Dark, outline, line);
    set(QPalette::Shadow, isDark ? QColor(0x08, 0x09, 0x0b) : outline, line);
    return palette;
}

QColor Theme::stateColor(DocumentState state) const {
    const bool isDark = m_scheme == ColorScheme::dark;
    switch (state) {
        case DocumentState::queued:
            return outline;
        case DocumentState::reading:
            return isDark ? QColor(0x6f, 0xb7, 0xe8) : QColor(0x1f, 0x78, 0xb4);
        case DocumentState::encoding:
            return accent;
        case DocumentState::ready:
            return isDark ? QColor(0x4f, 0xc3, 0xa1) : QColor(0x12, 0x7a, 0x61);
        case DocumentState::changed:
            return isDark ? QColor(0xe6, 0xb4, 0x50) : QColor(0x94, 0x62, 0x00);
        case DocumentState::failed:
            return isDark ? QColor(0xff, 0x8a, 0x75) : QColor(0xc2, 0x36, 0x16);
    }
    return outline;
}

QColor Theme::stepPartColor(int part) const {
    // Five hues that stay apart for the common kinds of colour blindness, in steps of lightness.
    static const std::array<QColor, kStepParts> light = {
        QColor(0x36, 0x55, 0xc8), QColor(0x12, 0x7a, 0x61), QColor(0xb3, 0x5c, 0x00),
        QColor(0x9b, 0x3d, 0x8f), QColor(0x84, 0x8d, 0x9b)};
    static const std::array<QColor, kStepParts> dark = {
        QColor(0x8f, 0xa8, 0xff), QColor(0x4f, 0xc3, 0xa1), QColor(0xf0, 0xa8, 0x4c),
        QColor(0xe0, 0x8b, 0xd0), QColor(0x8a, 0x94, 0xa4)};
    const auto& colors = m_scheme == ColorScheme::dark ? dark : light;
    return colors[static_cast<std::size_t>(std::clamp(part, 0, kStepParts - 1))];
}

ColorScheme schemeOf(const QPalette& palette) {
    return luminance(palette.color(QPalette::WindowText)) >
                   luminance(palette.color(QPalette::Window))
               ? ColorScheme::dark
               : ColorScheme::light;
}

double contrastRatio(const QColor& one, const QColor& other) {
    const auto [darker, lighter] = std::minmax({luminance(one), luminance(other)});
    return (lighter + 0.05) / (darker + 0.05);
}

void applyTheme(QApplication& application, ColorScheme scheme) {
    application.setStyle(new ProgramStyle);
    application.setPalette(Theme::of(scheme).palette());
}

}  // namespace asterism
