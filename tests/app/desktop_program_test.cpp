// The desktop's program as a person starts it where there is no display.
#include <gtest/gtest.h>

#include <QProcess>

namespace asterism::test {
namespace {

struct ProgramResult {
    int code = -1;
    QString out;
    QString errors;
};

ProgramResult runWithoutDisplay(const QStringList& arguments) {
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    for (const char* variable : {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"})
        environment.remove(QLatin1String(variable));
    QProcess program;
    program.setProcessEnvironment(environment);
    program.start(QStringLiteral(ASTERISM_DESKTOP), arguments);
    EXPECT_TRUE(program.waitForFinished(60'000));
    EXPECT_EQ(program.exitStatus(), QProcess::NormalExit);
    return {program.exitCode(), QString::fromUtf8(program.readAllStandardOutput()),
            QString::fromUtf8(program.readAllStandardError())};
}

TEST(DesktopProgram, TellsItsVersionWithoutADisplay) {
    const ProgramResult run = runWithoutDisplay({QStringLiteral("--version")});
    EXPECT_EQ(run.code, 0) << run.errors.toStdString();
    EXPECT_EQ(run.out, QStringLiteral("asterism " ASTERISM_VERSION "\n"));
}

TEST(DesktopProgram, TellsItsOptionsWithoutADisplay) {
    const ProgramResult run = runWithoutDisplay({QStringLiteral("--help")});
    EXPECT_EQ(run.code, 0) << run.errors.toStdString();
    EXPECT_TRUE(run.out.contains(QStringLiteral("--version"))) << run.out.toStdString();
    EXPECT_TRUE(run.out.contains(QStringLiteral("[PATH...]"))) << run.out.toStdString();
}

TEST(DesktopProgram, SaysInOneLineThatItNeedsADisplay) {
    const ProgramResult run = runWithoutDisplay({});
    EXPECT_EQ(run.code, 1);
    EXPECT_EQ(run.errors.count(QLatin1Char('\n')), 1) << run.errors.toStdString();
    EXPECT_TRUE(run.errors.startsWith(QStringLiteral("asterism: there is no display")))
        << run.errors.toStdString();
}

}  // namespace
}  // namespace asterism::test
