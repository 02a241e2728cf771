// A desktop that reads a folder and is killed while it encodes: desktop_to_kill FOLDER MODEL. All
// its files are below FOLDER, the documents in FOLDER/notes. It says "block" for each block that it
// has encoded and kept, and "end" if it was let run to the end.
#include <iostream>

#include <QApplication>
#include <QTest>

#include "tests/ui/desktop_fixture.h"
#include "ui/theme.h"

namespace asterism::test {
namespace {

int run(const std::filesystem::path& folder, const std::filesystem::path& model) {
    DesktopUnderTest under(DesktopSetup{.model = model, .folder = folder});
    under.desktop().settings().set(Setting::hasSeenFirstRun, true);
    under.desktop().settings().set(Setting::blockTokens, 128);
    bool isEnd = false;
    QObject::connect(&under.desktop().bridge(), &EngineBridge::eventsArrived,
                     [](const std::vector<EngineEvent>& events) {
                         for (const EngineEvent& event : events)
                             if (std::holds_alternative<BlockEncoded>(event))
                                 std::cout << "block" << std::endl;
                     });
    QObject::connect(&under.desktop().bridge(), &EngineBridge::ingestFinished,
                     [&] { isEnd = true; });
    under.desktop().show({QString::fromStdString((folder / "notes").string())});
    const auto isShown = [] {
        const QWidget* button = findWidget(QStringLiteral("encodeButton"));
        return button && button->isVisible();
    };
    if (!under.wait(isShown)) return 1;
    under.click("encodeButton");
    if (!under.wait([&] { return isEnd; })) return 1;
    std::cout << "end" << std::endl;
    return 0;
}

}  // namespace
}  // namespace asterism::test

int main(int argc, char** argv) {
    QApplication application(argc, argv);
    asterism::applyTheme(application, asterism::ColorScheme::light);
    if (argc != 3) return 2;
    return asterism::test::run(argv[1], argv[2]);
}
