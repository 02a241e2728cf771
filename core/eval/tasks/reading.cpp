#include <algorithm>

#include "core/base/error.h"
#include "core/eval/tasks/task_parts.h"

namespace asterism::eval {

namespace {

// Which paragraphs a sample reads, and which questions it asks.
struct ReadingPlan {
    std::vector<std::size_t> questions;
    std::vector<std::size_t> gold;    // paragraphs that hold the answers
    std::vector<std::size_t> others;  // more of them, as far as there is room
    std::vector<double> depths;       // of the gold ones among the others
};

ReadingPlan planReading(const ReadingSet& set, std::int64_t questions, Random random) {
    ReadingPlan plan;
    std::set<std::size_t> gold;
    const std::size_t count = std::min(set.questions.size(), static_cast<std::size_t>(questions));
    std::set<std::size_t> asked;
    while (asked.size() < count) asked.insert(random.below(set.questions.size()));
    for (const std::size_t question : asked) {
        plan.questions.push_back(question);
        const auto& paragraphs = set.questions[question].paragraphs;
        gold.insert(paragraphs.begin(), paragraphs.end());
    }
    plan.gold.assign(gold.begin(), gold.end());
    random.shuffle(plan.gold);
    plan.depths = drawDepths(random, plan.gold.size());
    for (std::size_t i = 0; i < set.paragraphs.size(); ++i)
        if (!gold.contains(i)) plan.others.push_back(i);
    random.shuffle(plan.others);
    return plan;
}

}  // namespace

Recipe readingRecipe(const ReadingSet& set, const std::string& flag, std::int64_t questions,
                     Random random) {
    if (set.questions.empty())
        throw Error("the question-answering task needs its data set; name the file with ", flag);
    const ReadingPlan plan = planReading(set, questions, random);
    const auto paragraph = [&set](std::size_t index) {
        return "Paragraph: " + set.paragraphs[index];
    };
    Recipe recipe;
    recipe.most = std::ssize(plan.others) * kUnitsPerLine;
    recipe.at = [=, &set](std::int64_t units) {
        std::vector<Insert> gold;
        for (std::size_t i = 0; i < plan.gold.size(); ++i)
            gold.push_back({plan.depths[i], paragraph(plan.gold[i])});
        Sample sample;
        sample.context =
            "Below are paragraphs of text. Answer a question from them, in a few words.\n\n" +
            joinWithInserts(
                lineFiller([&](std::size_t i) { return paragraph(plan.others[i]); }, units),
                std::move(gold), "\n\n");
        for (const std::size_t index : plan.questions) {
            const auto& question = set.questions[index];
            std::vector<std::string> evidence;
            for (const std::size_t i : question.paragraphs) evidence.push_back(paragraph(i));
            sample.questions.push_back({question.text, "Answer:", question.answers, {}, evidence});
        }
        return sample;
    };
    return recipe;
}

}  // namespace asterism::eval
