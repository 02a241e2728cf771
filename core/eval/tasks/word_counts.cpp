#include <algorithm>
#include <cmath>
#include <span>

#include "core/eval/tasks/task_parts.h"

namespace asterism::eval {

namespace {

constexpr int kCommonWords = 10;

// All words of the lists once, then pairs of them: as many different ones as a long list needs.
std::vector<std::string> drawVocabulary(Random& random, std::size_t count) {
    std::set<std::string> known(nouns().begin(), nouns().end());
    known.insert(adjectives().begin(), adjectives().end());
    std::vector<std::string> words(known.begin(), known.end());
    random.shuffle(words);
    while (words.size() < count)
        words.push_back(
            drawNew(known, [&] { return random.pick(adjectives()) + "-" + random.pick(nouns()); }));
    words.resize(count);
    return words;
}

// Entries of a list in random order, numbered: each of the first kCommonWords words so often as
// said, the others one after the other, until there are so many entries of those.
std::string numberedList(Random& random, std::span<const std::string> words, int commonTimes,
                         int otherTimes, std::int64_t otherEntries) {
    std::vector<std::string> list;
    for (std::size_t i = 0; i < kCommonWords; ++i)
        list.insert(list.end(), static_cast<std::size_t>(commonTimes), words[i]);
    for (std::int64_t i = 0; i < otherEntries; ++i)
        list.push_back(words[kCommonWords + static_cast<std::size_t>(i / otherTimes)]);
    random.shuffle(list);
    std::string text;
    for (std::size_t i = 0; i < list.size(); ++i)
        text += (i > 0 ? " " : "") + std::to_string(i + 1) + ". " + list[i];
    return text;
}

std::string commonQuestion() {
    return "Which " + std::to_string(kCommonWords) +
           " words are the most common ones in the list above?";
}

const char* const kCommonAnswer = "The most common words of the list are:";

}  // namespace

Recipe commonWordsRecipe(Random random) {
    // RULER's proportion, 30 to 3; the common words alone take about 1,500 tokens.
    constexpr int kCommonTimes = 30;
    constexpr int kOtherTimes = 3;
    constexpr std::size_t kExampleWords = 40;
    return {[random](std::int64_t units) {
        Random draws = random;
        const auto others = static_cast<std::size_t>(units / kOtherTimes + 1);
        const auto words = drawVocabulary(draws, kExampleWords + kCommonWords + others);
        const auto example = std::span(words).first(kExampleWords);
        const auto list = std::span(words).subspan(kExampleWords);
        const std::vector<std::string> answer(list.begin(), list.begin() + kCommonWords);
        Sample sample;
        sample.context =
            "Below is a numbered list of words. Some of them stand in it more often than the "
            "others: remember those.\n\nExample:\n" +
            numberedList(draws, example, 4, 1, kExampleWords - kCommonWords) +
            "\nQuestion: " + commonQuestion() + "\nAnswer: " + kCommonAnswer + " " +
            listed({example.begin(), example.begin() + kCommonWords}) + "\n\nList:\n" +
            numberedList(draws, list, kCommonTimes, kOtherTimes, units);
        sample.questions.push_back({commonQuestion(), kCommonAnswer, answer, {}, {}});
        return sample;
    }};
}

namespace {

// Times that each word stands in a coded text of so many words, most frequent first: a zeta law
// of exponent 2, in which no two of the first four words are equally frequent.
std::vector<std::int64_t> zetaCounts(std::int64_t words, std::size_t vocabulary) {
    constexpr double kZetaOfTwo = 1.6449340668482264;
    std::vector<std::int64_t> counts;
    for (std::size_t rank = 1; rank <= vocabulary && words > 0; ++rank) {
        const double share = 1 / (kZetaOfTwo * static_cast<double>(rank * rank));
        counts.push_back(std::llround(share * static_cast<double>(words)));
    }
    for (std::size_t rank = std::min<std::size_t>(4, counts.size()); rank-- > 0;)
        counts[rank] = std::max(counts[rank], rank + 1 < counts.size() ? counts[rank + 1] + 1 : 1);
    return counts;
}

}  // namespace

Recipe frequentWordsRecipe(Random random) {
    constexpr std::size_t kVocabulary = 200;
    constexpr std::size_t kAsked = 3;
    std::set<std::string> taken;
    std::vector<std::string> words{"..."};  // the most frequent one, which nobody asks for
    while (words.size() < kVocabulary)
        words.push_back(drawNew(taken, [&] { return random.letters(6, 'a'); }));
    const std::string what = "the three most frequent words";
    return {[=](std::int64_t units) {
        std::vector<std::string> text;
        const auto counts = zetaCounts(units, kVocabulary);
        for (std::size_t i = 0; i < counts.size(); ++i)
            text.insert(text.end(), static_cast<std::size_t>(counts[i]), words[i]);
        Random(random).shuffle(text);
        Sample sample;
        sample.context =
            "Below is a text in code. Count how often each coded word occurs; dots "
            "are no words.\n\n";
        for (std::size_t i = 0; i < text.size(); ++i)
            sample.context += (i > 0 ? " " : "") + text[i];
        Question question;
        question.text = "Leaving the dots aside, what are " + what + " of the coded text above?";
        question.answerBegin = "Leaving the dots aside, " + what + " are:";
        question.expected.assign(words.begin() + 1, words.begin() + 1 + kAsked);
        sample.questions.push_back(std::move(question));
        return sample;
    }};
}

}  // namespace asterism::eval
