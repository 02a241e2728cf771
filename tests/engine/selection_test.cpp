// Questions that choose the blocks they attend to.

#include <algorithm>
#include <memory>
#include <numeric>
#include <stop_token>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/text/prompt.h"
#include "tests/engine/engine_run.h"
#include "tests/engine/memory_store.h"
#include "tests/support/test_files.h"

namespace asterism::test {

namespace {

constexpr std::int64_t kBlock = 20;
constexpr std::int64_t kBlocks = 9;

using Blocks = std::vector<std::size_t>;

class Selection : public testing::TestWithParam<std::string> {
  protected:
    Selection() : m_engine(openEngine(m_path)) {
        m_question.context = someTokens(kBlocks * kBlock, m_engine->config().vocabulary, 61);
        m_question.query = someTokens(11, m_engine->config().vocabulary, 62);
        m_question.options = exactOptions(kBlock);
        m_question.options.positions = Positions::contiguous;
        m_question.maxTokens = 6;
        m_placement = truePlacement();
        m_placement.selectBlocks = 3;
    }

    struct Asked {
        Answer answer;
        BlockSelection selection;
        std::int64_t attended = 0;
        std::string note;
    };

    Asked askOn(Engine& engine) {
        const auto context = engine.encode(m_question.context, {}, m_question.options, {}, {});
        Conversation conversation =
            engine.startConversation(*context, m_placement, m_question.passages);
        AnswerOptions options;
        options.maxTokens = m_question.maxTokens;
        options.topLogits = engine.config().vocabulary;
        options.ignoresEnd = true;
        Answer answer = engine.answer(conversation, m_question.query, options, {}, {});
        return {std::move(answer), conversation.selection().value(), conversation.tokensAttended(),
                conversation.note()};
    }
    Asked askSelecting() { return askOn(*m_engine); }

    Answer askPlain() { return ask(*m_engine, m_question); }

