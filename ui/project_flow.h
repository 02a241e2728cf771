#pragma once

#include <QObject>

#include "ui/panels/chat_panel.h"

namespace asterism {

class EngineBridge;
class Library;
class Settings;

// Opens projects: their chats and sources at once, their engine when it is there.
class ProjectFlow : public QObject {
    Q_OBJECT

  public:
    ProjectFlow(Library& library, EngineBridge& bridge, Settings& settings, QObject* parent);

    // An empty name, or that of a project that is gone, closes what is open.
    void open(const QString& name);
    // Nothing happens if it is open, or gone.
    void openWithId(std::int64_t project);
    // The project that was open last, or else the one that was used last; false if there is none.
    bool openLast();
    // Closes it if it is open.
    void remove(const QString& name);
    QString current() const;

  signals:
    void readinessChanged(asterism::ChatPanel::Readiness readiness, const QString& reason);

  private:
    QString lastProject() const;
    void keepLast();
    void showReadiness();
    void reopenEngine();

    Library& m_library;
    EngineBridge& m_bridge;
    Settings& m_settings;
    enum class EngineState : std::uint8_t { closed, opening, ready, failed };
    EngineState m_engine = EngineState::closed;
    QString m_reason;
};

}  // namespace asterism
