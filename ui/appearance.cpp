#include "ui/appearance.h"

#include <algorithm>

#include <QApplication>

#include "ui/settings.h"

namespace asterism {

Appearance::Appearance(Settings& settings, QObject* parent)
    : QObject(parent), m_settings(settings), m_systemFont(QApplication::font()) {
    connect(&m_system, &SystemColorScheme::changed, this, &Appearance::applyScheme);
    connect(&settings, &Settings::changed, this, [this](Setting setting) {
        if (setting == Setting::theme) applyScheme();
        if (setting == Setting::fontPoints) applyFont();
    });
    applyScheme();
    applyFont();
}

void Appearance::zoom(int steps) {
    const int now = QApplication::font().pointSize();
    m_settings.set(Setting::fontPoints,
                   steps == 0 ? 0 : std::clamp(now + steps, kSmallestPoints, kLargestPoints));
}

void Appearance::applyScheme() {
    const QString theme = m_settings.text(Setting::theme);
    ColorScheme scheme = m_system.scheme();
    if (theme == QLatin1String("dark")) scheme = ColorScheme::dark;
    if (theme == QLatin1String("light")) scheme = ColorScheme::light;
    applyTheme(*qApp, scheme);
}

void Appearance::applyFont() {
    QFont font = m_systemFont;
    const int points = m_settings.number(Setting::fontPoints);
    if (points > 0) font.setPointSize(std::clamp(points, kSmallestPoints, kLargestPoints));
    QApplication::setFont(font);
}

}  // namespace asterism
