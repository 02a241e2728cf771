#include "core/eval/runner.h"

#include <algorithm>
#include <utility>

#include "core/base/error.h"
#include "core/eval/scoring.h"
#include "core/model/decoder.h"
#include "core/text/cut_points.h"

namespace asterism::eval {

// A haystack and where it stands in the run.
struct Runner::Place {
    const Task& task;
    std::int64_t length = 0;
    std::int64_t sample = 0;
    FramedSample framed;

    Outcome::Key key(const Setting& setting, std::size_t question) const {
        return {setting.name, task.name, length, sample, static_cast<std::int64_t>(question)};
    }
};

Runner::Runner(Engine& engine, const Texts& texts, PromptFrame frame, RunPlan plan,
               RunListener listener)
    : m_engine(engine),
      m_texts(texts),
      m_frame(std::move(frame)),
      m_plan(std::move(plan)),
      m_listener(std::move(listener)) {
    for (const Setting& setting : m_plan.settings) {
        const auto same = std::find_if(m_groups.begin(), m_groups.end(), [&](const auto& settings) {
            return settings.front()->sharesContextsWith(setting);
        });
        if (same == m_groups.end())
            m_groups.push_back({&setting});
        else
            same->push_back(&setting);
    }
}

std::int64_t Runner::run(std::stop_token stop) {
    m_stop = std::move(stop);
    m_progress = {};
    m_clock = {};
    checkLengths();
    const auto each =
        static_cast<std::int64_t>(m_plan.tasks.size() * m_groups.size()) * m_plan.samples;
    for (const std::int64_t length : m_plan.lengths) {
        m_progress.contexts += each;
        m_progress.tokens += static_cast<double>(each * length);
    }
    std::int64_t leftOut = 0;
    for (std::int64_t sample = 0; sample < m_plan.samples; ++sample)
        for (const std::int64_t length : m_plan.lengths)
            for (const Task* task : m_plan.tasks) {
                if (hasTimeFor(length))
                    runSample(*task, length, sample);
                else
                    ++leftOut;
            }
    return leftOut;
}

// Goes by the slowest haystack of the length so far, and before the first one by its tokens.
bool Runner::hasTimeFor(std::int64_t length) const {
    if (m_plan.seconds == 0) return true;
    double expected = 0;
    if (const auto same = m_longest.find(length); same != m_longest.end())
        expected = same->second;
    else
        for (const auto& [other, seconds] : m_longest)
            expected = std::max(expected,
                                seconds * static_cast<double>(length) / static_cast<double>(other));
    return m_clock.seconds() + expected < m_plan.seconds;
}

void Runner::checkLengths() const {
    const auto [shortest, longest] =
        std::minmax_element(m_plan.lengths.begin(), m_plan.lengths.end());
    for (const Task* task : m_plan.tasks)
        for (const std::int64_t length : {*shortest, *longest})
            makeSample(*task, requestFor(length, 0));
}

SampleRequest Runner::requestFor(std::int64_t length, std::int64_t index) const {
    return {m_texts, m_engine.tokenizer(), m_frame, length, m_plan.questions, m_plan.seed, index};
}

void Runner::runSample(const Task& task, std::int64_t length, std::int64_t index) {
    if (m_stop.stop_requested()) throw Stopped();
    const double begin = m_clock.seconds();
    const Place place{task, length, index, makeSample(task, requestFor(length, index))};
    bool isMeasured = false;
    for (const auto& group : m_groups) {
        std::vector<const Setting*> open;
        for (const Setting* setting : group)
            if (!isRefused(*setting, length) && !isAllKnown(place, *setting))
                open.push_back(setting);
        m_progress.task = &task;
        m_progress.length = length;
        m_progress.setting = group.front();
        if (m_listener.onProgress) m_listener.onProgress(m_progress);
        if (!open.empty()) runContext(place, open);
        isMeasured = isMeasured || !open.empty();
        (open.empty() ? m_progress.tokensKnown : m_progress.tokensDone) +=
            static_cast<double>(length);
        ++m_progress.contextsDone;
    }
    if (isMeasured) m_longest[length] = std::max(m_longest[length], m_clock.seconds() - begin);
}

void Runner::runContext(const Place& place, std::span<const Setting* const> settings) {
    const ContextOptions options = settings.front()->contextFor(place.length);
    std::vector<CutPoint> cuts;
    if (options.plan == PlanKind::documents)
        cuts = findCutPoints(m_engine.tokenizer(), place.framed.context);
    std::unique_ptr<EncodedContext> context;
    try {
        context = m_engine.encode(place.framed.context, cuts, options, m_listener.onEvent, m_stop);
    } catch (const Error& error) {
        for (const Setting* setting : settings) refuse(*setting, place.length, error.what());
        return;
    }
    for (const Setting* setting : settings) runSetting(place, *context, *setting);
}

// A question that is asked, and its answer as it comes.
struct Runner::Asking {
    Conversation conversation;
    std::size_t question = 0;
    std::string text;
    std::stop_source settled;
};

void Runner::runSetting(const Place& place, const EncodedContext& context, const Setting& setting) {
    PlacementOptions placement = setting.placement;
    if (placement.room == 0) placement.room = place.framed.room();
    std::vector<std::size_t> questions;
    for (std::size_t question = 0; question < place.framed.queries.size(); ++question)
        if (!isKnown(place, setting, question)) questions.push_back(question);
    try {
        // Conversations of their own: questions do not see each other.
        std::deque<Asking> askings;
        for (const std::size_t question : questions)
            askings.push_back({m_engine.startConversation(context, placement), question, {}, {}});
        ask(place, askings, setting);
    } catch (const Error& error) {
        refuse(setting, place.length, error.what());
    }
}

void Runner::ask(const Place& place, std::deque<Asking>& askings, const Setting& setting) {
    const Scoring scoring = place.task.scoring;
    AnswerOptions options;
    options.maxTokens = place.framed.answerTokens;
    options.stopTexts = stopTexts(scoring);
    std::vector<BatchedQuestion> batch;
    for (Asking& asking : askings) {
        const Question& asked = place.framed.sample.questions[asking.question];
        const EventSink events = [&asking, &asked, scoring](const EngineEvent& event) {
            const auto* token = std::get_if<TokenDecoded>(&event);
            if (!token) return;
            asking.text += token->text;
            if (isSettled(scoring, asked, asking.text)) asking.settled.request_stop();
        };
        batch.push_back({asking.conversation, place.framed.queries[asking.question], options,
                         events, asking.settled.get_token()});
    }
    const std::vector<Answer> answers = m_engine.answerAll(batch, m_stop);
    for (std::size_t i = 0; i < answers.size(); ++i)
        if (answers[i].end != AnswerEnd::stopped || askings[i].settled.stop_requested())
            report(place, setting, askings[i], answers[i]);
    if (m_stop.stop_requested()) throw Stopped();
}

void Runner::report(const Place& place, const Setting& setting, const Asking& asking,
                    const Answer& answer) {
    const Question& asked = place.framed.sample.questions[asking.question];
    const EncodedContext& context = asking.conversation.context();
    Outcome outcome;
    outcome.setting = setting.name;
    outcome.task = place.task.name;
    outcome.length = place.length;
    outcome.sample = place.sample;
    outcome.question = static_cast<std::int64_t>(asking.question);
    outcome.digest = place.framed.digest(asking.question);
    outcome.score = scoreOf(place.task.scoring, asked, answer.text);
    outcome.answer = answer.text;
    outcome.expected = asked.expected;
    outcome.contextTokens = context.contextTokens();
    outcome.attendedTokens = asking.conversation.tokensAttended();
    outcome.queryTokens = answer.queryTokens;
    outcome.contextBlocks = std::ssize(context.blocks);
    outcome.kvBytes = context.kvBytes();
    outcome.encodeSeconds = context.encodeSeconds;
    outcome.firstTokenSeconds = answer.firstTokenSeconds;
    outcome.tokensPerSecond = answer.tokensPerSecond();
    if (m_listener.onOutcome) m_listener.onOutcome(outcome);
}

bool Runner::isKnown(const Place& place, const Setting& setting, std::size_t question) const {
    const Outcome* known =
        m_listener.known ? m_listener.known(place.key(setting, question)) : nullptr;
    if (known && known->digest != place.framed.digest(question))
        throw Error("the results hold an answer to another question for ", place.task.name, " at ",
                    place.length, " tokens, sample ", place.sample,
                    ": they were made with other texts, another model or another version; name "
                    "a new file with --results");
    return known != nullptr;
}

bool Runner::isAllKnown(const Place& place, const Setting& setting) const {
    for (std::size_t question = 0; question < place.framed.queries.size(); ++question)
        if (!isKnown(place, setting, question)) return false;
    return true;
}

void Runner::refuse(const Setting& setting, std::int64_t length, const std::string& why) {
    m_refused.emplace_back(&setting, length);
    if (m_listener.onRefused) m_listener.onRefused(setting, length, why);
}

bool Runner::isRefused(const Setting& setting, std::int64_t length) const {
    return std::find(m_refused.begin(), m_refused.end(), std::pair(&setting, length)) !=
           m_refused.end();
}

}  // namespace asterism::eval
