#include "ui/engine_bridge.h"

#include <utility>

#include "ui/engine_worker.h"
#include "ui/event_batch.h"

namespace asterism {

namespace {

constexpr int kEventMs = 33;

// Empty: none.
std::string warningOf(const EngineEvent& event) {
    if (const auto* started = std::get_if<EncodingStarted>(&event)) return started->warning;
    const auto* warning = std::get_if<Warning>(&event);
    return warning ? warning->text : std::string();
}

}  // namespace

EngineBridge::EngineBridge(const DesktopParts& parts, QObject* parent)
    : QObject(parent),
      m_batch(std::make_shared<EventBatch>()),
      m_worker(std::make_unique<EngineWorker>(withWarnings(parts))),
      m_thread(std::make_unique<EngineThread>()) {
    m_eventTimer.setSingleShot(true);
    m_eventTimer.setInterval(kEventMs);
    connect(&m_eventTimer, &QTimer::timeout, this, &EngineBridge::takeEvents);
}

EngineBridge::~EngineBridge() = default;

// Those of the KV cache come from the engine's thread.
DesktopParts EngineBridge::withWarnings(DesktopParts parts) {
    parts.workspace.blocks.onWarning = [this](const std::string& line) {
        QMetaObject::invokeMethod(
            this, [this, text = QString::fromStdString(line)] { emit warned(text); },
            Qt::QueuedConnection);
    };
    return parts;
}

JobId EngineBridge::post(const Work& work, const Ended& onEnd, bool isAnswer) {
    const auto tell = [this] {
        QMetaObject::invokeMethod(
            this, [this] { m_eventTimer.start(); }, Qt::QueuedConnection);
    };
    const EventSink sink = [batch = m_batch, isAnswer, tell](const EngineEvent& event) {
        if (batch->add(event, isAnswer)) tell();
    };
    Job job;
    job.isUrgent = isAnswer;
    job.work = [worker = m_worker.get(), work, sink](const std::stop_token& stop) {
        work(*worker, sink, stop);
    };
    job.onEnd = [this, onEnd](JobEnd end, const std::string& message) {
        QMetaObject::invokeMethod(
            this,
            [this, onEnd, end, text = QString::fromStdString(message)] {
                takeEvents();
                onEnd(end, text);
            },
            Qt::QueuedConnection);
    };
    return m_thread->post(std::move(job));
}

void EngineBridge::postWork(const Task& task) {
    ++m_works;
    const auto begin = [this, stage = task.stage, subject = task.subject] {
        QMetaObject::invokeMethod(
            this,
            [this, stage, subject] {
                m_meter.begin(stage, subject);
                emit activityChanged(activity());
            },
            Qt::QueuedConnection);
    };
    const JobId job = post(
        [begin, work = task.work](EngineWorker& worker, const EventSink& events,
                                  const std::stop_token& stop) {
            begin();
            work(worker, events, stop);
        },
        [this, opening = m_openings, task](JobEnd end, const QString& message) {
            const bool isLate = task.isOfProject && opening != m_openings;
            endWork(end == JobEnd::done && isLate ? JobEnd::stopped : end, message, task.onDone,
                    task.onFailed);
        },
        false);
    (task.isOfProject ? m_posted : m_others).push_back(job);
}

void EngineBridge::endWork(JobEnd end, const QString& message, const std::function<void()>& onDone,
                           const Failed& onFailed) {
    if (--m_works == 0) {
        m_posted.clear();
        m_others.clear();
        m_meter.end();
        emit activityChanged(activity());
    }
    if (end == JobEnd::done)
        onDone();
    else if (end == JobEnd::stopped)
        emit workStopped();
    else if (onFailed)
        onFailed(message);
    else
        emit workFailed(message);
}

void EngineBridge::takeEvents() {
    EventBatch::Content content = m_batch->take();
    bool isChanged = false;
    for (const EngineEvent& event : content.events) {
        isChanged |= m_meter.take(event);
        const std::string warning = warningOf(event);
        if (!warning.empty()) emit warned(QString::fromStdString(warning));
    }
    if (isChanged) emit activityChanged(activity());
    if (!content.answerText.empty()) emit answerText(QString::fromStdString(content.answerText));
    if (!content.events.empty()) emit eventsArrived(content.events);
}

void EngineBridge::openProject(const QString& name, const EngineOptions& engine) {
    stopProject();
    ++m_works;
    m_meter.begin(Activity::Stage::openingModel, name);
    emit activityChanged(activity());
    m_posted.push_back(post([project = name.toStdString(), engine](
                                EngineWorker& worker, const EventSink&,
                                const std::stop_token&) { worker.open(project, engine); },
                            [this, opening = m_openings](JobEnd end, const QString& message) {
                                endWork(end == JobEnd::failed ? JobEnd::done : end, message,
                                        [this, opening, end, message] {
                                            if (opening != m_openings) return;
                                            if (end == JobEnd::failed)
                                                return emit projectFailed(message);
                                            emit projectReady();
                                            loadBlocks();
                                        },
                                        {});
                            },
                            false));
}

void EngineBridge::loadBlocks() {
    postWork({Activity::Stage::loading,
              [](EngineWorker& worker, const EventSink& events, const std::stop_token& stop) {
                  worker.restore(events, stop);
              },
              [this] { emit blocksLoaded(); }});
    readLayout();
    rescan();
}

void EngineBridge::readLayout() {
    auto result = std::make_shared<ProjectLayout>();
    post([result](EngineWorker& worker, const EventSink&,
                  const std::stop_token&) { *result = worker.layout(); },
         [this, result](JobEnd end, const QString&) {
             if (end == JobEnd::done) emit layoutChanged(*result);
         },
         false);
}

void EngineBridge::showNew(const std::optional<ProjectLayout>& layout) {
    if (!layout) return;
    emit documentsRead();
    emit layoutChanged(*layout);
}

void EngineBridge::noteCache() {
    const auto enforce = [](EngineWorker& worker, const EventSink&, const std::stop_token&) {
        worker.enforceQuota();
    };
    post(
        enforce, [](JobEnd, const QString&) {}, false);
    readLayout();
}

void EngineBridge::removeProject(const QString& name) {
    postWork({Activity::Stage::removing,
              [project = name.toStdString()](EngineWorker& worker, const EventSink&,
                                             const std::stop_token& stop) {
                  worker.remove(project, stop);
              },
              [this] { emit projectRemoved(); },
              [this](const QString& reason) { emit removalFailed(reason); }, name, false});
    readLayout();
}

void EngineBridge::closeProject() {
    stopProject();
    post([](EngineWorker& worker, const EventSink&, const std::stop_token&) { worker.close(); },
         [](JobEnd, const QString&) {}, false);
}

void EngineBridge::showWaiting() {
    if (m_works == 0) return;  // it has ended meanwhile
    m_meter.begin(Activity::Stage::waiting);
    emit activityChanged(activity());
}

IngestOptions EngineBridge::lettingIn(IngestOptions options) {
    options.betweenBlocks = [thread = m_thread.get()] { thread->runUrgentJobs(); };
    options.onWait = [this] {
        QMetaObject::invokeMethod(this, &EngineBridge::showWaiting, Qt::QueuedConnection);
    };
    return options;
}

void EngineBridge::preflight(const IngestOptions& options) {
    auto result = std::make_shared<Preflight>();
    postWork({Activity::Stage::reading,
              [result, options = lettingIn(options)](EngineWorker& worker, const EventSink& events,
                                                     const std::stop_token& stop) {
                  *result = worker.session().preflight(options, events, stop);
              },
              [this, result, paths = options.paths] { emit preflightReady(result, paths); }});
}

void EngineBridge::ingest(const IngestOptions& options) {
    auto result = std::make_shared<IngestReport>();
    postWork({Activity::Stage::reading,
              [result, options = lettingIn(options)](EngineWorker& worker, const EventSink& events,
                                                     const std::stop_token& stop) {
                  *result = worker.session().ingest(options, events, stop);
              },
              [this, result] {
                  for (const std::string& problem : result->changes.problems)
                      emit warned(QString::fromStdString(problem));
                  emit ingestFinished(*result);
              }});
    readLayout();
}

void EngineBridge::rescan() {
    struct Outcome {
        ProjectChanges changes;
        std::optional<ProjectLayout> layout;
    };
    auto outcome = std::make_shared<Outcome>();
    postWork({Activity::Stage::reading,
              [outcome, options = lettingIn({})](EngineWorker& worker, const EventSink& events,
                                                 const std::stop_token& stop) {
                  outcome->changes = worker.rescan(options, events, stop);
                  outcome->layout = worker.newLayout();
              },
              [this, outcome] {
                  showNew(outcome->layout);
                  emit changesFound(outcome->changes);
              },
              [this](const QString& reason) { emit rescanFailed(reason); }});
}

void EngineBridge::explain(std::int64_t message, std::size_t blocks) {
    auto result = std::make_shared<Explanation>();
    postWork({Activity::Stage::explaining,
              [result, message, blocks](EngineWorker& worker, const EventSink& events,
                                        const std::stop_token& stop) {
                  *result = worker.session().explain(message, blocks, events, stop);
              },
              [this, message, result] { emit explanationReady(message, *result); }});
}

void EngineBridge::summarize(const std::vector<std::string>& only) {
    auto result = std::make_shared<ProjectSummary>();
    SummaryRequest request;
    request.only = only;
    request.onSummary = [this](std::size_t index, std::size_t count,
                               const DocumentSummary& summary) {
        const auto show = [this, index, count, summary] {
            m_meter.count(static_cast<std::int64_t>(index) + 1, static_cast<std::int64_t>(count),
                          QString::fromStdString(summary.document));
            emit activityChanged(activity());
            emit summaryMade(summary);
        };
        QMetaObject::invokeMethod(this, show, Qt::QueuedConnection);
    };
    postWork({Activity::Stage::summarizing,
              [result, request](EngineWorker& worker, const EventSink& events,
                                const std::stop_token& stop) {
                  *result = summarizeProject(worker.workspace(), worker.session(),
                                             worker.engine().tokenizer(), request, events, stop);
              },
              [this, result] { emit summariesFinished(*result); }});
}

void EngineBridge::ask(AskRequest request) {
    request.onlyReady = true;
    struct Outcome {
        AskResult result;
        std::optional<ProjectLayout> layout;
        bool isFull = false;
    };
    auto outcome = std::make_shared<Outcome>();
    emit answerStarted();
    m_answer = post(
        [outcome, request](EngineWorker& worker, const EventSink& events,
                           const std::stop_token& stop) {
            try {
                outcome->result = worker.session().ask(request, events, stop);
                outcome->layout = worker.newLayout();
            } catch (const ConversationFull&) {
                outcome->isFull = true;
                throw;
            }
        },
        [this, outcome](JobEnd end, const QString& message) {
            m_answer = 0;
            if (m_works == 0 && !m_meter.activity().isIdle()) {
                m_meter.end();
                emit activityChanged(activity());
            }
            showNew(outcome->layout);
            if (end == JobEnd::done)
                emit answerFinished(outcome->result);
            else if (end == JobEnd::failed)
                emit answerFailed(message, outcome->isFull);
            else
                emit answerFailed(tr("Stopped before the first word."), false);
        },
        true);
}

void EngineBridge::stopAnswer() {
    if (m_answer != 0) m_thread->stop(m_answer);
}

void EngineBridge::stopWork() {
    for (const JobId job : std::exchange(m_posted, {})) m_thread->stop(job);
    for (const JobId job : std::exchange(m_others, {})) m_thread->stop(job);
}

// What it was asked for before has ended, whatever it still answers.
void EngineBridge::stopProject() {
    for (const JobId job : std::exchange(m_posted, {})) m_thread->stop(job);
    stopAnswer();
    ++m_openings;
}

}  // namespace asterism
