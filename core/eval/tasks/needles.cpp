#include <algorithm>
#include <memory>

#include "core/eval/tasks/task_parts.h"

namespace asterism::eval {

namespace {

using Words = NeedleOptions::Words;
using Haystack = NeedleOptions::Haystack;

struct Needle {
    std::string key;
    std::string value;
    double depth = 0;
};

// One sample's keys and values, and the sentences that tell them.
class NeedleSample {
  public:
    NeedleSample(const NeedleOptions& options, const Texts& texts, std::int64_t questions,
                 Random random)
        : m_options(options), m_texts(texts), m_questions(questions), m_random(random) {
        if (options.haystack == Haystack::prose) m_proseBegin = drawProseBegin(m_random, texts);
        const bool isAllNeedles = options.haystack == Haystack::needles;
        const int keys = isAllNeedles ? static_cast<int>(questions) : options.needles;
        for (int i = 0; i < keys; ++i) {
            const std::string key = drawWord(options.keys);
            for (int j = 0; j < options.valuesPerKey; ++j)
                m_needles.push_back({key, drawWord(options.values), m_random.fraction()});
        }
    }

    Sample at(std::int64_t units) {
        std::vector<Insert> inserts;
        for (const Needle& needle : m_needles) inserts.push_back({needle.depth, sentence(needle)});
        Sample sample;
        sample.context = "Secret " + kind() +
                         "s are hidden in the text below. Remember them: you will be asked for "
                         "them afterwards.\n\n" +
                         joinWithInserts(filler(units), std::move(inserts),
                                         m_options.haystack == Haystack::prose ? " " : "\n");
        if (m_options.asksForAll)
            addQuestion(sample, 0, m_needles.size());
        else
            addQuestions(sample);
        return sample;
    }

  private:
    std::string kind() const { return m_options.values == Words::uuids ? "code" : "number"; }

    std::string sentence(const Needle& needle) const {
        return "One secret " + kind() + " of the " + needle.key + " is " + needle.value + ".";
    }

    std::string drawWord(Words words) {
        return drawNew(m_taken, [&] {
            switch (words) {
                case Words::numbers:
                    return m_random.digits(7);
                case Words::uuids:
                    return m_random.uuid();
                case Words::names:
                    break;
            }
            return m_random.pick(adjectives()) + "-" + m_random.pick(nouns());
        });
    }

    std::vector<std::string> filler(std::int64_t units) {
        switch (m_options.haystack) {
            case Haystack::noise:
                return lineFiller(noiseLine, units);
            case Haystack::prose:
                return proseFiller(m_texts.sentences, m_proseBegin, units);
            case Haystack::needles:
                break;
        }
        return lineFiller(
            [&](std::size_t index) {
                while (m_others.size() <= index)
                    m_others.push_back(
                        sentence({drawWord(m_options.keys), drawWord(m_options.values), 0}));
                return m_others[index];
            },
            units);
    }

    void addQuestions(Sample& sample) const {
        const auto perKey = static_cast<std::size_t>(m_options.valuesPerKey);
        const std::size_t keys = m_needles.size() / perKey;
        const std::size_t asked = std::min(keys, static_cast<std::size_t>(m_questions));
        for (std::size_t i = 0; i < asked; ++i) addQuestion(sample, i * perKey, perKey);
    }

    // Asks for the values of some needles in a row.
    void addQuestion(Sample& sample, std::size_t first, std::size_t count) const {
        Question question;
        std::vector<std::string> keys;
        for (std::size_t i = first; i < first + count; ++i) {
            const Needle& needle = m_needles[i];
            if (std::find(keys.begin(), keys.end(), needle.key) == keys.end())
                keys.push_back(needle.key);
            question.expected.push_back(needle.value);
            question.evidence.push_back(sentence(needle));
        }
        const std::string what =
            "secret " + kind() + (count > 1 ? "s" : "") + " of the " + listed(keys);
        const std::string verb = count > 1 ? " are" : " is";
        question.text = (count > 1 ? "What are all the " : "What is the ") + what +
                        " that the text above mentions?";
        question.answerBegin = "The " + what + " that the text mentions" + verb;
        sample.questions.push_back(std::move(question));
    }

    NeedleOptions m_options;
    const Texts& m_texts;
    std::int64_t m_questions;
    Random m_random;
    std::size_t m_proseBegin = 0;
    std::set<std::string> m_taken;
    std::vector<Needle> m_needles;
    std::vector<std::string> m_others;  // needles nobody asks for, as far as they were needed
};

}  // namespace

Recipe needleRecipe(const NeedleOptions& options, const Texts& texts, std::int64_t questions,
                    Random random) {
    const auto sample = std::make_shared<NeedleSample>(options, texts, questions, random);
    return {[sample](std::int64_t units) { return sample->at(units); }};
}

}  // namespace asterism::eval