    std::filesystem::path m_path = dataFile("tiny/" + GetParam());
    std::unique_ptr<Engine> m_engine;
    Question m_question;
    PlacementOptions m_placement;
};

// Contiguous blocks do not depend on where they stand: a context of the chosen blocks alone is the
// same to the model, to the bit.
TEST_P(Selection, AnswersAsOverTheChosenBlocksAlone) {
    for (const Placement placement : {Placement::trueOrder, Placement::stagger, Placement::reuse}) {
        m_placement.placement = m_question.placement.placement = placement;
        m_placement.window = m_question.placement.window = 100;
        m_placement.room = m_question.placement.room = 30;
        const Asked selecting = askSelecting();
        ASSERT_EQ(selecting.selection.blocks.size(), 4U);
        EXPECT_EQ(selecting.attended, 4 * kBlock);

        const std::vector<TokenId> all = m_question.context;
        m_question.context.clear();
        for (const std::size_t block : selecting.selection.blocks) {
            const auto begin = all.begin() + static_cast<std::ptrdiff_t>(block) * kBlock;
            m_question.context.insert(m_question.context.end(), begin, begin + kBlock);
        }
        const Answer alone = askPlain();
        EXPECT_EQ(selecting.answer.tokens, alone.tokens);
        EXPECT_EQ(selecting.answer.firstLogits, alone.firstLogits);
        m_question.context = all;
    }
}

TEST_P(Selection, CanBeRestored) {
    const Asked asked = askSelecting();
    const auto context = m_engine->encode(m_question.context, {}, m_question.options, {}, {});
    Conversation restored = m_engine->startConversation(*context, truePlacement());
    m_engine->attendTo(restored, truePlacement(), asked.selection.blocks);
    AnswerOptions options;
    options.maxTokens = m_question.maxTokens;
    options.topLogits = m_engine->config().vocabulary;
    options.ignoresEnd = true;
    const Answer answer = m_engine->answer(restored, m_question.query, options, {}, {});
    EXPECT_EQ(answer.firstLogits, asked.answer.firstLogits);
    EXPECT_EQ(answer.tokens, asked.answer.tokens);
    EXPECT_EQ(answer.mass, asked.answer.mass);
}

TEST_P(Selection, MassIsZeroWhereNothingIsAttendedAndSumsToOne) {
    const Asked asked = askSelecting();
    const std::vector<double>& mass = asked.answer.mass.front();
    ASSERT_EQ(mass.size(), static_cast<std::size_t>(kBlocks) + 2);
    for (std::size_t block = 0; block < kBlocks; ++block)
        EXPECT_EQ(mass[block] > 0, std::count(asked.selection.blocks.begin(),
                                              asked.selection.blocks.end(), block) == 1);
    EXPECT_NEAR(std::accumulate(mass.begin(), mass.end(), 0.0), 1.0, 1e-5);
    EXPECT_NE(asked.note.find("4 of 9 blocks (80 of 180 tokens)"), std::string::npos) << asked.note;
}

// A question of one token: what the first pass sees is what that token sees with all blocks at the
// same place.
TEST_P(Selection, ChoosesTheBlocksWithMostMass) {
    m_question.query.resize(1);
    const Asked asked = askSelecting();
    m_question.placement.placement = Placement::reuse;
    std::vector<double> mass = askPlain().mass.front();
    mass.resize(kBlocks);
    for (std::size_t block = 0; block < kBlocks; ++block)
        EXPECT_NEAR(asked.selection.firstMass[block], mass[block], 1e-6);
    Blocks order(kBlocks - 1);
    std::iota(order.begin(), order.end(), 1);
    std::sort(order.begin(), order.end(), [&](auto a, auto b) { return mass[a] > mass[b]; });
    Blocks expected{0, order[0], order[1], order[2]};
    std::sort(expected.begin(), expected.end());
    EXPECT_EQ(asked.selection.blocks, expected);
}

TEST_P(Selection, IsTheSameEveryTimeAndOnAnyRanks) {
    const Asked first = askSelecting();
    const Asked again = askSelecting();
    EXPECT_EQ(again.selection.firstMass, first.selection.firstMass);
    EXPECT_EQ(again.answer.firstLogits, first.answer.firstLogits);
    for (const int ranks : {2, 4}) {
        SCOPED_TRACE(ranks);
        const auto engine = openEngine(m_path, ranks);
        const Asked spread = askOn(*engine);
        EXPECT_EQ(spread.selection.blocks, first.selection.blocks);
        for (std::size_t block = 0; block < kBlocks; ++block)
            EXPECT_NEAR(spread.selection.firstMass[block], first.selection.firstMass[block], 1e-5);
        EXPECT_EQ(spread.answer.tokens, first.answer.tokens);
        expectNear(logitsOf(*engine, spread.answer), logitsOf(*m_engine, first.answer), 1e-3);
    }
}

TEST_P(Selection, OfAllBlocksIsNone) {
    const Answer plain = askPlain();
    for (const std::int64_t blocks : {kBlocks - 1, kBlocks, std::int64_t{1} << 40}) {
        m_placement.selectBlocks = blocks;
        const Asked asked = askSelecting();
        EXPECT_EQ(asked.answer.tokens, plain.tokens);
        EXPECT_EQ(asked.answer.firstLogits, plain.firstLogits);
        EXPECT_EQ(asked.answer.mass, plain.mass);
        EXPECT_EQ(asked.attended, kBlocks * kBlock);
        EXPECT_EQ(asked.note, "");
    }
}

TEST_P(Selection, StaysInScope) {
    m_question.passages = {{{0, 20}}, {{50, 55}}, {{55, 130}}};  // of blocks 0 and 2 to 6
    const Asked asked = askSelecting();
    ASSERT_EQ(asked.selection.blocks.size(), 4U);
    for (const std::size_t block : asked.selection.blocks)
        EXPECT_TRUE(block == 0 || (block >= 2 && block <= 6)) << block;
    EXPECT_EQ(asked.selection.firstMass[1], 0);
    EXPECT_EQ(asked.answer.mass.front().size(), 5U);
    m_placement.selectBlocks = 5;
    EXPECT_TRUE(askSelecting().selection.firstMass.empty());
}

TEST_P(Selection, HoldsForLaterTurns) {
    const auto context = m_engine->encode(m_question.context, {}, m_question.options, {}, {});
    Conversation conversation = m_engine->startConversation(*context, m_placement);
    m_engine->answer(conversation, m_question.query, {}, {}, {});
    const Blocks chosen = conversation.selection()->blocks;
    m_engine->answer(conversation, someTokens(4, 256, 63), {}, {}, {});
    EXPECT_EQ(conversation.selection()->blocks, chosen);
}

// Turns are kept by what they saw: other blocks, another turn.
TEST_P(Selection, IsPartOfTheKeyOfATurn) {
    MemoryStore store;
    m_engine->setBlockStore(store, "model");
    const auto context = m_engine->encode(m_question.context, {}, m_question.options, {}, {});
    Conversation selecting = m_engine->startConversation(*context, m_placement);
    AnswerOptions options;
    options.maxTokens = 1;
    m_engine->answer(selecting, m_question.query, options, {}, {});
    m_engine->keepTurn(selecting);
    Conversation plain = m_engine->startConversation(*context, truePlacement());
    EXPECT_FALSE(m_engine->resumeTurn(plain, m_question.query, {}));
}

TEST_P(Selection, StopsInTheFirstPass) {
    MemoryStore store;
    m_engine->setBlockStore(store, "model");
    const auto context = m_engine->encode(m_question.context, {}, m_question.options, {}, {});
    Conversation conversation = m_engine->startConversation(*context, m_placement);
    std::stop_source stop;
    stop.request_stop();
    const Answer answer =
        m_engine->answer(conversation, m_question.query, {}, {}, stop.get_token());
    EXPECT_EQ(answer.end, AnswerEnd::stopped);
    EXPECT_TRUE(answer.tokens.empty());
    EXPECT_NO_THROW(m_engine->keepTurn(conversation));
    EXPECT_FALSE(conversation.selection());
    m_engine->answer(conversation, m_question.query, {}, {}, {});
    EXPECT_EQ(conversation.selection()->blocks, askSelecting().selection.blocks);
}

TEST_P(Selection, RefusesWhatItCannotChooseFrom) {
    m_placement.selectBlocks = -1;
    EXPECT_THROW(askSelecting(), Error);
    m_placement.selectBlocks = 3;
    m_question.options.attention = AttentionMode::dense;
    EXPECT_THROW(askSelecting(), Error);
}

INSTANTIATE_TEST_SUITE_P(Engine, Selection, testing::Values("llama31", "qwen3"),
                         [](const auto& test) { return test.param; });

// A real model, and a text with a number in one of its blocks.
class SelectionOfANeedle : public testing::Test {
  protected:
    static constexpr std::int64_t kBlockTokens = 256;
    static constexpr std::size_t kCount = 6;

