#include "ui/settings.h"

#include <array>

#include "storage/records.h"

namespace asterism {

namespace {

const SettingInfo& infoOf(Setting setting) {
    return Settings::table()[static_cast<std::size_t>(setting)];
}

}  // namespace

std::span<const SettingInfo> Settings::table() {
    // In the order of the enum.
    static const std::array<SettingInfo, 15> table = {{
        // "system", "light" or "dark"
        {Setting::theme, SettingsPage::general, "theme", QStringLiteral("system")},
        // name of a translation, "en"; empty: the desktop's
        {Setting::language, SettingsPage::general, "language", QString()},
        // 0: the desktop's
        {Setting::fontPoints, SettingsPage::general, "font_points", 0},
        // of new projects; a name of the catalogue or a path
        {Setting::defaultModel, SettingsPage::engine, "model", QString()},
        // as EngineOptions::device
        {Setting::device, SettingsPage::engine, "device", QStringLiteral("cpu")},
        // 0: all cores
        {Setting::threads, SettingsPage::engine, "threads", 0},
        // empty: $XDG_CACHE_HOME/asterism/blocks
        {Setting::cacheFolder, SettingsPage::storage, "cache_folder", QString()},
        // both of new projects
        {Setting::blockTokens, SettingsPage::storage, "block_tokens",
         static_cast<int>(ProjectSettings().blockTokens)},
        {Setting::kvType, SettingsPage::storage, "kv_type", QStringLiteral("q8")},
        // positions kept for the turns of a new chat
        {Setting::room, SettingsPage::answers, "room", 2048},
        // of one answer
        {Setting::maxTokens, SettingsPage::answers, "max_tokens", 512},
        // 0: always the likeliest token
        {Setting::temperature, SettingsPage::answers, "temperature", 0.0},
        {Setting::watchesSources, SettingsPage::storage, "watch_sources", true},
        {Setting::lastProject, SettingsPage::none, "last_project", QString()},
        {Setting::hasSeenFirstRun, SettingsPage::none, "has_seen_first_run", false},
    }};
    return table;
}

Settings::Settings(const QString& file, QObject* parent)
    : QObject(parent), m_file(file, QSettings::IniFormat) {}

QVariant Settings::value(Setting setting) const {
    const SettingInfo& info = infoOf(setting);
    QVariant kept = m_file.value(QLatin1String(info.key));
    return kept.isValid() && kept.convert(info.standard.metaType()) ? kept : info.standard;
}

void Settings::set(Setting setting, const QVariant& value) {
    if (value == this->value(setting)) return;
    const SettingInfo& info = infoOf(setting);
    if (value == info.standard)
        m_file.remove(QLatin1String(info.key));
    else
        m_file.setValue(QLatin1String(info.key), value);
    emit changed(setting);
}

void Settings::reset(SettingsPage page) {
    for (const SettingInfo& info : table())
        if (info.page == page) set(info.setting, info.standard);
}

QString Settings::keys(const QString& command) const {
    return m_file.value(QLatin1String("keys/") + command).toString();
}

void Settings::setKeys(const QString& command, const QString& keys) {
    if (keys == this->keys(command)) return;
    if (keys.isEmpty())
        m_file.remove(QLatin1String("keys/") + command);
    else
        m_file.setValue(QLatin1String("keys/") + command, keys);
    emit keysChanged();
}

void Settings::resetKeys() {
    m_file.remove(QLatin1String("keys"));
    emit keysChanged();
}

}  // namespace asterism
