#include "core/eval/framed_sample.h"

#include <xxhash.h>

#include <algorithm>

#include "core/base/error.h"

namespace asterism::eval {

namespace {

std::vector<TokenId> joined(std::vector<TokenId> first, const std::vector<TokenId>& second) {
    first.insert(first.end(), second.begin(), second.end());
    return first;
}

// Finds the most units whose sample keeps within the length.
class LengthFit {
  public:
    LengthFit(const Task& task, const SampleRequest& request)
        : m_task(task),
          m_request(request),
          m_recipe(task.recipe(
              request.texts, request.questions,
              Random(seedOf(request.seed, task.name, request.length, request.index)))) {}

    FramedSample find() {
        m_best = sampleOf(0);
        if (m_best.tokens() > m_request.length)
            throw Error("task ", m_task.name, " needs ", m_best.tokens(), " tokens at least; ",
                        m_request.length, " are too few");
        // More units than the length has tokens can do no good: a unit is a token at least.
        m_high = m_request.length + 1;
        std::int64_t guess = m_request.length / 4;
        while (m_high - m_low > 1 && !isCloseEnough()) {
            guess = std::clamp(guess, m_low + 1, m_high - 1);
            tryUnits(guess);
            guess = nextGuess();
        }
        return std::move(m_best);
    }

  private:
    bool isCloseEnough() const {
        constexpr std::int64_t kSlackPart = 500;
        return m_best.tokens() >= m_request.length - m_request.length / kSlackPart;
    }

    void tryUnits(std::int64_t units) {
        // At its most the sample may be made of all the text and still be too short.
        const std::int64_t possible = std::min(units, m_recipe.most);
        FramedSample sample = sampleOf(possible);
        if (sample.tokens() > m_request.length) {
            m_high = units;
            m_highTokens = sample.tokens();
            return;
        }
        m_low = units;
        m_best = std::move(sample);
        if (possible < m_recipe.most) return;
        // All the text is in it: more units give nothing more.
        checkEnough(m_best.tokens());
        m_high = m_low + 1;
    }

    void checkEnough(std::int64_t tokens) const {
        if (tokens >= m_request.length - m_request.length / 100) return;
        throw Error("task ", m_task.name, ": the text gives no more than ", tokens, " of the ",
                    m_request.length,
                    " tokens; name a larger one (--repository, --squad, --hotpot)");
    }

    // On the line between the two ends where both are known, else from the mean so far.
    std::int64_t nextGuess() const {
        const auto goal = static_cast<double>(m_request.length);
        const auto low = static_cast<double>(m_low);
        const auto lowTokens = static_cast<double>(m_best.tokens());
        double perUnit = 1;
        if (m_highTokens > 0)
            perUnit = (static_cast<double>(m_highTokens) - lowTokens) /
                      (static_cast<double>(m_high) - low);
        else if (m_low > 0)
            perUnit = lowTokens / low;
        return m_low + static_cast<std::int64_t>((goal - lowTokens) / std::max(perUnit, 1e-3));
    }

    FramedSample sampleOf(std::int64_t units) const {
        return frameSample(m_request.tokenizer, m_request.frame, m_recipe.at(units),
                           m_task.answerTokens);
    }

    const Task& m_task;
    const SampleRequest& m_request;
    Recipe m_recipe;
    std::int64_t m_low = 0;   // fits
    std::int64_t m_high = 0;  // does not
    std::int64_t m_highTokens = 0;
    FramedSample m_best;  // of m_low
};

}  // namespace

std::int64_t FramedSample::room() const {
    std::size_t longest = 0;
    for (const auto& query : queries) longest = std::max(longest, query.size());
    return static_cast<std::int64_t>(longest) + answerTokens;
}

std::uint64_t FramedSample::digest(std::size_t question) const {
    const std::uint64_t seed = XXH3_64bits(context.data(), context.size() * sizeof(TokenId));
    const auto& query = queries[question];
    return XXH3_64bits_withSeed(query.data(), query.size() * sizeof(TokenId), seed);
}

FramedSample frameSample(const Tokenizer& tokenizer, const PromptFrame& frame, Sample sample,
                         std::int64_t answerTokens) {
    FramedSample framed;
    framed.answerTokens = answerTokens;
    framed.context = joined(frame.before, tokenizer.encode(sample.context, ControlTokens::asText));
    for (const Question& question : sample.questions) {
        const auto asked = tokenizer.encode("\n\n" + question.text, ControlTokens::asText);
        // Where no header of an answer follows, a line end stands between question and answer.
        const std::string begin = (frame.after.empty() ? "\n" : "") + question.answerBegin;
        framed.queries.push_back(
            joined(joined(asked, frame.after), tokenizer.encode(begin, ControlTokens::asText)));
    }
    framed.sample = std::move(sample);
    return framed;
}

FramedSample makeSample(const Task& task, const SampleRequest& request) {
    return LengthFit(task, request).find();
}

}  // namespace asterism::eval