    void SetUp() override {
        ASTERISM_MODEL_OR_SKIP(model, "smollm2-135m-instruct-q4_1.gguf");
        m_engine = openEngine(model, 2);
        m_frame = chatFrame(m_engine->tokenizer());
        // The texts differ in a block each: the others are encoded once.
        m_engine->setBlockStore(m_store, "model");
    }

    std::vector<TokenId> encode(const std::string& text) const {
        return m_engine->tokenizer().encode(text, ControlTokens::asText);
    }

    std::vector<TokenId> haystack(const std::string& needle, std::size_t block) const {
        const std::size_t size = kCount * kBlockTokens;
        std::vector<TokenId> tokens = m_frame.before;
        while (tokens.size() < size) {
            const auto more = encode(
                "The grass is green. The sky is blue. The sun is yellow. Here we go. There and "
                "back again.\n");
            tokens.insert(tokens.end(), more.begin(), more.end());
        }
        tokens.resize(size);
        const auto begin = static_cast<std::ptrdiff_t>(block) * kBlockTokens + kBlockTokens / 3;
        const auto planted = encode("\n" + needle + "\n");
        std::copy(planted.begin(), planted.end(), tokens.begin() + begin);
        return tokens;
    }

    std::vector<TokenId> question(const std::string& owner) const {
        const std::string asked =
            "the special magic number for " + owner + " mentioned in the provided text";
        std::vector<TokenId> query = encode("\n\nWhat is " + asked + "?");
        query.insert(query.end(), m_frame.after.begin(), m_frame.after.end());
        const auto begin = encode("The" + asked.substr(3) + " is");
        query.insert(query.end(), begin.begin(), begin.end());
        return query;
    }

    std::unique_ptr<Engine> m_engine;
    PromptFrame m_frame;
    MemoryStore m_store;
};

TEST_F(SelectionOfANeedle, FindsItsBlockAndTheNumber) {
    struct Needle {
        std::string owner, number;
        std::size_t block;
    };
    for (const Needle& needle : {Needle{"harbor", "7421093", 5}, Needle{"lantern", "5813307", 3},
                                 Needle{"meadow", "2096481", 1}}) {
        SCOPED_TRACE(needle.owner);
        ContextOptions options;
        options.blockTokens = kBlockTokens;
        const auto context =
            m_engine->encode(haystack("One of the special magic numbers for " + needle.owner +
                                          " is: " + needle.number + ".",
                                      needle.block),
                             {}, options, {}, {});
        PlacementOptions placement;
        placement.selectBlocks = 1;
        Conversation conversation = m_engine->startConversation(*context, placement);
        AnswerOptions answering;
        answering.maxTokens = 12;
        const Answer answer =
            m_engine->answer(conversation, question(needle.owner), answering, {}, {});
        EXPECT_EQ(conversation.selection()->blocks, (Blocks{0, needle.block}));
        EXPECT_NE(answer.text.find(needle.number), std::string::npos) << answer.text;
    }
}

}  // namespace

}  // namespace asterism::test
