// Weights that are no numbers: the first answer says so, and nothing of it is shown.

#include <algorithm>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "core/base/error.h"
#include "core/comm/local_communicator.h"
#include "core/cpu/cpu_backend.h"
#include "tests/engine/engine_run.h"
#include "tests/support/failure_of.h"
#include "tests/support/poisoned_model.h"
#include "tests/support/test_files.h"
#include "tests/support/tiny_model.h"

namespace asterism::test {

namespace {

class BadWeights : public testing::TestWithParam<std::string> {
  protected:
    std::unique_ptr<Engine> openPoisoned(float value) {
        const auto path = m_folder / "tiny.gguf";
        writeTinyModel(path, {.architecture = "qwen3", .hasOutput = true});
        auto model = std::make_unique<PoisonedModel>(openModelFile(path), GetParam(), value);
        EXPECT_TRUE(model->isPoisoned());
        EngineParts parts;
        parts.file = std::move(model);
        parts.backends.push_back(makeCpuBackend({.threads = 1}));
        parts.deviceOf.push_back(0);
        parts.connectRanks = [] { return makeLocalCommunicators(1); };
        return std::make_unique<Engine>(std::move(parts));
    }

    TempDir m_folder;
};

TEST_P(BadWeights, AreSaidAndNothingIsStreamed) {
    const float infinity = std::numeric_limits<float>::infinity();
    for (const float value : {std::numeric_limits<float>::quiet_NaN(), infinity, -infinity}) {
        const auto engine = openPoisoned(value);
        const auto context = engine->encode(someTokens(60, engine->config().vocabulary, 3), {},
                                            exactOptions(20), {}, {});
        Conversation conversation = engine->startConversation(*context, truePlacement());
        int streamed = 0;
        const EventSink events = [&](const EngineEvent& event) {
            if (std::holds_alternative<TokenDecoded>(event)) ++streamed;
        };
        const auto query = someTokens(5, engine->config().vocabulary, 4);
        const std::string complaint =
            failureOf([&] { engine->answer(conversation, query, {}, events, {}); });
        EXPECT_NE(complaint.find("not finite"), std::string::npos) << value << ": " << complaint;
        EXPECT_EQ(streamed, 0) << value;
        const std::string ofScore = failureOf([&] { engine->score(query, {}); });
        EXPECT_NE(ofScore.find("not finite"), std::string::npos) << value << ": " << ofScore;
    }
}

INSTANTIATE_TEST_SUITE_P(Tensors, BadWeights,
                         testing::Values("blk.0.attn_norm.weight", "blk.0.attn_q.weight",
                                         "blk.0.attn_k.weight", "blk.0.attn_v.weight",
                                         "blk.0.attn_q_norm.weight", "blk.1.attn_output.weight",
                                         "blk.1.ffn_norm.weight", "blk.1.ffn_gate.weight",
                                         "blk.1.ffn_up.weight", "blk.1.ffn_down.weight",
                                         "output_norm.weight", "output.weight"),
                         [](const auto& test) {
                             std::string name = test.param.substr(0, test.param.rfind('.'));
                             std::replace(name.begin(), name.end(), '.', '_');
                             return name;
                         });

}  // namespace

}  // namespace asterism::test
