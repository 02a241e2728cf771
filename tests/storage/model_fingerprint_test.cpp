#include "storage/model_fingerprint.h"

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>

#include "core/base/error.h"
#include "tests/support/test_files.h"

namespace asterism {
namespace {

namespace fs = std::filesystem;

// Writes into the file that is there, so that it keeps its inode.
void overwrite(const fs::path& path, std::string_view content) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
}

void setAge(const fs::path& path, std::chrono::minutes age) {
    const auto time = std::chrono::floor<std::chrono::hours>(fs::file_time_type::clock::now());
    fs::last_write_time(path, time - age);
}

class ModelFingerprint : public testing::Test {
  protected:
    std::string fingerprint(const fs::path& model) {
        return modelFingerprint(model, m_dir / "cache");
    }
    fs::path writeOld(std::string_view name, std::string_view content) {
        const fs::path path = m_dir / name;
        fs::create_directories(path.parent_path());
        overwrite(path, content);
        setAge(path, std::chrono::minutes(60));
        return path;
    }
    fs::path memory() const { return m_dir / "cache/fingerprints.json"; }

    const test::TempDir m_dir;
};

TEST_F(ModelFingerprint, FollowsTheContentOfAFileAndNotItsName) {
    const fs::path a = writeOld("a.gguf", "weights 1");
    const fs::path b = writeOld("b.gguf", "weights 2");
    const std::string digits = fingerprint(a);
    EXPECT_EQ(digits.size(), 32U);
    EXPECT_EQ(digits.find_first_not_of("0123456789abcdef"), std::string::npos);
    EXPECT_NE(fingerprint(b), digits);
    EXPECT_EQ(fingerprint(writeOld("c.gguf", "weights 1")), digits);
    EXPECT_EQ(fingerprint(writeOld("empty.gguf", "")).size(), 32U);
}

TEST_F(ModelFingerprint, IsRememberedWhileTheFileLooksUnchanged) {
    const fs::path model = writeOld("model.gguf", "weights 1");
    const std::string digits = fingerprint(model);
    overwrite(model, "weights 2");
    setAge(model, std::chrono::minutes(60));
    EXPECT_EQ(fingerprint(model), digits);  // it was not read again
    setAge(model, std::chrono::minutes(30));
    const std::string changed = fingerprint(model);
    EXPECT_NE(changed, digits);
    overwrite(model, "weights 2, longer");
    setAge(model, std::chrono::minutes(30));
    EXPECT_NE(fingerprint(model), changed);
}

TEST_F(ModelFingerprint, NoticesAFileOfTheSameSizeAndTimeInItsPlace) {
    const fs::path model = writeOld("model.gguf", "weights 1");
    const std::string digits = fingerprint(model);
    fs::rename(writeOld("other.gguf", "weights 2"), model);
    EXPECT_NE(fingerprint(model), digits);
}

TEST_F(ModelFingerprint, DoesNotTrustAFileThatHasJustBeenWritten) {
    const fs::path model = m_dir / "model.gguf";
    overwrite(model, "weights 1");
    const auto time = fs::last_write_time(model);
    const std::string digits = fingerprint(model);
    overwrite(model, "weights 2");
    fs::last_write_time(model, time);
    EXPECT_NE(fingerprint(model), digits);
}

TEST_F(ModelFingerprint, OfAFolderFollowsAllThatTheModelIsMadeOf) {
    const fs::path folder = m_dir / "model";
    const char* names[] = {"config.json", "tokenizer.json", "tokenizer.model",
                           "model-00001.safetensors", "model-00002.safetensors"};
    for (const char* name : names) writeOld(std::string("model/") + name, name);
    std::string digits = fingerprint(folder);
    writeOld("model/README.md", "about");
    EXPECT_EQ(fingerprint(folder), digits);
    for (const char* name : names) {
        writeOld(std::string("model/") + name, "changed");
        setAge(folder / name, std::chrono::minutes(30));
        const std::string changed = fingerprint(folder);
        EXPECT_NE(changed, digits) << name;
        digits = changed;
    }
    fs::rename(folder / "model-00002.safetensors", folder / "model-00003.safetensors");
    EXPECT_NE(fingerprint(folder), digits);
}

TEST_F(ModelFingerprint, IgnoresADamagedMemory) {
    const fs::path model = writeOld("model.gguf", "weights 1");
    const std::string digits = fingerprint(model);
    const std::string whole = test::readFile(memory());
    for (std::size_t size = 0; size < whole.size(); size += 5) {
        overwrite(memory(), whole.substr(0, size));
        EXPECT_EQ(fingerprint(model), digits);
        EXPECT_EQ(test::readFile(memory()), whole);
    }
    const std::string name = whole.substr(2, 32);
    for (const std::string entry : {"5", "{}", "null", "{\"file\":null,\"xxh3\":5}", "[]"}) {
        overwrite(memory(), "{\"" + name + "\":" + entry + "}");
        EXPECT_EQ(fingerprint(model), digits);
        EXPECT_EQ(test::readFile(memory()), whole);
    }
    EXPECT_EQ(fs::status(memory()).permissions(), fs::perms(0600));
}

TEST_F(ModelFingerprint, NeedsNoMemory) {
    const fs::path model = writeOld("model.gguf", "weights 1");
    EXPECT_EQ(modelFingerprint(model, model / "no folder"), fingerprint(model));
}

TEST_F(ModelFingerprint, TakesPathsThatAreNotUtf8) {
    const fs::path model = writeOld("model\xff.gguf", "weights 1");
    const std::string digits = fingerprint(model);
    EXPECT_EQ(fingerprint(model), digits);
}

TEST_F(ModelFingerprint, RefusesAModelThatIsNotThere) {
    EXPECT_THROW(fingerprint(m_dir / "missing.gguf"), Error);
}

}  // namespace
}  // namespace asterism
