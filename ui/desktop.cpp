#include "ui/desktop.h"

#include <utility>

#include <QApplication>
#include <QLibraryInfo>
#include <QLocale>

#include "ui/desktop_folders.h"

namespace asterism {

namespace {

// With the cache folder that is set.
DesktopParts withCacheFolder(DesktopParts parts, const Settings& settings) {
    const QString folder = settings.text(Setting::cacheFolder);
    if (!folder.isEmpty()) parts.workspace.blocks.folder = folder.toStdString();
    return parts;
}

}  // namespace

Desktop::Desktop(DesktopParts parts)
    : m_isReversed(QApplication::isRightToLeft()),
      m_settings(configFile()),
      m_parts(withCacheFolder(std::move(parts), m_settings)),
      m_appearance(m_settings),
      m_library(m_parts.workspace),
      m_bridge(m_parts) {
    translate();
    makeWindow();
    connect(&m_settings, &Settings::changed, this, [this](Setting setting) {
        if (setting != Setting::language) return;
        // Not now: the dialog that changed it is still at work.
        QMetaObject::invokeMethod(
            this,
            [this] {
                translate();
                m_window->close();
                makeWindow();
                show({});
            },
            Qt::QueuedConnection);
    });
}

Desktop::~Desktop() = default;

void Desktop::translate() {
    const QString language = m_settings.text(Setting::language);
    const QLocale locale = language.isEmpty() ? QLocale::system() : QLocale(language);
    QLocale::setDefault(locale);
    QApplication::removeTranslator(&m_translator);
    QApplication::removeTranslator(&m_qtTranslator);
    if (m_qtTranslator.load(locale, QStringLiteral("qtbase"), QStringLiteral("_"),
                            QLibraryInfo::path(QLibraryInfo::TranslationsPath)))
        QApplication::installTranslator(&m_qtTranslator);
    // Without a translation the English one is for plurals.
    if (m_translator.load(locale, QStringLiteral("asterism"), QStringLiteral("_"),
                          QStringLiteral(":/translations")) ||
        m_translator.load(QStringLiteral(":/translations/asterism_en")))
        QApplication::installTranslator(&m_translator);
    QApplication::setLayoutDirection(m_isReversed ? Qt::RightToLeft : locale.textDirection());
}

void Desktop::makeWindow() {
    m_window = std::make_unique<MainWindow>(
        MainWindow::Parts{m_parts, m_settings, m_appearance, m_library, m_bridge});
}

void Desktop::show(const QStringList& paths) {
    m_window->show();
    m_window->begin(paths);
}

void Desktop::raise(const QStringList& paths) {
    m_window->bringToFront();
    if (!paths.isEmpty()) m_window->openPaths(paths);
}

}  // namespace asterism
