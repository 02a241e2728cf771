#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include <QApplication>
#include <QCommandLineParser>
#include <QFileInfo>
#include <QMessageBox>

#include "app/engine_factory.h"
#include "app/fetch/catalogue_fetcher.h"
#include "app/fetch/model_folder.h"
#include "core/base/error.h"
#include "ui/desktop.h"
#include "ui/single_instance.h"

namespace asterism {

namespace {

// The sample project: the manual and the sources of star attention, as installed with the program
// or, where that was not done, as its build put them together.
std::vector<std::filesystem::path> findSample() {
    for (const std::filesystem::path root : {ASTERISM_DATA_DIR, ASTERISM_SAMPLE_DIR}) {
        const std::filesystem::path manual = root / "manual";
        const std::filesystem::path star = root / "core/star";
        if (std::filesystem::exists(manual) && std::filesystem::exists(star)) return {manual, star};
    }
    return {};
}

// As for the command line, but in the window's words: it has a button that fetches models.
std::filesystem::path resolveForWindow(const std::string& name) {
    try {
        return resolveModel(name);
    } catch (const ModelMissing&) {
        throw Error("the model ", name, " is not on this machine; get it under Models");
    }
}

DesktopParts desktopParts() {
    DesktopParts parts;
    parts.openEngine = [](const EngineOptions& options) { return openEngine(options); };
    parts.resolveModel = [](const std::string& name) { return resolveForWindow(name); };
    parts.makeFetcher = [] { return std::make_unique<CatalogueFetcher>(); };
    parts.catalogue = &builtInCatalogue();
    parts.modelFolder = modelFolder();
    parts.devices = availableDevices();
    parts.sample = findSample();
    return parts;
}

QStringList pathsOf(const QStringList& arguments) {
    QStringList paths;
    for (const QString& argument : arguments) paths << QFileInfo(argument).absoluteFilePath();
    return paths;
}

void addOptions(QCommandLineParser& parser) {
    parser.setApplicationDescription(
        QStringLiteral("Reads whole document collections and answers questions over them."));
    parser.addHelpOption();
    parser.addVersionOption();
    parser.addPositionalArgument(QStringLiteral("paths"),
                                 QStringLiteral("files and folders to add"),
                                 QStringLiteral("[PATH...]"));
}

// Answers --help and --version, which need no display, without opening one. False: neither was
// asked for. Complaints about other options come later: some are Qt's own.
bool answerOnTerminal(int& argc, char** argv) {
    const QCoreApplication application(argc, argv);
    QCommandLineParser parser;
    addOptions(parser);
    parser.parse(QCoreApplication::arguments());
    QString answer;
    if (parser.isSet(QStringLiteral("help")))
        answer = parser.helpText();
    else if (parser.isSet(QStringLiteral("version")))
        answer = QCoreApplication::applicationName() + QLatin1Char(' ') +
                 QCoreApplication::applicationVersion() + QLatin1Char('\n');
    std::fputs(answer.toLocal8Bit().constData(), stdout);
    return !answer.isEmpty();
}

// Qt ends a program that finds no display by abort() and several lines about plug-ins. This ends
// it with one line instead; other messages stay as they are.
void tellOfMissingDisplay(QtMsgType type, const QMessageLogContext& context, const QString& text) {
    if (type == QtFatalMsg) {
        std::fputs(
            "asterism: there is no display to open a window on; start it in a desktop session, set "
            "DISPLAY or WAYLAND_DISPLAY, or use asterism-cli\n",
            stderr);
        std::_Exit(1);
    }
    const bool isOfPlugins = QLatin1String(context.category).startsWith(QLatin1String("qt.qpa"));
    if (!isOfPlugins)
        std::fprintf(stderr, "%s\n", qPrintable(qFormatLogMessage(type, context, text)));
}

int runDesktop(QApplication& application) {
    QCommandLineParser parser;
    addOptions(parser);
    parser.process(application);
    const QStringList paths = pathsOf(parser.positionalArguments());
    SingleInstance instance;
    if (instance.handOver(paths)) return 0;
    instance.listen();
    Desktop desktop(desktopParts());
    QObject::connect(&instance, &SingleInstance::startedAgain, &application,
                     [&desktop](const QStringList& more) { desktop.raise(more); });
    desktop.show(paths);
    return QApplication::exec();
}

}  // namespace

}  // namespace asterism

int main(int argc, char** argv) {
    QCoreApplication::setApplicationName(QStringLiteral("asterism"));
    QCoreApplication::setApplicationVersion(QStringLiteral(ASTERISM_VERSION));
    if (asterism::answerOnTerminal(argc, argv)) return 0;
    const QtMessageHandler before = qInstallMessageHandler(asterism::tellOfMissingDisplay);
    QApplication application(argc, argv);
    qInstallMessageHandler(before);
    QApplication::setApplicationDisplayName(QStringLiteral("Asterism"));
    QGuiApplication::setDesktopFileName(QStringLiteral("org.asterism.Asterism"));
    try {
        return asterism::runDesktop(application);
    } catch (const std::exception& error) {
        QMessageBox::critical(nullptr, QStringLiteral("Asterism"), QString::fromUtf8(error.what()));
        return 1;
    }
}
