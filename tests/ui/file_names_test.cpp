#include "ui/file_names.h"

#include <gtest/gtest.h>

#include <QGuiApplication>

namespace asterism {
namespace {

TEST(FileNames, AreMarkedOnlyInAProgramThatReadsFromRightToLeft) {
    const QString name = QStringLiteral("02-concepts.md");
    EXPECT_EQ(leftToRight(name), name);
    QGuiApplication::setLayoutDirection(Qt::RightToLeft);
    EXPECT_EQ(leftToRight(name), QChar(0x200E) + name);
    QGuiApplication::setLayoutDirection(Qt::LeftToRight);
}

}  // namespace
}  // namespace asterism
