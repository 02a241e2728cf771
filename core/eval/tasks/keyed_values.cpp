#include <algorithm>
#include <memory>

#include "core/eval/tasks/task_parts.h"

namespace asterism::eval {

namespace {

// A number in which every drawn digit stands several times in a row.
std::string repeatedDigits(Random& random) {
    constexpr int kTimes = 3;
    std::string text;
    char last = 0;
    while (text.size() < 12) {
        const char digit = random.digits(1).front();
        if (digit != last) text.append(kTimes, digit);
        last = digit;
    }
    return text;
}

}  // namespace

Recipe passKeyRecipe(bool hasRepeatedDigits, Random random) {
    const std::string key = hasRepeatedDigits ? repeatedDigits(random) : random.digits(5);
    const std::string name = hasRepeatedDigits ? "long number" : "pass key";
    const std::string fact =
        "The " + name + " is " + key + ". Remember it: " + key + " is the " + name + ".";
    const double depth = random.fraction();
    return {[=](std::int64_t units) {
        Sample sample;
        sample.context =
            "There is one important fact in a lot of text without meaning. Find it "
            "and remember it.\n\n" +
            joinWithInserts(lineFiller(noiseLine, units), {{depth, fact}}, "\n");
        sample.questions.push_back(
            {"What is the " + name + "?", "The " + name + " is", {key}, {}, {fact}});
        return sample;
    }};
}

namespace {

// An object of keys and values without meaning, of which some are asked for.
class PairList {
  public:
    PairList(std::int64_t questions, Random random) : m_questions(questions), m_random(random) {}

    Sample at(std::int64_t units) {
        const auto lines = lineFiller([this](std::size_t i) { return line(i); }, units);
        Sample sample;
        sample.context = "Below is a JSON object. Find the values that belong to its keys.\n\n{";
        for (const std::string& text : lines) sample.context += text + "\n ";
        sample.context.back() = '}';
        // Asked are pairs that stand whole in the object, at depths of their own.
        const auto whole = static_cast<std::size_t>(units / kUnitsPerLine);
        std::set<std::size_t> asked;
        Random draws = m_random;
        const std::size_t count = std::min(whole, static_cast<std::size_t>(m_questions));
        while (asked.size() < count) asked.insert(draws.below(whole));
        for (const std::size_t i : asked)
            sample.questions.push_back(
                {"What is the value of the key \"" + m_keys[i] + "\" in the JSON object above?",
                 "The value of the key \"" + m_keys[i] + "\" is \"",
                 {m_values[i]},
                 {},
                 {line(i)}});
        return sample;
    }

  private:
    std::string line(std::size_t index) {
        while (m_keys.size() <= index) {
            // A pair's draws depend on its index alone, not on how often the sample was made.
            m_keys.push_back(m_pairs.uuid());
            m_values.push_back(m_pairs.uuid());
        }
        return "\"" + m_keys[index] + "\": \"" + m_values[index] + "\",";
    }

    std::int64_t m_questions;
    Random m_random;
    Random m_pairs{m_random};
    std::vector<std::string> m_keys, m_values;
};

}  // namespace

Recipe pairsRecipe(std::int64_t questions, Random random) {
    const auto list = std::make_shared<PairList>(questions, random);
    return {[list](std::int64_t units) { return list->at(units); }};
}

}  // namespace asterism::eval
