// What Star Attention is for: a text of three times the model's window is read whole, and a number
// that stands in it once is found, where dense attention over the same text finds nothing.

#include <array>
#include <iostream>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "core/text/prompt.h"
#include "tests/engine/engine_run.h"
#include "tests/engine/memory_store.h"
#include "tests/support/test_files.h"

namespace asterism::test {

namespace {

// A sentence that stands once in a long text; depth 0 is its beginning, 1 its end.
struct Needle {
    std::string owner;
    std::string number;
    double depth;
};

const std::array kNeedles{Needle{"harbor", "7421093", 0.8}, Needle{"lantern", "5813307", 0.55},
                          Needle{"meadow", "2096481", 0.3}, Needle{"violin", "9350172", 0.7}};

constexpr int kSentences = 985;  // 24,700 tokens of SmolLM2, whose window is 8,192

// The repeated noise and the wording of RULER's first retrieval task (arXiv 2404.06654).
std::string haystack(const Needle& needle) {
    std::string text =
        "A special magic number is hidden within the following text. Make sure to memorize it. I "
        "will quiz you about the number afterwards.\n";
    const int place = static_cast<int>(kSentences * needle.depth);
    for (int i = 0; i < kSentences; ++i) {
        if (i == place)
            text += "One of the special magic numbers for " + needle.owner +
                    " is: " + needle.number + ".\n";
        text +=
            "The grass is green. The sky is blue. The sun is yellow. Here we go. There and back "
            "again.\n";
    }
    return text;
}

class RetrievalBeyondTheWindow : public testing::Test {
  protected:
    void SetUp() override {
        ASTERISM_MODEL_OR_SKIP(model, "smollm2-135m-instruct-q4_1.gguf");
        m_engine = openEngine(model, 2);
        m_frame = chatFrame(m_engine->tokenizer());
        // The texts differ in a block or two each: the others are encoded once.
        m_engine->setBlockStore(m_store, "model");
    }

    bool finds(const Needle& needle, const ContextOptions& options, Placement placement) {
        std::vector<TokenId> context = m_frame.before;
        append(context, haystack(needle));
        EXPECT_GE(std::ssize(context), 3 * m_engine->config().window);
        const auto encoded = m_engine->encode(context, {}, options, {}, {});
        PlacementOptions place;
        place.placement = placement;
        Conversation conversation = m_engine->startConversation(*encoded, place);
        const std::string asked =
            "the special magic number for " + needle.owner + " mentioned in the provided text";
        std::vector<TokenId> query;
        append(query, "\n\nWhat is " + asked + "? The" + asked.substr(3) + " is");
        query.insert(query.end(), m_frame.after.begin(), m_frame.after.end());
        AnswerOptions answerOptions;
        answerOptions.maxTokens = 24;
        const Answer answer = m_engine->answer(conversation, query, answerOptions, {}, {});
        const bool isFound = answer.text.find(needle.number) != std::string::npos;
        std::cout << needle.number << " at depth " << needle.depth << " of " << std::ssize(context)
                  << " tokens, " << encoded->restoredBlocks << " of " << encoded->blocks.size()
                  << " blocks known, " << encoded->encodeSeconds << " s: \"" << answer.text << "\""
                  << (isFound ? ", found" : "") << std::endl;
        return isFound;
    }

    std::unique_ptr<Engine> m_engine;
    PromptFrame m_frame;
    MemoryStore m_store;

  private:
    void append(std::vector<TokenId>& tokens, const std::string& text) const {
        const auto more = m_engine->tokenizer().encode(text, ControlTokens::asText);
        tokens.insert(tokens.end(), more.begin(), more.end());
    }
};

TEST_F(RetrievalBeyondTheWindow, StarFindsWhatDenseAttentionDoesNot) {
    const ContextOptions star;
    int byStar = 0;
    for (const Needle& needle : kNeedles) byStar += finds(needle, star, Placement::stagger);
    ContextOptions dense;
    dense.attention = AttentionMode::dense;
    const bool byDense = finds(kNeedles.front(), dense, Placement::trueOrder);
    std::cout << "star attention found " << byStar << " of " << kNeedles.size()
              << ", dense attention " << (byDense ? 1 : 0) << " of 1" << std::endl;
    EXPECT_GE(byStar, 3);
    EXPECT_FALSE(byDense);
}

}  // namespace

}  // namespace asterism::test
