#pragma once

#include <cstdint>
#include <span>

#include <QObject>
#include <QSettings>
#include <QVariant>

namespace asterism {

// Everything that a person can set for the desktop. What they mean is said in the table of
// settings.cpp.
enum class Setting : std::uint8_t {
    theme,
    language,
    fontPoints,
    defaultModel,
    device,
    threads,
    cacheFolder,
    blockTokens,
    kvType,
    room,
    maxTokens,
    temperature,
    watchesSources,
    lastProject,
    hasSeenFirstRun,
};

// Pages of the settings dialog. none: kept, but not for a person to set.
enum class SettingsPage : std::uint8_t { none, general, engine, storage, answers };

struct SettingInfo {
    Setting setting;
    SettingsPage page;
    const char* key;
    QVariant standard;  // value if none is set; its type is the setting's
};

// What is set, kept in $XDG_CONFIG_HOME/asterism/desktop.ini. GUI thread. A value of another type
// than its default's counts as not set.
class Settings : public QObject {
    Q_OBJECT

  public:
    explicit Settings(const QString& file, QObject* parent = nullptr);

    static std::span<const SettingInfo> table();

    QVariant value(Setting setting) const;
    QString text(Setting setting) const { return value(setting).toString(); }
    int number(Setting setting) const { return value(setting).toInt(); }
    bool isOn(Setting setting) const { return value(setting).toBool(); }
    void set(Setting setting, const QVariant& value);
    void reset(SettingsPage page);

    // Keys of commands, by the command's name; empty text: its own.
    QString keys(const QString& command) const;
    void setKeys(const QString& command, const QString& keys);
    void resetKeys();

  signals:
    void changed(asterism::Setting setting);
    void keysChanged();

  private:
    QSettings m_file;
};

}  // namespace asterism
