#include "tests/ui/desktop_flow.h"

#include <QAction>
#include <QApplication>
#include <QDialog>
#include <QDropEvent>
#include <QMimeData>
#include <QPlainTextEdit>
#include <QTest>
#include <QTreeView>

#include "tests/support/tiny_model.h"
#include "ui/dialogs.h"

namespace asterism::test {

DesktopFlow::~DesktopFlow() {
    dialogs::answerPickers({});
}

void DesktopFlow::start(const std::filesystem::path& model) {
    under.emplace(DesktopSetup{.model = model});
    std::filesystem::create_directories(notes());
}

void DesktopFlow::startTiny() {
    writeTinyModel(m_models / "tiny.gguf");
    start(m_models / "tiny.gguf");
    Settings& settings = under->desktop().settings();
    settings.set(Setting::hasSeenFirstRun, true);
    settings.set(Setting::blockTokens, 256);
    settings.set(Setting::maxTokens, 16);
    under->window().resize(1280, 800);
    under->desktop().show({});
}

void DesktopFlow::write(const char* name, const std::string& text) const {
    writeFile(notes() / name, text);
}

void DesktopFlow::dropFolder() const {
    QMimeData mime;
    mime.setUrls({QUrl::fromLocalFile(QString::fromStdString(notes().string()))});
    QDragEnterEvent enter(QPoint(200, 200), Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(&under->window(), &enter);
    QDropEvent drop(QPointF(200, 200), Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(&under->window(), &drop);
}

void DesktopFlow::openPreflight() const {
    dropFolder();
    ASSERT_TRUE(under->wait([] {
        const QWidget* dialog = findWidget(QStringLiteral("preflightDialog"));
        return dialog && dialog->isVisible();
    })) << messagesShown();
}

void DesktopFlow::encodeNotes() const {
    ASSERT_NO_FATAL_FAILURE(openPreflight());
    under->click("encodeButton");
    ASSERT_TRUE(under->wait([&] { return allReady(); }, 120)) << messagesShown();
}

DocumentTreeModel::Figures DesktopFlow::figures() const {
    return qobject_cast<DocumentTreeModel*>(under->find<QTreeView>("sourcesTree")->model())
        ->figures();
}

bool DesktopFlow::allReady() const {
    return isIdle() && figures().documents > 0 && figures().waiting == 0 &&
           figures().changed == 0 && figures().failed == 0;
}

void DesktopFlow::ask(const QString& question) const {
    auto* edit = under->find<QPlainTextEdit>("questionEdit");
    edit->setPlainText(question);
    QTest::keyClick(edit, Qt::Key_Return);
}

void DesktopFlow::askAndWait(const QString& question) const {
    ask(question);
    ASSERT_TRUE(under->desktop().bridge().isAnswering());
    ASSERT_TRUE(under->wait([&] { return !under->desktop().bridge().isAnswering(); }, 120));
}

QString DesktopFlow::lastAnswer() const {
    const auto chat = under->library().chats().find(under->library().conversation());
    if (!chat) return {};
    return QString::fromStdString(under->library().chats().message(chat->leafMessage)->text);
}

void DesktopFlow::trigger(const char* action) const {
    auto* found = under->window().findChild<QAction*>(QLatin1String(action));
    if (!found) throw std::runtime_error(std::string("there is no action ") + action);
    found->trigger();
}

int DesktopFlow::bottomOf(const QWidget& widget) {
    return widget.mapToGlobal(QPoint(0, widget.height())).y();
}

}  // namespace asterism::test
