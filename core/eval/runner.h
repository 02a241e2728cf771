#pragma once

#include <deque>
#include <functional>
#include <map>
#include <span>
#include <stop_token>
#include <vector>

#include "core/base/clock.h"
#include "core/engine.h"
#include "core/eval/framed_sample.h"
#include "core/eval/outcome.h"

namespace asterism::eval {

// What is run: every task at every length with every setting.
struct RunPlan {
    std::vector<const Task*> tasks;
    std::vector<std::int64_t> lengths;
    std::vector<Setting> settings;
    std::int64_t samples = 4;    // haystacks of a task and length
    std::int64_t questions = 4;  // asked of a haystack, where the task has so many
    std::uint64_t seed = 0;
    // Not 0: a haystack is begun only if it can be expected to be read, with all settings, before
    // the run has taken so long.
    double seconds = 0;
};

// How far a run is, in contexts to encode. Tokens weigh them against each other.
struct RunProgress {
    std::int64_t contexts = 0;
    std::int64_t contextsDone = 0;
    double tokens = 0;
    double tokensDone = 0;  // in this run, without what was known before
    double tokensKnown = 0;
    const Task* task = nullptr;
    std::int64_t length = 0;
    const Setting* setting = nullptr;  // of those that share the context the first
};

// The other side of a run. Called on the thread of the run.
struct RunListener {
    // The outcome of an earlier run at that place; null if there is none.
    std::function<const Outcome*(const Outcome::Key&)> known;
    std::function<void(const Outcome&)> onOutcome;
    std::function<void(const RunProgress&)> onProgress;
    // A setting that a length cannot be read with, once for each; the run goes on without it.
    std::function<void(const Setting&, std::int64_t length, const std::string& why)> onRefused;
    EventSink onEvent;  // of the engine, while it encodes
};

// Runs questions through an engine. A haystack is encoded once for all its questions and for all
// settings that differ in placement only, and its questions are answered at once. One thread; the
// engine must outlive it.
class Runner {
  public:
    Runner(Engine& engine, const Texts& texts, PromptFrame frame, RunPlan plan,
           RunListener listener);

    // Samples come one after the other, each with all tasks and lengths, so that a run that ends
    // early has measured all settings alike. Returns how many haystacks the time was too short for.
    // Throws Stopped when asked to stop, and Error if a sample cannot be made or a known outcome
    // was for another question.
    std::int64_t run(std::stop_token stop);

  private:
    struct Place;
    struct Asking;

    // Throws Error if a task cannot be made as short or as long as the plan says.
    void checkLengths() const;
    SampleRequest requestFor(std::int64_t length, std::int64_t index) const;
    bool hasTimeFor(std::int64_t length) const;
    void runSample(const Task& task, std::int64_t length, std::int64_t index);
    void runContext(const Place& place, std::span<const Setting* const> settings);
    void runSetting(const Place& place, const EncodedContext& context, const Setting& setting);
    void ask(const Place& place, std::deque<Asking>& askings, const Setting& setting);
    void report(const Place& place, const Setting& setting, const Asking& asking,
                const Answer& answer);
    bool isKnown(const Place& place, const Setting& setting, std::size_t question) const;
    bool isAllKnown(const Place& place, const Setting& setting) const;
    void refuse(const Setting& setting, std::int64_t length, const std::string& why);
    bool isRefused(const Setting& setting, std::int64_t length) const;

    Engine& m_engine;
    const Texts& m_texts;
    PromptFrame m_frame;
    RunPlan m_plan;
    RunListener m_listener;
    std::vector<std::vector<const Setting*>> m_groups;  // that share contexts
    std::vector<std::pair<const Setting*, std::int64_t>> m_refused;
    RunProgress m_progress;
    Stopwatch m_clock;
    std::map<std::int64_t, double> m_longest;  // seconds that a haystack of a length took
    std::stop_token m_stop;
};

}  // namespace asterism::eval
