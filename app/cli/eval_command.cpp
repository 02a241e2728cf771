#include <algorithm>
#include <fstream>
#include <iostream>
#include <memory>

#include "app/cli/built_in_texts.h"
#include "app/cli/command_list.h"
#include "app/cli/engine_flags.h"
#include "app/cli/eval_grid.h"
#include "app/cli/eval_report.h"
#include "app/cli/eval_results.h"
#include "app/cli/progress.h"
#include "app/cli/text_io.h"
#include "app/engine_factory.h"
#include "core/documents/documents.h"
#include "core/eval/filler.h"
#include "core/eval/reading_data.h"
#include "core/eval/runner.h"
#include "core/model/decoder.h"

namespace asterism {

namespace {

struct EvalFlags {
    EngineFlags engine;
    EvalGrid grid;
    std::vector<std::string> tasks;
    std::vector<std::int64_t> lengths{4096};
    std::int64_t samples = 4;
    std::int64_t questions = 4;
    std::uint64_t seed = 0;
    double minutes = 0;  // 0: as long as it takes
    std::string text;
    std::string repository;
    std::string squad;
    std::string hotpot;
    std::string results;
    std::string plot;
    bool listsTasks = false;
};

std::vector<eval::SourceFile> readFiles(const std::string& path) {
    std::vector<eval::SourceFile> files;
    for (Document& document : readDocuments(path).documents)
        files.push_back({std::move(document.name), std::move(document.text)});
    return files;
}

// Prose of files: sentences of texts, comments of sources.
std::vector<std::string> sentencesOf(const std::vector<eval::SourceFile>& files) {
    std::vector<std::string> sentences;
    for (const eval::SourceFile& file : files) {
        const bool isSource = hasSuffix(file.name, {".h", ".cpp", ".cu", ".cuh"});
        auto more = isSource ? eval::commentSentences(file.text) : eval::proseSentences(file.text);
        sentences.insert(sentences.end(), more.begin(), more.end());
    }
    return sentences;
}

// The texts that the user names, and for those that are not named the ones built into the program.
eval::Texts readTexts(const EvalFlags& flags) {
    eval::Texts texts;
    texts.sentences = sentencesOf(flags.text.empty() ? builtInTexts() : readFiles(flags.text));
    if (flags.repository.empty()) {
        for (const eval::SourceFile& file : builtInTexts())
            if (!file.name.ends_with(".md")) texts.sources.push_back(file);
    } else {
        texts.sources = readFiles(flags.repository);
    }
    if (!flags.squad.empty())
        texts.squad = eval::parseSquad(readTextFile(flags.squad), flags.squad);
    if (!flags.hotpot.empty())
        texts.hotpot = eval::parseHotpot(readTextFile(flags.hotpot), flags.hotpot);
    return texts;
}

// The tasks that are named. Those that lack their data set are left out, visibly, where a group
// was named and not the task itself.
std::vector<const eval::Task*> tasksFor(const EvalFlags& flags, const eval::Texts& texts) {
    if (flags.tasks.empty())
        throw UsageError("name the tasks, like ruler or niah_single_2,vt; eval --list shows them");
    if (const auto unknown = eval::firstUnknown(flags.tasks))
        throw UsageError("task ", *unknown, " is none of ", eval::knownNames());
    std::vector<const eval::Task*> tasks;
    for (const eval::Task* task : eval::tasksNamed(flags.tasks)) {
        const bool isNamed =
            std::find(flags.tasks.begin(), flags.tasks.end(), task->name) != flags.tasks.end();
        const bool lacksData = (task->name == "qa_1" && texts.squad.questions.empty()) ||
                               (task->name == "qa_2" && texts.hotpot.questions.empty());
        if (lacksData && !isNamed)
            std::cerr << "note: " << task->name << " is left out; name its data set with "
                      << (task->name == "qa_1" ? "--squad" : "--hotpot") << std::endl;
        else
            tasks.push_back(task);
    }
    return tasks;
}

PromptFrame frameFor(const Tokenizer& tokenizer) {
    return tokenizer.vocabulary().chatTemplate.empty() ? plainFrame(tokenizer)
                                                       : chatFrame(tokenizer);
}

void printTasks(const CommandContext& command) {
    auto list = nlohmann::ordered_json::array();
    for (const eval::Task& task : eval::allTasks()) {
        if (command.isJson)
            list.push_back({{"name", task.name},
                            {"group", task.group},
                            {"description", task.description},
                            {"answer_tokens", task.answerTokens}});
        else
            std::cout << task.group << "  " << task.name << "  " << task.description << "\n";
    }
    if (command.isJson) printJson({{"tasks", list}});
}

// Everything of one run of the command.
class EvalCommand {
  public:
    EvalCommand(const EvalFlags& flags, const CommandContext& command)
        : m_flags(flags),
          m_command(command),
          m_texts(readTexts(flags)),
          m_tasks(tasksFor(flags, m_texts)),
          m_options(flags.engine.resolve()),
          m_engine(openEngine(m_options)),
          m_settings(flags.grid.settings(m_engine->tokenizer())),
          m_results(flags.results, head()) {}

