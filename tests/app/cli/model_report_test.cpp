#include "app/cli/model_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/cli/byte_text.h"
#include "app/cli/fetch_progress.h"
#include "app/fetch/model_folder.h"
#include "core/base/error.h"
#include "tests/support/test_files.h"

namespace asterism {
namespace {

using json = nlohmann::ordered_json;
using testing::HasSubstr;

TEST(ByteText, KeepsOneDigitAndTheUnitThatFits) {
    EXPECT_EQ(bytesText(0), "0 B");
    EXPECT_EQ(bytesText(999), "999 B");
    EXPECT_EQ(bytesText(1000), "1.0 kB");
    EXPECT_EQ(bytesText(98362432), "98.4 MB");
    EXPECT_EQ(bytesText(999'960), "1.0 MB");
    EXPECT_EQ(bytesText(3'000'000'000'000'000), "3000.0 TB");
}

TEST(FetchProgressText, ShowsRateAndTimeLeftOfThisRunOnly) {
    FetchProgressText progress("m");
    using Stage = FetchProgress::Stage;
    EXPECT_EQ(progress.line({Stage::downloading, 5'000'000, 25'000'000}, 0.1),
              "m: downloading 5.0 MB of 25.0 MB");
    EXPECT_EQ(progress.line({Stage::downloading, 6'000'000, 25'000'000}, 0.2), std::nullopt);
    EXPECT_EQ(progress.line({Stage::downloading, 15'000'000, 25'000'000}, 2.1),
              "m: downloading 15.0 MB of 25.0 MB, 5.0 MB/s, 2 s left");
    EXPECT_EQ(progress.line({Stage::checking, 0, 25'000'000}, 2.2), "m: checking 0 B of 25.0 MB");
    EXPECT_EQ(progress.line({Stage::checking, 25'000'000, 25'000'000}, 2.21),
              "m: checking 25.0 MB of 25.0 MB");
}

TEST(ModelList, SaysWhichModelsAreThere) {
    const test::TempDir folder;
    const CatalogueEntry& first = builtInCatalogue().defaultEntry();
    test::writeFile(folder / first.fileName, "model");
    const json list = describeCatalogue(builtInCatalogue(), folder.path());
    ASSERT_EQ(list["models"].size(), builtInCatalogue().entries().size());
    EXPECT_EQ(list["models"][0]["path"], (folder / first.fileName).string());
    EXPECT_TRUE(list["models"][0]["default"]);
    EXPECT_TRUE(list["models"][1]["path"].is_null());
    EXPECT_THAT(catalogueText(list), HasSubstr("* " + first.name));
    EXPECT_THAT(catalogueText(list), HasSubstr("  smollm2-135m-instruct"));
    EXPECT_THAT(catalogueText(list), HasSubstr("Gemma Terms of Use"));
}

TEST(ModelInfo, ShowsTheShapeOfAModelFile) {
    ASTERISM_MODEL_OR_SKIP(path, "smollm2-135m-instruct-q4_1.gguf");
    const json info = describeModel(path);
    EXPECT_EQ(info["architecture"], "llama");
    EXPECT_EQ(info["layers"], 30);
    EXPECT_EQ(info["heads"], 9);
    EXPECT_EQ(info["kv_heads"], 3);
    EXPECT_EQ(info["head_dim"], 64);
    EXPECT_EQ(info["window"], 8192);
    EXPECT_EQ(info["kv_bytes_per_token"]["bf16"], 23040);
    EXPECT_EQ(info["kv_bytes_per_token"]["f32"], 46080);
    EXPECT_NEAR(info["parameters"].get<double>(), 134.5e6, 0.5e6);
    EXPECT_TRUE(info["chat_template"]);
    EXPECT_THAT(modelText(info), HasSubstr("9 for queries, 3 for keys and values"));
}

TEST(ModelInfo, RefusesAFileThatIsNoModel) {
    const test::TempDir folder;
    test::writeFile(folder / "model.gguf", "not a model");
    EXPECT_THROW(describeModel(folder / "model.gguf"), Error);
    EXPECT_THROW(describeModel(folder / "missing.gguf"), Error);
}

}  // namespace
}  // namespace asterism
