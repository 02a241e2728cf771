#include "app/fetch/model_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

#include "core/base/error.h"
#include "tests/support/test_files.h"

namespace asterism {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class ModelFolder : public testing::Test {
  protected:
    void SetUp() override {
        if (const char* data = std::getenv("XDG_DATA_HOME")) m_data = data;
        ::setenv("HOME", m_dir.path().c_str(), 1);
    }
    void TearDown() override {
        ::setenv("HOME", m_home.c_str(), 1);
        if (m_data)
            ::setenv("XDG_DATA_HOME", m_data->c_str(), 1);
        else
            ::unsetenv("XDG_DATA_HOME");
    }
    std::string failure(const std::string& model) {
        try {
            resolveModel(model, builtInCatalogue(), m_dir.path());
        } catch (const Error& error) {
            return error.what();
        }
        return "no error";
    }

    test::TempDir m_dir;
    std::string m_home = std::getenv("HOME");
    std::optional<std::string> m_data;
};

TEST_F(ModelFolder, FollowsTheBaseDirectorySpecification) {
    ::setenv("XDG_DATA_HOME", "/data", 1);
    EXPECT_EQ(modelFolder(), "/data/asterism/models");
    const fs::path usual = m_dir / ".local/share/asterism/models";
    ::setenv("XDG_DATA_HOME", "", 1);
    EXPECT_EQ(modelFolder(), usual);
    ::setenv("XDG_DATA_HOME", "not/absolute", 1);
    EXPECT_EQ(modelFolder(), usual);
    ::unsetenv("XDG_DATA_HOME");
    EXPECT_EQ(modelFolder(), usual);
}

TEST_F(ModelFolder, TakesAPathThatExistsAndACatalogueNameThatWasPulled) {
    const CatalogueEntry& entry = builtInCatalogue().defaultEntry();
    const fs::path file = m_dir / entry.fileName;
    test::writeFile(file, "model");
    EXPECT_EQ(resolveModel(file, builtInCatalogue(), "/nowhere"), file);
    EXPECT_EQ(resolveModel(m_dir.path(), builtInCatalogue(), "/nowhere"), m_dir.path());
    EXPECT_EQ(resolveModel(entry.name, builtInCatalogue(), m_dir.path()), file);
}

TEST_F(ModelFolder, WithoutANameTheDefaultIsMeantUnlessOnlyAnotherIsThere) {
    EXPECT_EQ(usualModel(builtInCatalogue(), m_dir.path()), "qwen2.5-coder-0.5b");
    test::writeFile(m_dir / builtInCatalogue().get("smollm2-135m-instruct").fileName, "model");
    EXPECT_EQ(usualModel(builtInCatalogue(), m_dir.path()), "smollm2-135m-instruct");
    test::writeFile(m_dir / builtInCatalogue().defaultEntry().fileName, "model");
    EXPECT_EQ(usualModel(builtInCatalogue(), m_dir.path()), "qwen2.5-coder-0.5b");
}

TEST_F(ModelFolder, SaysHowToPullAModelThatIsNotThere) {
    EXPECT_THAT(failure("qwen2.5-coder-0.5b"),
                HasSubstr("`asterism-cli model pull qwen2.5-coder-0.5b`"));
    EXPECT_THROW(resolveModel("qwen2.5-coder-0.5b", builtInCatalogue(), m_dir.path()),
                 ModelMissing);
}

TEST_F(ModelFolder, NamesTheChoicesForAnUnknownName) {
    EXPECT_THAT(failure("gpt-9"), HasSubstr("qwen2.5-coder-0.5b, smollm2-135m-instruct"));
    EXPECT_THAT(failure(""), HasSubstr("smollm2-135m-instruct"));
    EXPECT_THAT(failure("./gpt-9"), HasSubstr("no model at ./gpt-9"));
}

TEST(BuiltInCatalogue, IsTheFileInTheSourceTree) {
    const fs::path file = ASTERISM_CATALOGUE_FILE;
    const Catalogue fromFile = Catalogue::parse(test::readFile(file), file.string());
    ASSERT_EQ(builtInCatalogue().entries().size(), fromFile.entries().size());
    std::set<std::string> names;
    for (const CatalogueEntry& entry : fromFile.entries()) {
        EXPECT_EQ(builtInCatalogue().get(entry.name).sha256, entry.sha256);
        names.insert(entry.name);
    }
    EXPECT_EQ(names, (std::set<std::string>{"gemma3-270m", "qwen2.5-coder-0.5b",
                                            "smollm2-135m-instruct"}));
    EXPECT_EQ(builtInCatalogue().defaultEntry().name, "qwen2.5-coder-0.5b");
}

}  // namespace
}  // namespace asterism
