#include "ui/system_color_scheme.h"

#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QDBusVariant>
#include <QFileInfo>
#include <QGuiApplication>

namespace asterism {

namespace {

const QString kPortalService = QStringLiteral("org.freedesktop.portal.Desktop");
const QString kPortalPath = QStringLiteral("/org/freedesktop/portal/desktop");
const QString kSettingsInterface = QStringLiteral("org.freedesktop.portal.Settings");

// Whether a session bus runs. Asking for the bus where there is none would start one and wait.
bool hasSessionBus() {
    if (qEnvironmentVariableIsSet("DBUS_SESSION_BUS_ADDRESS")) return true;
    const QString folder = qEnvironmentVariable("XDG_RUNTIME_DIR");
    return !folder.isEmpty() && QFileInfo::exists(folder + QStringLiteral("/bus"));
}

}  // namespace

SystemColorScheme::SystemColorScheme(QObject* parent)
    : QObject(parent), m_fallback(schemeOf(QGuiApplication::palette())), m_scheme(m_fallback) {
    if (!hasSessionBus()) return;
    QDBusConnection bus = QDBusConnection::sessionBus();
    if (!bus.isConnected()) return;
    // The signal only says that something changed; what it is comes from the portal itself.
    bus.connect(QString(), kPortalPath, kSettingsInterface, QStringLiteral("SettingChanged"), this,
                SLOT(askPortal()));
    askPortal();
}

void SystemColorScheme::askPortal() {
    QDBusMessage question = QDBusMessage::createMethodCall(
        kPortalService, kPortalPath, kSettingsInterface, QStringLiteral("Read"));
    question << QStringLiteral("org.freedesktop.appearance") << QStringLiteral("color-scheme");
    auto* watcher =
        new QDBusPendingCallWatcher(QDBusConnection::sessionBus().asyncCall(question), this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this, &SystemColorScheme::takeAnswer);
}

void SystemColorScheme::takeAnswer(QDBusPendingCallWatcher* watcher) {
    watcher->deleteLater();
    const QDBusPendingReply<QDBusVariant> reply = *watcher;
    if (reply.isError()) return;
    // The answer is a variant within a variant.
    QVariant value = reply.value().variant();
    if (value.canConvert<QDBusVariant>()) value = value.value<QDBusVariant>().variant();
    const ColorScheme scheme = fromPortal(value.toUInt(), m_fallback);
    if (scheme == m_scheme) return;
    m_scheme = scheme;
    emit changed(scheme);
}

ColorScheme SystemColorScheme::fromPortal(uint value, ColorScheme fallback) {
    if (value == 1) return ColorScheme::dark;
    if (value == 2) return ColorScheme::light;
    return fallback;
}

}  // namespace asterism
