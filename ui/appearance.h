#pragma once

#include <QFont>
#include <QObject>

#include "ui/system_color_scheme.h"

namespace asterism {

class Settings;

// Sizes of text that can be chosen, in points.
inline constexpr int kSmallestPoints = 7;
inline constexpr int kLargestPoints = 28;

// Shows the program in the theme and font size that are set, and follows them and the desktop.
class Appearance : public QObject {
    Q_OBJECT

  public:
    explicit Appearance(Settings& settings, QObject* parent = nullptr);

    // Steps of the font size: up, down, or back to the desktop's (0).
    void zoom(int steps);

  private:
    void applyScheme();
    void applyFont();

    Settings& m_settings;
    QFont m_systemFont;
    SystemColorScheme m_system;
};

}  // namespace asterism
