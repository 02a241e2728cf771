#include <algorithm>

#include "core/base/error.h"
#include "core/eval/task.h"
#include "core/eval/tasks/task_parts.h"

namespace asterism::eval {

namespace {

using Haystack = NeedleOptions::Haystack;
using Words = NeedleOptions::Words;

// Answer lengths of the published configuration.
constexpr std::int64_t kNeedleTokens = 128;
constexpr std::int64_t kVariableTokens = 30;
constexpr std::int64_t kCommonTokens = 120;
constexpr std::int64_t kFrequentTokens = 50;
constexpr std::int64_t kReadingTokens = 32;
constexpr std::int64_t kWordTokens = 16;
constexpr std::int64_t kPairTokens = 64;
constexpr std::int64_t kFileTokens = 24;

Task needleTask(const std::string& name, const std::string& description,
                const NeedleOptions& options) {
    return {name,
            "ruler",
            description,
            Scoring::allExpected,
            kNeedleTokens,
            [options](const Texts& texts, std::int64_t questions, const Random& random) {
                return needleRecipe(options, texts, questions, random);
            }};
}

Task simpleTask(const std::string& name, const std::string& group, const std::string& description,
                std::int64_t answerTokens, std::function<Recipe(const Random&)> recipe) {
    return {name,
            group,
            description,
            Scoring::allExpected,
            answerTokens,
            [recipe = std::move(recipe)](const Texts&, std::int64_t, const Random& random) {
                return recipe(random);
            }};
}

void addRuler(std::vector<Task>& tasks) {
    NeedleOptions needle;
    needle.haystack = Haystack::noise;
    tasks.push_back(needleTask("niah_single_1", "one number in meaningless lines", needle));
    needle.haystack = Haystack::prose;
    tasks.push_back(needleTask("niah_single_2", "one number in prose", needle));
    needle.values = Words::uuids;
    tasks.push_back(needleTask("niah_single_3", "one long code in prose", needle));
    needle.values = Words::numbers;
    needle.needles = 4;
    tasks.push_back(needleTask("niah_multikey_1", "numbers of four things in prose", needle));
    NeedleOptions crowd;
    crowd.haystack = Haystack::needles;
    tasks.push_back(needleTask("niah_multikey_2", "a text of nothing but numbers", crowd));
    crowd.keys = crowd.values = Words::uuids;
    tasks.push_back(needleTask("niah_multikey_3", "a text of nothing but long codes", crowd));
    NeedleOptions many;
    many.valuesPerKey = 4;
    tasks.push_back(needleTask("niah_multivalue", "four numbers of one thing in prose", many));
    NeedleOptions all;
    all.needles = 4;
    all.asksForAll = true;
    tasks.push_back(needleTask("niah_multiquery", "numbers of four things, all asked", all));
    tasks.push_back(simpleTask("vt", "ruler", "a chain of five variables of one value",
                               kVariableTokens, variableRecipe));
    tasks.push_back(simpleTask("cwe", "ruler", "the ten most common words of a list", kCommonTokens,
                               commonWordsRecipe));
    tasks.push_back(simpleTask("fwe", "ruler", "the three most frequent words of a coded text",
                               kFrequentTokens, frequentWordsRecipe));
    tasks.push_back({"qa_1", "ruler", "questions on paragraphs (SQuAD)", Scoring::anyExpected,
                     kReadingTokens, [](const Texts& texts, std::int64_t questions, Random random) {
                         return readingRecipe(texts.squad, "--squad", questions, random);
                     }});
    tasks.push_back({"qa_2", "ruler", "questions on two paragraphs (HotpotQA)",
                     Scoring::anyExpected, kReadingTokens,
                     [](const Texts& texts, std::int64_t questions, Random random) {
                         return readingRecipe(texts.hotpot, "--hotpot", questions, random);
                     }});
}

void addBabilong(std::vector<Task>& tasks) {
    const std::vector<std::string> descriptions{
        "where a person is", "where a thing is that was carried", "where a thing was before",
        "what lies on which side", "who gave what to whom"};
    for (int number = 1; number <= static_cast<int>(descriptions.size()); ++number)
        tasks.push_back({"qa" + std::to_string(number), "babilong",
                         descriptions[static_cast<std::size_t>(number) - 1] + ", facts in prose",
                         Scoring::onlyExpected, kWordTokens,
                         [number](const Texts& texts, std::int64_t questions, Random random) {
                             return worldRecipe(number, texts, questions, random);
                         }});
}

void addInfiniteBench(std::vector<Task>& tasks) {
    tasks.push_back(simpleTask("passkey", "infinitebench", "a pass key in meaningless lines",
                               kWordTokens,
                               [](const Random& random) { return passKeyRecipe(false, random); }));
    tasks.push_back(simpleTask("number", "infinitebench", "a number of repeated digits",
                               kWordTokens,
                               [](const Random& random) { return passKeyRecipe(true, random); }));
    tasks.push_back({"kv", "infinitebench", "a value of a large JSON object", Scoring::allExpected,
                     kPairTokens, [](const Texts&, std::int64_t questions, Random random) {
                         return pairsRecipe(questions, random);
                     }});
}

void addRepository(std::vector<Task>& tasks) {
    const auto add = [&](const std::string& name, const std::string& description,
                         RepositoryFact fact) {
        tasks.push_back({name, "repository", description, Scoring::allExpected, kFileTokens,
                         [fact](const Texts& texts, std::int64_t questions, Random random) {
                             return repositoryRecipe(fact, texts, questions, random);
                         }});
    };
    add("repo_symbol", "the file that defines a class or function", RepositoryFact::symbolFile);
    add("repo_constant", "the value of a named constant", RepositoryFact::constantValue);
    add("repo_file", "the file that a comment stands in", RepositoryFact::describedFile);
}

bool isOf(const Task& task, const std::string& name) {
    return name == "all" || name == task.group || name == task.name;
}

}  // namespace

const std::vector<Task>& allTasks() {
    static const std::vector<Task> tasks = [] {
        std::vector<Task> all;
        addRuler(all);
        addBabilong(all);
        addInfiniteBench(all);
        addRepository(all);
        return all;
    }();
    return tasks;
}

std::optional<std::string> firstUnknown(const std::vector<std::string>& names) {
    for (const std::string& name : names)
        if (std::none_of(allTasks().begin(), allTasks().end(),
                         [&](const Task& task) { return isOf(task, name); }))
            return name;
    return std::nullopt;
}

std::string knownNames() {
    std::string known = "all, ruler, babilong, infinitebench, repository";
    for (const Task& task : allTasks()) known += ", " + task.name;
    return known;
}

std::vector<const Task*> tasksNamed(const std::vector<std::string>& names) {
    if (const auto unknown = firstUnknown(names))
        throw Error("task ", *unknown, " is none of ", knownNames());
    std::vector<const Task*> tasks;
    for (const Task& task : allTasks())
        if (std::any_of(names.begin(), names.end(),
                        [&](const std::string& name) { return isOf(task, name); }))
            tasks.push_back(&task);
    return tasks;
}

}  // namespace asterism::eval
