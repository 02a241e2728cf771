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

DesktopParts desktopParts() {
    DesktopParts parts;
    parts.openEngine = [](const EngineOptions& options) { return openEngine(options); };
    parts.resolveModel = [](const std::string& name) { return resolveModel(name); };
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

int runDesktop(QApplication& application) {
    QCommandLineParser parser;
    parser.setApplicationDescription(
        QStringLiteral("Reads whole document collections and answers questions over them."));
    parser.addHelpOption();
    parser.addVersionOption();
    parser.addPositionalArgument(QStringLiteral("paths"),
                                 QStringLiteral("files and folders to add"),
                                 QStringLiteral("[PATH...]"));
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
    QApplication application(argc, argv);
    QApplication::setApplicationName(QStringLiteral("asterism"));
    QApplication::setApplicationDisplayName(QStringLiteral("Asterism"));
    QApplication::setApplicationVersion(QStringLiteral(ASTERISM_VERSION));
    QGuiApplication::setDesktopFileName(QStringLiteral("org.asterism.Asterism"));
    try {
        return asterism::runDesktop(application);
    } catch (const std::exception& error) {
        QMessageBox::critical(nullptr, QStringLiteral("Asterism"), QString::fromUtf8(error.what()));
        return 1;
    }
}
