#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/eval/random.h"

namespace asterism::eval {

// One question over a context and what a right answer holds.
struct Question {
    std::string text;                   // follows the context
    std::string answerBegin;            // the answer's first words, given to the model
    std::vector<std::string> expected;  // strings of a right answer
    std::vector<std::string> rivals;    // wrong answers of the same kind (Scoring::onlyExpected)
    // What of the context the answer follows from: strings that stand in it exactly once. Empty
    // where it follows from the context as a whole.
    std::vector<std::string> evidence;
};

// A context with its questions.
struct Sample {
    std::string context;
    std::vector<Question> questions;
};

// How an answer is judged: a figure from 0 to 1 (scoring.h).
// allExpected: the share of the expected strings that the answer holds (RULER's string_match_all).
// anyExpected: whether it holds one of them (RULER's string_match_part).
// onlyExpected: whether it holds the expected string and no rival (BABILong's).
enum class Scoring : std::uint8_t { allExpected, anyExpected, onlyExpected };

struct SourceFile {
    std::string name;  // path with /
    std::string text;
};

// Paragraphs and the questions people have asked about them.
struct ReadingSet {
    struct Question {
        std::string text;
        std::vector<std::string> answers;     // any of them is right
        std::vector<std::size_t> paragraphs;  // that hold the answer
    };
    std::vector<std::string> paragraphs;
    std::vector<Question> questions;
};

// The texts that tasks draw from.
struct Texts {
    std::vector<std::string> sentences;  // prose, in order (proseSentences)
    std::vector<SourceFile> sources;     // a source tree
    ReadingSet squad;
    ReadingSet hotpot;
};

// How a sample grows: at(units) is the sample with so much filler, the same for the same units and
// longer with more of them. A unit is small against any context's length, a word or less.
struct Recipe {
    std::function<Sample(std::int64_t units)> at;
    std::int64_t most = std::numeric_limits<std::int64_t>::max();  // units that there is text for
};

// One kind of test. Adding one is a function that makes its recipe and its line in task_list.cpp.
struct Task {
    std::string name;
    std::string group;        // benchmark it follows: ruler, babilong, infinitebench, repository
    std::string description;  // one line
    Scoring scoring = Scoring::allExpected;
    std::int64_t answerTokens = 32;  // longest answer
    // Everything is drawn from `random`; `questions` is the most that are asked of one context.
    // Throws Error if the texts do not have what the task needs.
    std::function<Recipe(const Texts& texts, std::int64_t questions, Random random)> recipe;
};

// All tasks, in the order in which they are run and shown.
const std::vector<Task>& allTasks();

// The first of the names that is neither a task's nor a group's nor the word `all`.
std::optional<std::string> firstUnknown(const std::vector<std::string>& names);
// The names that there are, separated by commas.
std::string knownNames();
// The tasks of a list of names, groups and the word `all`. Throws Error for a name that is none,
// naming those that are.
std::vector<const Task*> tasksNamed(const std::vector<std::string>& names);

}  // namespace asterism::eval
