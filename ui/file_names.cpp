#include "ui/file_names.h"

#include <QGuiApplication>

namespace asterism {

QString leftToRight(const QString& text) {
    constexpr QChar kLeftToRightMark(0x200E);
    return QGuiApplication::isRightToLeft() ? kLeftToRightMark + text : text;
}

}  // namespace asterism
