#include "tests/support/test_files.h"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace asterism::test {

namespace fs = std::filesystem;

fs::path dataFile(std::string_view name) {
    return fs::path(ASTERISM_SOURCE_DIR) / "tests" / "data" / name;
}

std::string readFile(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw std::runtime_error("cannot read " + path.string());
    return {std::istreambuf_iterator<char>(file), {}};
}

void writeFile(const fs::path& path, std::string_view content) {
    std::ofstream file(path, std::ios::binary);
    file.write(content.data(), static_cast<std::streamsize>(content.size()));
    if (!file.flush()) throw std::runtime_error("cannot write " + path.string());
}

std::optional<fs::path> findModel(std::string_view fileName) {
    const auto variable = [](const char* name) {
        const char* value = std::getenv(name);
        return value ? fs::path(value) : fs::path();
    };
    fs::path folder = variable("ASTERISM_TEST_MODELS");
    if (folder.empty() && !variable("XDG_DATA_HOME").empty())
        folder = variable("XDG_DATA_HOME") / "asterism" / "models";
    if (folder.empty()) folder = variable("HOME") / ".local/share/asterism/models";
    if (fs::exists(folder / fileName)) return folder / fileName;
    return std::nullopt;
}

TempDir::TempDir() {
    std::string pattern = (fs::temp_directory_path() / "asterism-test-XXXXXX").string();
    if (!::mkdtemp(pattern.data())) throw std::runtime_error("cannot make " + pattern);
    m_path = pattern;
}

TempDir::~TempDir() {
    std::error_code ignored;
    fs::remove_all(m_path, ignored);
}

}  // namespace asterism::test
