#pragma once

#include <vector>

#include <QObject>

#include "core/events.h"
#include "storage/projects/project_session.h"
#include "ui/models/block_table_model.h"

namespace asterism {

class BlocksPanel;
class EngineBridge;
class Library;
class MemoryPanel;
class ProjectStrip;
class TimelinePanel;
struct DesktopParts;
struct ProjectLayout;

// Feeds the panels of timing and memory and the project strip from what the engine reports, and
// keeps the block that is chosen the same in all of them.
class TimingView : public QObject {
    Q_OBJECT

  public:
    TimingView(Library& library, EngineBridge& bridge, const DesktopParts& parts, QWidget* window);

    // Owned by the window.
    QWidget* blocksPanel() const;
    QWidget* timelinePanel() const;
    QWidget* memoryPanel() const;
    QWidget* strip() const;

  signals:
    // Whether there are blocks to be seen.
    void blocksChanged(bool hasBlocks);
    // The first document of a block that was chosen.
    void documentChosen(const QString& name);
    // The KV cache is to be cleared or given more room.
    void cacheSettingsAsked();

  private:
    void connectPanels();
    void showLayout(const ProjectLayout& layout);
    void showMemory(const ProjectLayout& layout);
    void takeEvents(const std::vector<EngineEvent>& events);
    void showAnswer(const AskResult& result);
    void chooseBlock(int block);
    void exportTo(const QString& name, const QByteArray& content);

    EngineBridge& m_bridge;
    const DesktopParts& m_parts;
    QWidget* m_window;
    BlockTableModel* m_model;
    BlocksPanel* m_blocksPanel;
    TimelinePanel* m_timelinePanel;
    MemoryPanel* m_memoryPanel;
    ProjectStrip* m_strip;
};

}  // namespace asterism
