#pragma once

#include <QString>

namespace asterism {

// Text of file names, so that it reads left to right also in a program that does not: without the
// mark a name that begins with a digit would be turned around its dashes and dots.
QString leftToRight(const QString& text);

}  // namespace asterism
