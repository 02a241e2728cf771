#pragma once

#include <QIcon>

namespace asterism {

// The one door to icons: those of resources/icons by their freedesktop-style names, drawn in the
// text colour of the palette they are shown under, so that they follow the theme.
QIcon icon(const char* name);
// The same in a colour of its own, which the caller changes with the theme.
QIcon icon(const char* name, const QColor& color);
// Asterism's own, in its colours.
QIcon programIcon();

}  // namespace asterism
