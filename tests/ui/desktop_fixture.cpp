#include "tests/ui/desktop_fixture.h"

#include <utility>

#include <QAbstractButton>
#include <QApplication>
#include <QDir>
#include <QMessageBox>
#include <QTest>

#include "app/engine_factory.h"
#include "app/fetch/catalogue_fetcher.h"
#include "app/fetch/model_folder.h"
#include "core/base/error.h"

namespace asterism::test {

DesktopUnderTest::DesktopUnderTest(DesktopSetup setup) : m_setup(std::move(setup)) {
    if (m_setup.folder.empty()) m_setup.folder = m_newFolder.emplace().path();
    for (const char* variable :
         {"XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"}) {
        m_environment[variable] = qgetenv(variable);
        qputenv(variable, QByteArray::fromStdString((folder() / variable).string()));
    }
    m_desktop = std::make_unique<Desktop>(parts());
}

DesktopUnderTest::~DesktopUnderTest() {
    m_desktop.reset();
    // Empty counts as unset.
    for (const auto& [variable, value] : m_environment) qputenv(variable, value);
}

DesktopParts DesktopUnderTest::parts() const {
    DesktopParts parts;
    parts.openEngine = [](const EngineOptions& options) { return openEngine(options); };
    parts.resolveModel = [model = m_setup.model](const std::string& name) -> std::filesystem::path {
        if (!model) throw Error(name, ": this model has not been pulled; get it under Models");
        return *model;
    };
    parts.makeFetcher = [] { return std::make_unique<CatalogueFetcher>(); };
    parts.catalogue = m_setup.catalogue ? m_setup.catalogue : &builtInCatalogue();
    parts.modelFolder = m_setup.model ? m_setup.model->parent_path() : folder() / "models";
    parts.workspace.database = defaultDatabase();
    parts.workspace.blocks.folder = defaultBlockFolder();
    return parts;
}

void DesktopUnderTest::restart() {
    m_desktop.reset();
    m_desktop = std::make_unique<Desktop>(parts());
}

QWidget* findWidget(const QString& name) {
    QWidget* hidden = nullptr;
    for (QWidget* widget : QApplication::allWidgets()) {
        if (widget->objectName() != name) continue;
        if (widget->isVisible()) return widget;
        hidden = widget;
    }
    return hidden;
}

std::string messagesShown() {
    std::string texts;
    for (const QWidget* widget : QApplication::topLevelWidgets())
        if (const auto* box = qobject_cast<const QMessageBox*>(widget); box && box->isVisible())
            texts += (box->text() + QLatin1Char('\n') + box->informativeText()).toStdString();
    return texts;
}

void DesktopUnderTest::click(const char* name) const {
    QTest::mouseClick(find<QAbstractButton>(name), Qt::LeftButton);
}

bool DesktopUnderTest::wait(const std::function<bool()>& isDone, int seconds) {
    return QTest::qWaitFor(isDone, seconds * 1000);
}

void DesktopUnderTest::picture(const QString& name, QWidget* widget) const {
    QTest::qWait(50);
    const QString folder =
        QDir(QApplication::applicationDirPath()).filePath(QStringLiteral("screenshots"));
    QDir().mkpath(folder);
    QWidget* shown = widget ? widget : &window();
    shown->grab().save(QStringLiteral("%1/%2.png").arg(folder, name));
}

}  // namespace asterism::test
