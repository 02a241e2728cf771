#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <QObject>
#include <QTimer>

#include "core/engine_thread.h"
#include "core/events.h"
#include "storage/projects/project_session.h"
#include "storage/projects/project_summaries.h"
#include "ui/activity.h"
#include "ui/desktop_parts.h"
#include "ui/progress_meter.h"

namespace asterism {

class EngineWorker;
struct ProjectLayout;
class EventBatch;

// The only QObject that knows the engine's thread: posts jobs to it and turns what it reports into
// signals on the GUI thread, carrying values. Nothing here waits. Text of answers comes about 30
// times a second. GUI thread.
class EngineBridge : public QObject {
    Q_OBJECT

  public:
    explicit EngineBridge(const DesktopParts& parts, QObject* parent = nullptr);
    // Stops what is running and waits for it: within a layer of the model.
    ~EngineBridge() override;

    // Opens a project with its model (which is loaded unless it is the one that is open), brings
    // into memory what the KV cache has of it and looks for changes. What was running is stopped.
    void openProject(const QString& name, const EngineOptions& engine);
    void closeProject();
    // Removes a project that is not open, with what the KV cache has of it alone. Waits for other
    // processes that work on it; answers by projectRemoved() or removalFailed().
    void removeProject(const QString& name);

    // Each answers by its signal, or by workFailed() or workStopped(), by the latter also if
    // another project is opened meanwhile; they run one after the other.
    void preflight(const IngestOptions& options);
    void ingest(const IngestOptions& options);
    // Not asked for by a person as a rule: fails by rescanFailed().
    void rescan();
    void explain(std::int64_t message, std::size_t blocks);
    // The quota of the KV cache or its blocks were changed; answers by layoutChanged().
    void noteCache();
    // Globs of document names; none: all.
    void summarize(const std::vector<std::string>& only);
    // Over the documents that are ready: nothing is encoded for it. Comes before the others, and
    // between two blocks of what is being encoded.
    void ask(AskRequest request);

    void stopAnswer();
    void stopWork();  // all but the answer; what is done is kept

    bool isWorking() const { return m_works > 0; }
    bool isAnswering() const { return m_answer != 0; }
    const Activity& activity() const { return m_meter.activity(); }

  signals:
    void activityChanged(const asterism::Activity& activity);
    // The project and its model are open; questions can be asked.
    void projectReady();
    void projectFailed(const QString& reason);
    void projectRemoved();
    void removalFailed(const QString& reason);
    // Documents that lack blocks are noted.
    void blocksLoaded();
    // Another process has read documents, and questions read them now.
    void documentsRead();
    // What reading these paths, too, would do.
    void preflightReady(std::shared_ptr<const asterism::Preflight> preflight,
                        const std::vector<std::filesystem::path>& paths);
    void ingestFinished(const asterism::IngestReport& report);
    void changesFound(const asterism::ProjectChanges& changes);
    void rescanFailed(const QString& reason);
    void explanationReady(qint64 message, const asterism::Explanation& explanation);
    void summaryMade(const asterism::DocumentSummary& summary);
    void summariesFinished(const asterism::ProjectSummary& summary);
    void workStopped();
    void workFailed(const QString& reason);
    void answerText(const QString& text);
    void answerFinished(const asterism::AskResult& result);
    // isFull: the chat has no room; the reason says what can be done.
    void answerFailed(const QString& reason, bool isFull);
    // Something a person should know that ended no work: one line.
    void warned(const QString& text);
    // After opening, loading and encoding: how the project lies in its blocks.
    void layoutChanged(const asterism::ProjectLayout& layout);
    void answerStarted();
    // All that the engine reported since the last time, for charts.
    void eventsArrived(const std::vector<asterism::EngineEvent>& events);

  private:
    using Work = std::function<void(EngineWorker&, const EventSink&, const std::stop_token&)>;
    using Ended = std::function<void(JobEnd end, const QString& message)>;
    using Failed = std::function<void(const QString& reason)>;

    // Work that is shown while it runs.
    struct Task {
        Activity::Stage stage = Activity::Stage::idle;
        Work work;
        std::function<void()> onDone;
        Failed onFailed = {};  // empty: workFailed() tells
        QString subject = {};
        bool isOfProject = true;  // of the open one: ends when another one is opened
    };

    DesktopParts withWarnings(DesktopParts parts);
    JobId post(const Work& work, const Ended& onEnd, bool isAnswer);
    void postWork(const Task& task);
    void endWork(JobEnd end, const QString& message, const std::function<void()>& onDone,
                 const Failed& onFailed);
    void stopProject();
    void takeEvents();
    void loadBlocks();
    void readLayout();
    void showNew(const std::optional<ProjectLayout>& layout);
    // Options that let questions in between blocks.
    IngestOptions lettingIn(IngestOptions options);
    void showWaiting();

    std::shared_ptr<EventBatch> m_batch;
    std::unique_ptr<EngineWorker> m_worker;
    QTimer m_eventTimer;
    ProgressMeter m_meter;
    std::vector<JobId> m_posted;  // work on the open project that may be running or waiting
    std::vector<JobId> m_others;  // the same, of no open project
    int m_works = 0;
    int m_openings = 0;  // and closings of projects: what was asked before is of another one
    JobId m_answer = 0;  // 0: none is being made
    std::unique_ptr<EngineThread> m_thread;  // ends first
};

}  // namespace asterism