    void run() {
        if (!m_command.isJson)
            std::cerr << m_engine->config().name << " on " << m_engine->description() << ", "
                      << m_tasks.size() << " tasks, " << m_settings.size() << " settings, "
                      << m_results.size() << " answers known" << std::endl;
        eval::RunPlan plan;
        plan.tasks = m_tasks;
        plan.lengths = m_flags.lengths;
        plan.settings = m_settings;
        plan.samples = m_flags.samples;
        plan.questions = m_flags.questions;
        plan.seed = m_flags.seed;
        plan.seconds = 60 * m_flags.minutes;
        eval::Runner runner(*m_engine, m_texts, frameFor(m_engine->tokenizer()), std::move(plan),
                            listener());
        std::int64_t leftOut = 0;
        try {
            leftOut = runner.run(m_command.stop);
        } catch (const Stopped&) {
            clearLine();
            report();
            throw;
        }
        clearLine();
        if (leftOut > 0)
            std::cerr << "note: the time was too short for " << grouped(leftOut) << " of "
                      << grouped(haystacks()) << " haystacks; more --minutes measure more, and "
                      << "with --results the same command goes on where it ended" << std::endl;
        report();
    }

  private:
    std::int64_t haystacks() const {
        return std::ssize(m_tasks) * std::ssize(m_flags.lengths) * m_flags.samples;
    }

    // What outcomes depend on beside what they say themselves.
    nlohmann::ordered_json head() const {
        return {{"model", m_options.model.filename().string()},
                {"precision", m_options.precision == Precision::f32 ? "f32" : "auto"},
                {"seed", m_flags.seed},
                {"questions", m_flags.questions}};
    }

    eval::RunListener listener() {
        eval::RunListener listener;
        listener.known = [this](const eval::Outcome::Key& key) { return m_results.find(key); };
        listener.onOutcome = [this](const eval::Outcome& outcome) { m_results.add(outcome); };
        listener.onProgress = [this](const eval::RunProgress& progress) { show(progress); };
        listener.onRefused = [this](const eval::Setting& setting, std::int64_t length,
                                    const std::string& why) {
            clearLine();
            std::cerr << "warning: " << setting.name << " is left out at " << grouped(length)
                      << " tokens: " << why << std::endl;
        };
        return listener;
    }

    void show(const eval::RunProgress& progress) {
        if (!m_command.showsProgress) return;
        clearLine();
        std::cerr << "context " << grouped(progress.contextsDone + 1) << " of "
                  << grouped(progress.contexts) << ": " << progress.task->name << ", "
                  << grouped(progress.length) << " tokens, " << progress.setting->name;
        if (progress.tokensDone > 0) {
            const double left = progress.tokens - progress.tokensDone - progress.tokensKnown;
            double seconds = m_clock.seconds() / progress.tokensDone * left;
            if (m_flags.minutes > 0)
                seconds =
                    std::min(seconds, std::max(0.0, 60 * m_flags.minutes - m_clock.seconds()));
            std::cerr << ", " << duration(seconds) << " left";
        }
        std::cerr << std::flush;
        m_hasLine = true;
    }

