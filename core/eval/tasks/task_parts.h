#pragma once

#include <set>
#include <string>
#include <vector>

#include "core/eval/filler.h"
#include "core/eval/task.h"
#include "core/eval/word_lists.h"

// The tasks' recipes, one function per kind of task, each in the file of its name.
namespace asterism::eval {

// Retrieval tasks: sentences with a key and a value stand in a text.
struct NeedleOptions {
    enum class Haystack : std::uint8_t { noise, prose, needles };
    enum class Words : std::uint8_t { names, numbers, uuids };
    Haystack haystack = Haystack::prose;
    Words keys = Words::names;
    Words values = Words::numbers;
    int needles = 1;          // keys in noise or prose
    int valuesPerKey = 1;     // needles with the same key
    bool asksForAll = false;  // one question for all keys, not one for each
};
Recipe needleRecipe(const NeedleOptions& options, const Texts& texts, std::int64_t questions,
                    Random random);

Recipe variableRecipe(Random random);
Recipe commonWordsRecipe(Random random);
Recipe frequentWordsRecipe(Random random);
// Which set: qa_1 or qa_2.
Recipe readingRecipe(const ReadingSet& set, const std::string& flag, std::int64_t questions,
                     Random random);

// BABILong's tasks 1 to 5.
Recipe worldRecipe(int task, const Texts& texts, std::int64_t questions, Random random);

Recipe passKeyRecipe(bool hasRepeatedDigits, Random random);
Recipe pairsRecipe(std::int64_t questions, Random random);

// What is asked of a source tree.
enum class RepositoryFact : std::uint8_t { symbolFile, constantValue, describedFile };
Recipe repositoryRecipe(RepositoryFact fact, const Texts& texts, std::int64_t questions,
                        Random random);

// Depths drawn evenly from [0, 1), one per insert.
std::vector<double> drawDepths(Random& random, std::size_t count);

// Calls `draw` until it gives a string that is not in `taken`, and puts it there.
template <typename Draw>
std::string drawNew(std::set<std::string>& taken, Draw draw) {
    while (true) {
        std::string text = draw();
        if (taken.insert(text).second) return text;
    }
}

// The meaningless lines of the noise haystack.
std::string noiseLine(std::size_t index);

// "a, b and c"
std::string listed(const std::vector<std::string>& words);

// A place to begin in the prose. Throws Error if there is none.
std::size_t drawProseBegin(Random& random, const Texts& texts);

}  // namespace asterism::eval
