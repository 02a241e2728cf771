#include <algorithm>
#include <memory>

#include "core/base/error.h"
#include "core/eval/source_facts.h"
#include "core/eval/tasks/task_parts.h"

namespace asterism::eval {

namespace {

std::vector<SourceFact> factsOf(RepositoryFact kind, const std::vector<SourcePart>& parts) {
    switch (kind) {
        case RepositoryFact::symbolFile:
            return definedSymbols(parts);
        case RepositoryFact::constantValue:
            return constantValues(parts);
        case RepositoryFact::describedFile:
            break;
    }
    return fileDescriptions(parts);
}

Question questionFor(RepositoryFact kind, const SourceFact& fact) {
    Question question{{}, {}, {fact.answer}, {}, {fact.line}};
    switch (kind) {
        case RepositoryFact::symbolFile:
            question.text = "In which of the files above is " + fact.name + " defined?";
            question.answerBegin = fact.name + " is defined in the file";
            break;
        case RepositoryFact::constantValue:
            question.text = "To which number do the files above set " + fact.name + "?";
            question.answerBegin = fact.name + " =";
            break;
        case RepositoryFact::describedFile:
            question.text =
                "In which of the files above does this comment stand: \"" + fact.name + "\"?";
            question.answerBegin = "The comment stands in the file";
    }
    return question;
}

// Parts of the tree that are asked about, and the others, of which as many are read as there is
// room for.
struct RepositoryPlan {
    std::vector<SourcePart> parts;
    std::vector<Question> questions;
    std::vector<std::size_t> asked;
    std::vector<double> depths;  // of the asked ones
    std::vector<std::size_t> others;
};

std::shared_ptr<const RepositoryPlan> planRepository(RepositoryFact kind, const Texts& texts,
                                                     std::int64_t questions, Random random) {
    const auto plan = std::make_shared<RepositoryPlan>();
    plan->parts = sourceParts(texts.sources);
    std::vector<SourceFact> facts = factsOf(kind, plan->parts);
    if (facts.empty())
        throw Error(
            "the source tree has nothing that this task could ask for; name another one "
            "with --repository");
    random.shuffle(facts);
    facts.resize(std::min(facts.size(), static_cast<std::size_t>(questions)));
    std::set<std::size_t> asked;
    for (const SourceFact& fact : facts) {
        asked.insert(fact.part);
        plan->questions.push_back(questionFor(kind, fact));
    }
    for (std::size_t i = 0; i < plan->parts.size(); ++i)
        (asked.contains(i) ? plan->asked : plan->others).push_back(i);
    random.shuffle(plan->asked);
    random.shuffle(plan->others);
    plan->depths = drawDepths(random, plan->asked.size());
    return plan;
}

std::int64_t linesOf(const std::string& text) {
    return std::count(text.begin(), text.end(), '\n');
}

// The first lines of a text.
std::string firstLines(const std::string& text, std::int64_t lines) {
    std::size_t end = 0;
    for (; lines > 0; --lines) end = text.find('\n', end) + 1;
    return text.substr(0, end);
}

}  // namespace

Recipe repositoryRecipe(RepositoryFact fact, const Texts& texts, std::int64_t questions,
                        Random random) {
    const auto plan = planRepository(fact, texts, questions, random);
    Recipe recipe;
    recipe.most = 0;
    for (const std::size_t other : plan->others) recipe.most += linesOf(plan->parts[other].text);
    recipe.at = [plan](std::int64_t units) {
        std::vector<std::string> filler;
        for (std::size_t i = 0; units > 0 && i < plan->others.size(); ++i) {
            const std::string& text = plan->parts[plan->others[i]].text;
            const std::int64_t lines = linesOf(text);
            filler.push_back(lines <= units ? text : firstLines(text, units));
            units -= lines;
        }
        std::vector<Insert> asked;
        for (std::size_t i = 0; i < plan->asked.size(); ++i)
            asked.push_back({plan->depths[i], plan->parts[plan->asked[i]].text});
        Sample sample;
        sample.context = "Below are parts of the files of a program.\n\n" +
                         joinWithInserts(filler, std::move(asked), "\n");
        sample.questions = plan->questions;
        return sample;
    };
    return recipe;
}

}  // namespace asterism::eval