    void clearLine() {
        if (m_hasLine) std::cerr << "\r\033[K" << std::flush;
        m_hasLine = false;
    }

    void report() const {
        std::vector<std::string> names;
        names.reserve(m_settings.size());
        for (const eval::Setting& setting : m_settings) names.push_back(setting.name);
        const std::vector<std::string> baselines = baselinesOf(m_settings);
        const auto rows = eval::summarize(m_results.all(), names, m_flags.lengths, baselines);
        if (!m_flags.plot.empty()) writePlot(rows);
        if (!m_command.isJson) {
            std::cout << evalTables(rows, baselines) << std::flush;
            return;
        }
        nlohmann::ordered_json result = head();
        result["device"] = m_engine->description();
        result["samples"] = m_flags.samples;
        result["rows"] = evalJson(rows);
        printJson(result);
    }

    void writePlot(const std::vector<eval::SummaryRow>& rows) const {
        std::ofstream file(m_flags.plot, std::ios::trunc);
        file << eval::svgPlot(eval::summaryPlot(rows));
        file.close();
        if (!file) throw Error(m_flags.plot, ": the plot could not be written; name another file");
    }

    const EvalFlags& m_flags;
    const CommandContext& m_command;
    eval::Texts m_texts;
    std::vector<const eval::Task*> m_tasks;
    EngineOptions m_options;
    std::unique_ptr<Engine> m_engine;
    std::vector<eval::Setting> m_settings;
    EvalResults m_results;
    Stopwatch m_clock;
    bool m_hasLine = false;
};

void addRunFlags(CLI::App& app, EvalFlags& flags) {
    app.add_option("--lengths", flags.lengths,
                   "Tokens of context, question and answer, separated by commas")
        ->delimiter(',')
        ->check(atLeast(256))
        ->capture_default_str();
    app.add_option("--samples", flags.samples, "Haystacks of each task and length")
        ->check(atLeast(1))
        ->capture_default_str();
    app.add_option("--questions", flags.questions, "Most questions asked of one haystack")
        ->check(atLeast(1))
        ->capture_default_str();
    app.add_option("--seed", flags.seed, "Another seed gives other haystacks")
        ->check(atLeast(0))
        ->capture_default_str();
    app.add_option("--minutes", flags.minutes,
                   "Begin no haystack that would take the run longer than this; 0: no limit")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    app.add_option("--results", flags.results,
                   "File for every answer; the same command goes on from it");
    app.add_option("--plot", flags.plot, "SVG file for plots of accuracy");
}

void addTextFlags(CLI::App& app, EvalFlags& flags) {
    app.add_option("--text", flags.text, "File or folder of prose for haystacks")
        ->default_str("the manual and comments of Asterism's sources");
    app.add_option("--repository", flags.repository, "Source tree for the repo_ tasks")
        ->default_str("sources of Asterism's core");
    app.add_option("--squad", flags.squad, "SQuAD file, for qa_1");
    app.add_option("--hotpot", flags.hotpot, "HotpotQA file, for qa_2");
}

}  // namespace

void addEvalCommand(CommandSet& commands) {
    const auto flags = std::make_shared<EvalFlags>();
    CLI::App* app = commands.add("eval", "Measure what settings cost in accuracy",
                                 [flags](const CommandContext& context) {
                                     if (flags->listsTasks) return printTasks(context);
                                     EvalCommand(*flags, context).run();
                                 });
    app->add_option("tasks", flags->tasks, "Tasks or groups of tasks, separated by commas")
        ->delimiter(',');
    app->add_flag("--list", flags->listsTasks, "Show the tasks and end");
    addRunFlags(*app, *flags);
    addTextFlags(*app, *flags);
    flags->engine.add(*app);
    flags->grid.add(*app);
}

}  // namespace asterism
