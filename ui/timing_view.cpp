#include "ui/timing_view.h"

#include <algorithm>
#include <utility>

#include "storage/cache_settings.h"
#include "ui/desktop_parts.h"
#include "ui/dialogs.h"
#include "ui/engine_bridge.h"
#include "ui/engine_worker.h"
#include "ui/figures.h"
#include "ui/library.h"
#include "ui/models/timing_export.h"
#include "ui/panels/blocks_panel.h"
#include "ui/panels/memory_panel.h"
#include "ui/panels/timeline_panel.h"
#include "ui/widgets/project_strip.h"

namespace asterism {

TimingView::TimingView(Library& library, EngineBridge& bridge, const DesktopParts& parts,
                       QWidget* window)
    : QObject(window),
      m_bridge(bridge),
      m_parts(parts),
      m_window(window),
      m_model(new BlockTableModel(this)),
      m_blocksPanel(new BlocksPanel(*m_model, window)),
      m_timelinePanel(new TimelinePanel(window)),
      m_memoryPanel(new MemoryPanel(window)),
      m_strip(new ProjectStrip(window)) {
    m_strip->setModel(m_model);
    m_strip->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    connectPanels();
    connect(m_model, &BlockTableModel::modelReset, this,
            [this] { emit blocksChanged(m_model->rowCount() > 0); });
    connect(&library, &Library::projectOpened, this, [this] { m_model->setRows({}); });
    connect(&bridge, &EngineBridge::layoutChanged, this, &TimingView::showLayout);
    connect(&bridge, &EngineBridge::eventsArrived, this, &TimingView::takeEvents);
    connect(&bridge, &EngineBridge::answerFinished, this, &TimingView::showAnswer);
    connect(&bridge, &EngineBridge::answerStarted, this,
            [this] { m_timelinePanel->startAnswer(m_model->rowCount()); });
}

QWidget* TimingView::blocksPanel() const {
    return m_blocksPanel;
}

QWidget* TimingView::timelinePanel() const {
    return m_timelinePanel;
}

QWidget* TimingView::memoryPanel() const {
    return m_memoryPanel;
}

QWidget* TimingView::strip() const {
    return m_strip;
}

void TimingView::connectPanels() {
    connect(m_strip, &ProjectStrip::blockActivated, this, &TimingView::chooseBlock);
    connect(m_blocksPanel, &BlocksPanel::blockActivated, this, &TimingView::chooseBlock);
    connect(m_timelinePanel, &TimelinePanel::blockActivated, this, &TimingView::chooseBlock);
    connect(m_memoryPanel, &MemoryPanel::clearRequested, this, &TimingView::cacheSettingsAsked);
    connect(m_blocksPanel, &BlocksPanel::csvExportRequested, this,
            [this] { exportTo(QStringLiteral("blocks.csv"), blocksCsv(m_model->rows())); });
    connect(m_blocksPanel, &BlocksPanel::traceExportRequested, this, [this] {
        exportTo(QStringLiteral("trace.json"),
                 chromeTrace(m_model->rows(), m_timelinePanel->timing()));
    });
}

void TimingView::showLayout(const ProjectLayout& layout) {
    // What the last run measured is more than the plan remembers.
    std::vector<BlockRow> rows = layout.blocks;
    for (std::size_t i = 0; i < rows.size() && i < m_model->rows().size(); ++i) {
        const BlockRow& shown = m_model->rows()[i];
        if (shown.tokens != rows[i].tokens || !shown.rank) continue;
        rows[i].rank = shown.rank;
        rows[i].beginSeconds = shown.beginSeconds;
        rows[i].seconds = shown.seconds;
        rows[i].isRestored = shown.isRestored;
        rows[i].mass = shown.mass;
    }
    m_model->setRows(std::move(rows));
    m_model->setDocuments(layout.documents);
    showMemory(layout);
}

void TimingView::showMemory(const ProjectLayout& layout) {
    std::vector<DeviceMemory> devices;
    if (!layout.device.empty())
        devices.push_back({deviceText(layout.device), layout.weightBytes, layout.kvBytes, 0});
    if (layout.hostKvBytes > 0) devices.push_back({deviceText("cpu"), 0, layout.hostKvBytes, 0});
    m_memoryPanel->setDevices(devices);
    CacheFill fill;
    fill.openProjectBytes = layout.projectCacheBytes;
    fill.usedBytes = layout.cacheBytes;
    fill.quotaBytes = layout.cacheQuotaBytes;
    fill.freeDiskBytes = static_cast<std::int64_t>(freeDiskBytes(m_parts.workspace.blocks.folder));
    m_memoryPanel->setCache(fill);
}

void TimingView::takeEvents(const std::vector<EngineEvent>& events) {
    for (const EngineEvent& event : events) {
        if (const auto* started = std::get_if<EncodingStarted>(&event)) {
            m_strip->setColoring(ProjectStrip::Coloring::state);
            m_model->setDocuments({});  // of the plan before; the new one follows
            m_model->encodingStarted(*started);
        } else if (const auto* block = std::get_if<BlockEncoded>(&event)) {
            m_model->blockEncoded(*block);
        } else if (!m_bridge.isAnswering()) {
            continue;  // a summary or an explanation
        } else if (const auto* query = std::get_if<QueryEncoded>(&event)) {
            m_timelinePanel->queryEncoded(*query);
        } else if (const auto* token = std::get_if<TokenDecoded>(&event)) {
            m_timelinePanel->tokenDecoded(*token);
        }
    }
}

void TimingView::showAnswer(const AskResult& result) {
    m_model->setMass(result.message.blockMass);
    m_strip->setColoring(ProjectStrip::Coloring::mass);
}

void TimingView::chooseBlock(int block) {
    if (block < 0 || block >= m_model->rowCount()) return;
    m_strip->setCurrentBlock(block);
    m_blocksPanel->setCurrentBlock(block);
    const QStringList& documents = m_model->rows()[static_cast<std::size_t>(block)].documents;
    if (!documents.isEmpty()) emit documentChosen(documents.first());
}

void TimingView::exportTo(const QString& name, const QByteArray& content) {
    dialogs::saveNewFile(m_window, tr("Export Figures"), name, content);
}

}  // namespace asterism
