#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace asterism::test {

// tests/data/NAME in the source tree.
std::filesystem::path dataFile(std::string_view name);

std::string readFile(const std::filesystem::path& path);
void writeFile(const std::filesystem::path& path, std::string_view content);

// A model of the catalogue, found in $ASTERISM_TEST_MODELS or the user's model folder under its
// catalogue file name; empty if it is not there. Tests that need one skip with a visible reason;
// .ci/run fetches them first and sets ASTERISM_REQUIRE_MODELS, which turns such a skip into a
// failure.
std::optional<std::filesystem::path> findModel(std::string_view fileName);

// A folder of its own under the system's temporary folder, removed with the object.
class TempDir {
  public:
    TempDir();
    ~TempDir();
    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;
    const std::filesystem::path& path() const { return m_path; }
    std::filesystem::path operator/(std::string_view name) const { return m_path / name; }

  private:
    std::filesystem::path m_path;
};

}  // namespace asterism::test

// At the top of a test that needs a real model: binds `variable` or skips (fails under CI).
// NOLINTBEGIN(bugprone-macro-parentheses): what is declared takes no parentheses.
#define ASTERISM_MODEL_OR_SKIP(variable, fileName)                                          \
    const auto variable##Found = ::asterism::test::findModel(fileName);                     \
    if (!variable##Found) {                                                                 \
        if (std::getenv("ASTERISM_REQUIRE_MODELS"))                                         \
            FAIL() << (fileName) << " is not in the model folder; run installer/test.sh";   \
        GTEST_SKIP() << (fileName) << " is not in the model folder; run installer/test.sh"; \
    }                                                                                       \
    const std::filesystem::path& variable = *variable##Found
// NOLINTEND(bugprone-macro-parentheses)
