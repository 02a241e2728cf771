// What a run encodes, asks and leaves out, with a tiny random model.

#include "core/eval/runner.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <tuple>

#include "tests/core/eval/eval_texts.h"
#include "tests/engine/engine_run.h"
#include "tests/support/test_files.h"
#include "tests/support/tiny_model.h"

namespace asterism::test {
namespace {

using eval::Outcome;
using eval::RunPlan;
using eval::Setting;

class EvalRunner : public testing::Test {
  protected:
    EvalRunner() {
        TinyModelOptions tiny;
        tiny.layers = 1;
        tiny.feedForward = 64;
        writeTinyModel(m_folder / "tiny.gguf", tiny);
        m_engine = openEngine(m_folder / "tiny.gguf");
        m_plan.tasks = eval::tasksNamed({"qa1", "passkey"});
        m_plan.lengths = {1000, 1400};
        m_plan.samples = 2;
        m_plan.questions = 1;
        add(AttentionMode::dense, Placement::trueOrder);
        for (const Placement placement : {Placement::trueOrder, Placement::reuse})
            add(AttentionMode::star, placement);
        add(AttentionMode::star, Placement::stagger, 1);
    }

    void add(AttentionMode mode, Placement placement, std::int64_t selectBlocks = 0) {
        Setting setting;
        setting.name = "setting " + std::to_string(m_plan.settings.size());
        setting.context.attention = mode;
        setting.context.blockTokens = 200;
        setting.placement.placement = placement;
        setting.placement.selectBlocks = selectBlocks;
        setting.placement.room = 0;
        m_plan.settings.push_back(setting);
    }

    // Returns how many haystacks were left out.
    std::int64_t run() {
        m_encodings = 0;
        eval::RunListener listener;
        listener.known = [this](const Outcome::Key& key) {
            const auto found = m_outcomes.find(key);
            return found == m_outcomes.end() ? nullptr : &found->second;
        };
        listener.onOutcome = [this](const Outcome& outcome) {
            m_outcomes[outcome.key()] = outcome;
        };
        listener.onRefused = [](const Setting& setting, std::int64_t, const std::string& why) {
            ADD_FAILURE() << setting.name << ": " << why;
        };
        listener.onEvent = [this](const EngineEvent& event) {
            m_encodings += std::holds_alternative<EncodingStarted>(event);
        };
        eval::Runner runner(*m_engine, evalTexts(), plainFrame(m_engine->tokenizer()), m_plan,
                            listener);
        return runner.run({});
    }

    // What each setting was asked.
    std::map<std::string, std::set<std::tuple<std::string, std::int64_t, std::int64_t>>> asked()
        const {
        decltype(asked()) all;
        for (const auto& [key, outcome] : m_outcomes)
            all[key.setting].emplace(key.task, key.length, key.sample);
        return all;
    }

    TempDir m_folder;
    std::unique_ptr<Engine> m_engine;
    RunPlan m_plan;
    std::map<Outcome::Key, Outcome> m_outcomes;
    int m_encodings = 0;
};

// Dense and star contexts of two samples of two tasks at two lengths.
TEST_F(EvalRunner, EncodesOnceForAllQuestionsPlacementsAndSelections) {
    EXPECT_EQ(run(), 0);
    EXPECT_EQ(m_encodings, 2 * 2 * 2 * 2);
    EXPECT_EQ(m_outcomes.size(), 4U * 2 * 2 * 2);
}

TEST_F(EvalRunner, EncodesOnlyWhatIsNotKnown) {
    run();
    run();
    EXPECT_EQ(m_encodings, 0);
    add(AttentionMode::star, Placement::stagger, 2);
    run();
    EXPECT_EQ(m_encodings, 2 * 2 * 2);
    m_plan.samples = 3;
    run();
    EXPECT_EQ(m_encodings, 2 * 2 * 2);
}

TEST_F(EvalRunner, TellsWhatWasAttended) {
    run();
    for (const auto& [key, outcome] : m_outcomes) {
        EXPECT_GT(outcome.contextTokens, 400);
        if (key.setting == "setting 3")
            EXPECT_LE(outcome.attendedTokens, 400);
        else
            EXPECT_EQ(outcome.attendedTokens, outcome.contextTokens);
    }
}

TEST_F(EvalRunner, EndsInTimeWithTheSameHaystacksOfEverySetting) {
    m_plan.samples = 100'000;
    m_plan.seconds = 2;
    const std::int64_t leftOut = run();
    const auto all = asked();
    for (const auto& [setting, haystacks] : all) {
        EXPECT_EQ(haystacks, all.begin()->second) << setting;
        EXPECT_EQ(std::ssize(haystacks) + leftOut, 4 * m_plan.samples);
    }
    EXPECT_GT(leftOut, 0);
}

TEST_F(EvalRunner, BeginsNothingWithoutTime) {
    m_plan.seconds = 1e-9;
    EXPECT_EQ(run(), 2 * 2 * 2);
    EXPECT_EQ(m_encodings, 0);
    EXPECT_TRUE(m_outcomes.empty());
}

}  // namespace
}  // namespace asterism::test
