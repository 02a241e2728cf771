// The main function of tests that show widgets: a QApplication in our style, without a display
// unless QT_QPA_PLATFORM names one.
#include <gtest/gtest.h>

#include <QApplication>

#include "ui/theme.h"

int main(int argc, char** argv) {
    testing::InitGoogleTest(&argc, argv);
    if (!qEnvironmentVariableIsSet("QT_QPA_PLATFORM")) qputenv("QT_QPA_PLATFORM", "offscreen");
    QApplication application(argc, argv);
    asterism::applyTheme(application, asterism::ColorScheme::light);
    return RUN_ALL_TESTS();
}
