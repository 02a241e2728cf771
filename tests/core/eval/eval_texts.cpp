#include "tests/core/eval/eval_texts.h"

#include <algorithm>
#include <filesystem>
#include <vector>

#include "core/eval/filler.h"
#include "core/eval/reading_data.h"
#include "tests/support/test_files.h"

namespace asterism::test {

namespace {

std::vector<eval::SourceFile> filesBelow(const std::string& folder) {
    const std::filesystem::path root = ASTERISM_SOURCE_DIR;
    std::vector<eval::SourceFile> files;
    for (const auto& entry : std::filesystem::directory_iterator(root / folder))
        if (entry.is_regular_file())
            files.push_back(
                {entry.path().lexically_relative(root).generic_string(), readFile(entry.path())});
    std::sort(files.begin(), files.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
    return files;
}

// A file of SQuAD's form: each paragraph tells a number that its question asks for.
std::string squadFile() {
    std::string paragraphs;
    for (int i = 0; i < 150; ++i) {
        const std::string number = std::to_string(i);
        std::string filler;
        for (int word = 0; word < 60; ++word) filler += "word" + std::to_string(word) + " ";
        paragraphs += std::string(i > 0 ? "," : "") + R"({"context": ")" + filler + "House " +
                      number + " has " + std::to_string(7000 + i) +
                      R"( bricks.", "qas": [{"question": "How many bricks has house )" + number +
                      R"(?", "answers": [{"text": ")" + std::to_string(7000 + i) + R"("}]}]})";
    }
    return R"({"data": [{"paragraphs": [)" + paragraphs + "]}]}";
}

// A file of HotpotQA's form: a question needs two of the paragraphs.
std::string hotpotFile() {
    std::string questions;
    for (int i = 0; i < 80; ++i) {
        std::string context;
        for (int part = 0; part < 3; ++part) {
            std::string filler;
            for (int word = 0; word < 40; ++word) filler += " thing" + std::to_string(word);
            context += std::string(part > 0 ? "," : "") + R"(["title)" +
                       std::to_string(10 * i + part) + R"(", ["First )" + std::to_string(i) +
                       filler + R"(.", " Second."]])";
        }
        const std::string first = std::to_string(10 * i);
        const std::string second = std::to_string(10 * i + 1);
        questions += std::string(i > 0 ? "," : "") + R"({"question": "Question )" +
                     std::to_string(i) + R"(?", "answer": "First )" + std::to_string(i) +
                     R"(", "context": [)" + context + R"(], "supporting_facts": [["title)" + first +
                     R"(", 0], ["title)" + second + R"(", 1]]})";
    }
    return "[" + questions + "]";
}

eval::Texts makeTexts() {
    eval::Texts texts;
    for (const eval::SourceFile& file : filesBelow("resources/manual")) {
        const auto more = eval::proseSentences(file.text);
        texts.sentences.insert(texts.sentences.end(), more.begin(), more.end());
    }
    for (const std::string folder : {"core/text", "core/documents", "core/star"})
        for (eval::SourceFile& file : filesBelow(folder)) texts.sources.push_back(std::move(file));
    texts.squad = eval::parseSquad(squadFile(), "squad");
    texts.hotpot = eval::parseHotpot(hotpotFile(), "hotpot");
    return texts;
}

}  // namespace

const eval::Texts& evalTexts() {
    static const eval::Texts texts = makeTexts();
    return texts;
}

int countOf(std::string_view text, std::string_view part) {
    int count = 0;
    for (std::size_t at = text.find(part); at != std::string_view::npos;
         at = text.find(part, at + 1))
        ++count;
    return count;
}

}  // namespace asterism::test
