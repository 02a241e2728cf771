#pragma once

#include <QFont>

class QWidget;

namespace asterism {

// Gives a widget its parent's font at a share of its size, and keeps it so when a person changes
// the size of text. A font that is set once would stay as large as it was. The widget stays with
// its parent.
void setRelativeFont(QWidget* widget, double share, QFont::Weight weight = QFont::Normal);

inline constexpr double kSmallPrint = 0.88;
inline constexpr double kHeading = 1.25;

}  // namespace asterism
