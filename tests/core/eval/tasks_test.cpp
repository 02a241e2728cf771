// What the samples of every task must be: as long as asked for, the same for the same seed, with
// their evidence in the context exactly once, and right by the task's own rules.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <sstream>

#include "core/base/error.h"
#include "core/eval/framed_sample.h"
#include "core/eval/scoring.h"
#include "core/model/model_file.h"
#include "tests/core/eval/eval_texts.h"
#include "tests/core/text/tiny_vocabulary.h"
#include "tests/support/test_files.h"

namespace asterism::test {
namespace {

using eval::FramedSample;
using eval::Question;
using eval::Sample;
using eval::Task;

// A token for nearly every character.
const Tokenizer& byteTokenizer() {
    static const auto tokenizer = makeTokenizer(bytePairVocabulary({"t h", "Ġ th", "i n"}));
    return *tokenizer;
}

FramedSample sampleOf(const Task& task, const Tokenizer& tokenizer, std::int64_t length,
                      std::int64_t index = 0, std::uint64_t seed = 0) {
    PromptFrame frame;
    frame.before.assign(5, tokenizer.idOf("a"));
    frame.after.assign(3, tokenizer.idOf("b"));
    return eval::makeSample(task, {evalTexts(), tokenizer, frame, length, 4, seed, index});
}

constexpr std::int64_t kBytes = 24'000;  // a length that every task fits into

FramedSample sampleOf(const std::string& task, std::int64_t index = 0) {
    return sampleOf(*eval::tasksNamed({task}).front(), byteTokenizer(), kBytes, index);
}

class EveryTask : public testing::TestWithParam<Task> {};

TEST_P(EveryTask, FillsItsLengthWithinOnePercent) {
    for (const std::int64_t length : {kBytes, 2 * kBytes}) {
        const FramedSample sample = sampleOf(GetParam(), byteTokenizer(), length);
        EXPECT_LE(sample.tokens(), length);
        EXPECT_GE(sample.tokens(), length - length / 100);
        EXPECT_EQ(sample.queries.size(), sample.sample.questions.size());
    }
}

TEST_P(EveryTask, FillsItsLengthByTheModelsTokenizer) {
    ASTERISM_MODEL_OR_SKIP(model, "smollm2-135m-instruct-q4_1.gguf");
    static const auto tokenizer = makeTokenizer(openModelFile(model)->vocabulary());
    for (const std::int64_t length : {4096, 16384}) {
        const FramedSample sample = sampleOf(GetParam(), *tokenizer, length);
        EXPECT_LE(sample.tokens(), length);
        EXPECT_GE(sample.tokens(), length - length / 100);
    }
}

TEST_P(EveryTask, HasItsEvidenceInTheContextOnce) {
    for (std::int64_t index = 0; index < 5; ++index) {
        const Sample sample = sampleOf(GetParam(), byteTokenizer(), kBytes, index).sample;
        ASSERT_FALSE(sample.questions.empty());
        EXPECT_LE(sample.questions.size(), 4U);
        for (const Question& question : sample.questions)
            for (const std::string& evidence : question.evidence)
                EXPECT_EQ(countOf(sample.context, evidence), 1) << evidence;
    }
}

TEST_P(EveryTask, NamesNoAnswerInItsQuestion) {
    for (std::int64_t index = 0; index < 5; ++index)
        for (const Question& question :
             sampleOf(GetParam(), byteTokenizer(), kBytes, index).sample.questions) {
            EXPECT_FALSE(question.text.empty());
            EXPECT_FALSE(question.expected.empty());
            for (const std::string& expected : question.expected)
                EXPECT_EQ(countOf(question.text + question.answerBegin, expected), 0) << expected;
        }
}

TEST_P(EveryTask, GivesFullMarksToItsOwnAnswer) {
    for (const Question& question :
         sampleOf(GetParam(), byteTokenizer(), kBytes).sample.questions) {
        std::string answer;
        for (const std::string& expected : question.expected) answer += " " + expected;
        EXPECT_EQ(eval::scoreOf(GetParam().scoring, question, answer), 1) << answer;
        EXPECT_EQ(eval::scoreOf(GetParam().scoring, question, "I do not know"), 0);
    }
}

TEST_P(EveryTask, IsTheSameForASeedAndAnotherForAnother) {
    const auto digest = [&](std::int64_t index, std::uint64_t seed) {
        return sampleOf(GetParam(), byteTokenizer(), kBytes, index, seed).digest(0);
    };
    EXPECT_EQ(digest(0, 0), digest(0, 0));
    EXPECT_NE(digest(0, 0), digest(1, 0));
    EXPECT_NE(digest(0, 0), digest(0, 1));
}

INSTANTIATE_TEST_SUITE_P(Tasks, EveryTask, testing::ValuesIn(eval::allTasks()),
                         [](const auto& task) { return task.param.name; });

TEST(NeedleTasks, HaveAsManyNeedlesAsTheyShould) {
    const std::map<std::string, std::pair<int, int>> needlesAndQuestions{
        {"niah_single_1", {1, 1}},   {"niah_single_2", {1, 1}},   {"niah_single_3", {1, 1}},
        {"niah_multikey_1", {4, 4}}, {"niah_multivalue", {4, 1}}, {"niah_multiquery", {4, 1}}};
    for (const auto& [task, counts] : needlesAndQuestions) {
        const Sample sample = sampleOf(task).sample;
        EXPECT_EQ(countOf(sample.context, "One secret "), counts.first) << task;
        EXPECT_EQ(std::ssize(sample.questions), counts.second) << task;
    }
    const Sample values = sampleOf("niah_multivalue").sample;
    EXPECT_EQ(values.questions.front().expected.size(), 4U);
    const Sample crowd = sampleOf("niah_multikey_2").sample;
    EXPECT_GT(countOf(crowd.context, "One secret "), 300);
    EXPECT_EQ(crowd.questions.size(), 4U);
}

TEST(NeedleTasks, HideEachExpectedValueOnce) {
    for (const std::string task :
         {"niah_single_1", "niah_single_3", "niah_multikey_1", "niah_multikey_2", "niah_multikey_3",
          "niah_multivalue", "niah_multiquery"}) {
        const Sample sample = sampleOf(task).sample;
        for (const Question& question : sample.questions)
            for (const std::string& value : question.expected)
                EXPECT_EQ(countOf(sample.context, value), 1) << task << " " << value;
    }
}

// Where a text stands in another, from 0 to 1.
double depthOf(const std::string& context, const std::string& text) {
    return static_cast<double>(context.find(text)) / static_cast<double>(context.size());
}

TEST(NeedleTasks, StandAtAllDepths) {
    std::vector<double> depths;
    for (std::int64_t index = 0; index < 60; ++index) {
        const Sample sample = sampleOf("niah_single_2", index).sample;
        depths.push_back(depthOf(sample.context, sample.questions.front().evidence.front()));
    }
    for (const double low : {0.0, 0.25, 0.5, 0.75}) {
        const auto quarter = std::count_if(depths.begin(), depths.end(), [&](double depth) {
            return depth >= low && depth < low + 0.25;
        });
        EXPECT_GE(quarter, 5) << low;
    }
}

TEST(VariableTask, ChainsAssignmentsInOrder) {
    const Sample sample = sampleOf("vt").sample;
    const Question& question = sample.questions.front();
    ASSERT_EQ(question.expected.size(), 5U);
    ASSERT_EQ(question.evidence.size(), 5U);
    std::size_t last = 0;
    for (std::size_t i = 0; i < 5; ++i) {
        EXPECT_TRUE(question.evidence[i].starts_with("VAR " + question.expected[i] + " = "));
        if (i > 0) {
            EXPECT_TRUE(question.evidence[i].ends_with("VAR " + question.expected[i - 1]));
        }
        const std::size_t at = sample.context.find(question.evidence[i]);
        EXPECT_GT(at, last);
        last = at;
    }
}

// Times of each word behind a mark.
std::map<std::string, int> wordCounts(const std::string& context, const std::string& mark) {
    std::istringstream words(context.substr(context.find(mark) + mark.size()));
    std::map<std::string, int> counts;
    for (std::string word; words >> word;) ++counts[word];
    return counts;
}

TEST(CommonWordsTask, HasTenWordsThirtyTimes) {
    const Sample sample = sampleOf("cwe").sample;
    const Question& question = sample.questions.front();
    const auto counts = wordCounts(sample.context, "\nList:\n");
    EXPECT_EQ(question.expected.size(), 10U);
    for (const auto& [word, count] : counts) {
        const bool isCommon = std::find(question.expected.begin(), question.expected.end(), word) !=
                              question.expected.end();
        if (isCommon) {
            EXPECT_EQ(count, 30) << word;
        } else {
            EXPECT_LE(count, 3) << word;
        }
    }
}

TEST(FrequentWordsTask, AsksForTheThreeMostFrequentWordsButTheDots) {
    const Sample sample = sampleOf("fwe").sample;
    std::vector<std::pair<int, std::string>> ranked;
    for (const auto& [word, count] : wordCounts(sample.context, "\n\n"))
        ranked.emplace_back(count, word);
    std::sort(ranked.rbegin(), ranked.rend());
    EXPECT_EQ(ranked[0].second, "...");
    const auto& expected = sample.questions.front().expected;
    ASSERT_EQ(expected.size(), 3U);
    for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(ranked[i + 1].second, expected[i]);
    EXPECT_GT(ranked[3].first, ranked[4].first);
}

// The sentences of a world, replayed by a second, simpler simulation.
struct Replay {
    std::map<std::string, std::string> placeOf;                // of people
    std::map<std::string, std::string> holderOf;               // of things
    std::map<std::string, std::vector<std::string>> visitsOf;  // places of things

