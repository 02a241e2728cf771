#include <algorithm>

#include "core/eval/tasks/task_parts.h"

namespace asterism::eval {

namespace {

constexpr int kHops = 4;

// A chain of assignments: the first variable gets a number, each of the others the one before it.
struct Chain {
    std::string value;
    std::vector<std::string> names;
    std::vector<std::string> statements;
};

Chain drawChain(Random& random, std::set<std::string>& taken, int hops) {
    Chain chain;
    chain.value = drawNew(taken, [&] { return random.digits(5); });
    for (int i = 0; i <= hops; ++i) {
        chain.names.push_back(drawNew(taken, [&] { return random.letters(5); }));
        const std::string from =
            i == 0 ? chain.value : "VAR " + chain.names[chain.names.size() - 2];
        chain.statements.push_back("VAR " + chain.names.back() + " = " + from);
    }
    return chain;
}

std::string questionFor(const Chain& chain) {
    return "Which variables have the value " + chain.value + " in the text above?";
}

std::string answerBeginFor(const Chain& chain) {
    return std::to_string(chain.names.size()) + " variables have the value " + chain.value + ":";
}

// Shows the form of question and answer on a text of its own.
std::string workedExample(Random& random, std::set<std::string>& taken) {
    const Chain chain = drawChain(random, taken, kHops);
    std::vector<Insert> inserts;
    for (std::size_t i = 0; i < chain.statements.size(); ++i)
        inserts.push_back({0.2 * static_cast<double>(i), chain.statements[i]});
    return "Example:\n" +
           joinWithInserts(lineFiller(noiseLine, 5 * kUnitsPerLine), std::move(inserts), "\n") +
           "\nQuestion: " + questionFor(chain) + "\nAnswer: " + answerBeginFor(chain) + " " +
           listed(chain.names) + "\n\n";
}

}  // namespace

Recipe variableRecipe(Random random) {
    std::set<std::string> taken;
    const std::string example = workedExample(random, taken);
    const Chain chain = drawChain(random, taken, kHops);
    std::vector<double> depths = drawDepths(random, chain.statements.size());
    std::sort(depths.begin(), depths.end());
    return {[=](std::int64_t units) {
        std::vector<Insert> inserts;
        for (std::size_t i = 0; i < depths.size(); ++i)
            inserts.push_back({depths[i], chain.statements[i]});
        Sample sample;
        sample.context = "Follow the assignments to variables that are hidden in the text.\n\n" +
                         example + "Text:\n" +
                         joinWithInserts(lineFiller(noiseLine, units), std::move(inserts), "\n");
        sample.questions.push_back(
            {questionFor(chain), answerBeginFor(chain), chain.names, {}, chain.statements});
        return sample;
    }};
}

}  // namespace asterism::eval
