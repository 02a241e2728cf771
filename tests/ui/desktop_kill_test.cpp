// The desktop is killed while it encodes, and started again.
#include <gtest/gtest.h>

#include <utility>

#include <QProcess>
#include <QPushButton>

#include "tests/support/tiny_model.h"
#include "tests/ui/desktop_flow.h"
#include "ui/widgets/notice_bar.h"

namespace asterism::test {
namespace {

constexpr int kFiles = 20;

class DesktopKill : public testing::Test {
  protected:
    DesktopKill() {
        for (const char* name : {"model", "notes"})
            std::filesystem::create_directories(m_folder / name);
        // Large enough to be at work for a while.
        TinyModelOptions options;
        options.layers = 8;
        options.hidden = 256;
        options.feedForward = 1024;
        options.heads = 8;
        options.headDim = 32;
        writeTinyModel(m_model, options);
        std::string text;
        for (int line = 0; line < 8; ++line) text += "The tide came in and the boats went out.\n\n";
        for (int file = 0; file < kFiles; ++file)
            writeFile(m_folder / ("notes/text" + std::to_string(file) + ".txt"),
                      "Number " + std::to_string(file) + ". " + text);
    }

    // Until `blocks` are encoded; how many it told by then, or -1 if it came to its end.
    int killAfter(int blocks) {
        QProcess process;
        process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        process.start(QStringLiteral(ASTERISM_DESKTOP_TO_KILL),
                      {QString::fromStdString(m_folder.path().string()),
                       QString::fromStdString(m_model.string())});
        QByteArray told;
        while (told.count("block\n") < blocks && process.waitForReadyRead(60'000))
            told += process.readAllStandardOutput();
        process.kill();
        process.waitForFinished();
        told += process.readAllStandardOutput();
        return told.contains("end") ? -1 : static_cast<int>(told.count("block\n"));
    }

    TempDir m_folder;
    std::filesystem::path m_model = m_folder / "model/tiny.gguf";
};

TEST_F(DesktopKill, GoesOnWhereItWasAndLosesTheBlockInWorkAtMost) {
    const int told = killAfter(5);
    ASSERT_GE(told, 5) << "it was not killed while it encoded";

    DesktopUnderTest under(DesktopSetup{.model = m_model, .folder = m_folder.path()});
    int restored = 0;
    int encoded = 0;
    int total = 0;
    bool isLoaded = false;
    EngineBridge& bridge = under.desktop().bridge();
    QObject::connect(&bridge, &EngineBridge::eventsArrived,
                     [&](const std::vector<EngineEvent>& events) {
                         for (const EngineEvent& event : events) {
                             if (const auto* begun = std::get_if<EncodingStarted>(&event))
                                 total = static_cast<int>(begun->blocks.size());
                             if (const auto* block = std::get_if<BlockEncoded>(&event))
                                 ++(block->isRestored ? restored : encoded);
                         }
                     });
    QObject::connect(&bridge, &EngineBridge::blocksLoaded, [&] { isLoaded = true; });
    under.desktop().show({});
    ASSERT_TRUE(under.wait([&] { return isLoaded && !bridge.isWorking(); })) << messagesShown();
    EXPECT_EQ(messagesShown(), "");
    EXPECT_EQ(under.library().openDocuments().size(), static_cast<std::size_t>(kFiles));
    EXPECT_EQ(encoded, 0) << "nobody has asked for it yet";
    EXPECT_LT(restored, total) << "it was killed before the end";
    // Those of the last moment were kept and not told any more.
    EXPECT_GE(restored, told);

    const int kept = std::exchange(restored, 0);
    under.find<NoticeBar>("sourcesNoticeBar")->findChild<QPushButton*>()->click();
    ASSERT_TRUE(under.wait([&] { return encoded > 0 && !bridge.isWorking(); })) << messagesShown();
    EXPECT_GE(restored, kept) << "blocks of the same text are encoded once";
    EXPECT_EQ(restored + encoded, total);
    for (const DocumentRecord& document : under.library().openDocuments())
        EXPECT_EQ(document.state, DocumentState::ready) << document.name;
}

}  // namespace
}  // namespace asterism::test