    void tell(const std::vector<std::string>& words) {
        const std::string& person = words[0];
        if (words[1] == "took") {
            holderOf[words[3]] = person;
            visit(words[3], placeOf.at(person));
        } else if (words[1] == "put") {
            holderOf.erase(words[3]);
        } else {
            placeOf[person] = words[4];
            for (const auto& [thing, holder] : holderOf)
                if (holder == person) visit(thing, words[4]);
        }
    }

  private:
    void visit(const std::string& thing, const std::string& place) {
        std::vector<std::string>& visits = visitsOf[thing];
        if (visits.empty() || visits.back() != place) visits.push_back(place);
    }
};

std::vector<std::string> wordsOf(const std::string& sentence) {
    std::istringstream stream(sentence);
    std::vector<std::string> words;
    for (std::string word; stream >> word;) words.push_back(word);
    return words;
}

// The world's facts in the order of the context: sentences that begin with a person.
Replay replay(const std::string& context) {
    static const std::set<std::string> kVerbs{"went",     "walked", "ran", "moved",
                                              "returned", "took",   "put"};
    static const std::set<std::string> kPeople{"Alma",  "Boris", "Clara", "Dario",
                                               "Elena", "Felix", "Greta", "Hugo",
                                               "Irene", "Jonas", "Karin", "Lorenz"};
    std::string plain = context;
    std::replace(plain.begin(), plain.end(), '.', ' ');
    const std::vector<std::string> words = wordsOf(plain);
    Replay world;
    for (std::size_t i = 0; i + 4 < words.size(); ++i)
        if (kPeople.contains(words[i]) && kVerbs.contains(words[i + 1]))
            world.tell({words.begin() + static_cast<std::ptrdiff_t>(i),
                        words.begin() + static_cast<std::ptrdiff_t>(i) + 5});
    return world;
}

TEST(WorldTasks, AnswerAsTheFactsSay) {
    for (std::int64_t index = 0; index < 10; ++index) {
        const Sample people = sampleOf("qa1", index).sample;
        for (const Question& question : people.questions)
            EXPECT_EQ(question.expected.front(),
                      replay(people.context).placeOf.at(wordsOf(question.text)[2]))
                << question.text;
        const Sample things = sampleOf("qa2", index).sample;
        for (const Question& question : things.questions)
            EXPECT_EQ(question.expected.front(),
                      replay(things.context).visitsOf.at(wordsOf(question.text)[3]).back())
                << question.text;
        const Sample before = sampleOf("qa3", index).sample;
        for (const Question& question : before.questions) {
            const auto visits = replay(before.context).visitsOf.at(wordsOf(question.text)[3]);
            ASSERT_GE(visits.size(), 2U);
            EXPECT_EQ(question.expected.front(), visits[visits.size() - 2]) << question.text;
            EXPECT_TRUE(question.text.ends_with("to the " + visits.back() + "?"));
        }
    }
}

TEST(WorldTasks, CountTheExpectedAnswerAmongNoRivals) {
    for (const std::string task : {"qa1", "qa2", "qa3", "qa4", "qa5"})
        for (const Question& question : sampleOf(task).sample.questions) {
            EXPECT_GE(question.rivals.size(), 4U) << task;
            EXPECT_EQ(std::count(question.rivals.begin(), question.rivals.end(),
                                 question.expected.front()),
                      0);
        }
}

TEST(PairTask, AsksForPairsOfTheObject) {
    const Sample sample = sampleOf("kv").sample;
    EXPECT_EQ(sample.questions.size(), 4U);
    for (const Question& question : sample.questions)
        EXPECT_EQ(countOf(sample.context, question.expected.front()), 1);
}

TEST(TaskNames, AreTasksGroupsOrAll) {
    EXPECT_EQ(eval::tasksNamed({"all"}).size(), 24U);
    EXPECT_EQ(eval::tasksNamed({"ruler"}).size(), 13U);
    EXPECT_EQ(eval::tasksNamed({"vt", "babilong", "vt"}).size(), 6U);
    EXPECT_THROW(eval::tasksNamed({"niah"}), Error);
}

// A task of a word a unit, with text for `most` of them.
Task wordTask(std::int64_t most, int& made) {
    Task task;
    task.name = "words";
    task.recipe = [most, &made](const eval::Texts&, std::int64_t, eval::Random) {
        eval::Recipe recipe;
        recipe.most = most;
        recipe.at = [&made](std::int64_t units) {
            ++made;
            Sample sample;
            for (std::int64_t i = 0; i < units; ++i) sample.context += "word ";
            sample.questions.push_back({"Which?", "", {"word"}, {}, {}});
            return sample;
        };
        return recipe;
    };
    return task;
}

// Between 99 % and as close as a sample is made otherwise: more units are no more text.
TEST(SampleLength, IsFoundAtOnceWhereTheTextRunsOutJustBeforeIt) {
    int made = 0;
    const std::int64_t whole = sampleOf(wordTask(4000, made), byteTokenizer(), 20'100).tokens();
    EXPECT_GT(whole, 20'000);
    for (const double share : {0.992, 0.995, 0.997, 0.9979}) {
        made = 0;
        const auto length = static_cast<std::int64_t>(static_cast<double>(whole) / share);
        EXPECT_EQ(sampleOf(wordTask(4000, made), byteTokenizer(), length).tokens(), whole);
        EXPECT_LE(made, 6) << share;
    }
}

TEST(SampleLength, RefusesWhatATaskCannotBe) {
    const Task& common = *eval::tasksNamed({"cwe"}).front();
    EXPECT_THROW(sampleOf(common, byteTokenizer(), 500), Error);
    const Task& symbols = *eval::tasksNamed({"repo_symbol"}).front();
    EXPECT_THROW(sampleOf(symbols, byteTokenizer(), 3'000'000), Error);
}

}  // namespace
}  // namespace asterism::test
