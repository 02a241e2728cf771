#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <map>
#include <random>
#include <set>
#include <string>

#include "core/star/block_plan.h"

namespace asterism {
namespace {

constexpr std::int64_t kBlockTokens = 4096;
constexpr std::int64_t kCollectionTokens = 500'000;

using Line = std::vector<TokenId>;
struct Paragraph {
    std::vector<Line> lines;
    bool beginsSection = false;
};
using File = std::vector<Paragraph>;
using Collection = std::map<std::string, File>;  // in path order

// Makes up collections, and edits of the kind people make.
class Writer {
  public:
    explicit Writer(std::uint64_t seed) : m_random(seed) {}

    std::int64_t between(std::int64_t low, std::int64_t high) {
        return low +
               static_cast<std::int64_t>(m_random() % static_cast<std::uint64_t>(high - low + 1));
    }

    Line line() {
        Line line(static_cast<std::size_t>(between(3, 22)));
        for (TokenId& token : line) token = static_cast<TokenId>(between(100, 49'000));
        return line;
    }

    Paragraph paragraph() {
        Paragraph paragraph;
        for (std::int64_t count = between(1, 10); count > 0; --count)
            paragraph.lines.push_back(line());
        paragraph.beginsSection = between(0, 7) == 0;
        return paragraph;
    }

    File file(std::int64_t tokens) {
        File file;
        for (std::int64_t size = 0; size < tokens;) {
            file.push_back(paragraph());
            for (const Line& line : file.back().lines) size += std::ssize(line);
        }
        return file;
    }

    std::string name() {
        return "folder" + std::to_string(between(10, 99)) + "/" + std::to_string(numberOfFile());
    }

    // Mostly small files, a few long ones.
    std::int64_t fileTokens() {
        const double spread = static_cast<double>(between(-300, 300)) / 100.0;
        return static_cast<std::int64_t>(1200 * std::exp(spread));
    }

    Collection collection(std::int64_t tokens) {
        Collection files;
        for (std::int64_t size = 0; size < tokens;) {
            const std::int64_t wanted = fileTokens();
            files[name()] = file(wanted);
            size += wanted;
        }
        return files;
    }

    std::string anyName(const Collection& files) {
        return std::next(files.begin(), between(0, std::ssize(files) - 1))->first;
    }

    // rename: inside its folder; move: to another folder, so that two places change.
    enum class Edit { insertParagraph, deleteParagraph, editLine, rename, add, remove, move };

    void apply(Edit edit, Collection& files) {
        const std::string name = anyName(files);
        File& file = files[name];
        const auto place = static_cast<std::ptrdiff_t>(between(0, std::ssize(file) - 1));
        switch (edit) {
            case Edit::insertParagraph:
                file.insert(file.begin() + place, paragraph());
                return;
            case Edit::deleteParagraph:
                file.erase(file.begin() + place);
                return;
            case Edit::editLine:
                file[static_cast<std::size_t>(place)].lines.front() = line();
                return;
            case Edit::rename:
                return changeName(
                    files, name,
                    name.substr(0, name.find('/') + 1) + std::to_string(numberOfFile()));
            case Edit::move:
                return changeName(files, name, this->name());
            case Edit::add:
                files[this->name()] = this->file(between(50, 3000));
                return;
            case Edit::remove:
                files.erase(name);
                return;
        }
    }

  private:
    std::int64_t numberOfFile() { return between(0, 1'000'000); }

    static void changeName(Collection& files, const std::string& from, const std::string& to) {
        auto node = files.extract(from);
        node.key() = to;
        files.insert(std::move(node));
    }

    std::mt19937_64 m_random;
};

// A collection as tokens and cuts, the way documents become a context.
struct Flat {
    std::vector<TokenId> tokens;
    std::vector<CutPoint> cuts;

    explicit Flat(const Collection& files) {
        for (const auto& [name, file] : files) addFile(name, file);
        for (CutPoint& cut : cuts) cut.hash = hashAround(cut.token);
    }

    // Blocks by their content.
    std::vector<std::vector<TokenId>> blocks() const {
        std::vector<std::vector<TokenId>> contents;
        for (const TokenRange& range : documentsPlan(tokens, cuts, kBlockTokens))
            contents.emplace_back(tokens.begin() + range.begin, tokens.begin() + range.end);
        return contents;
    }

  private:
    void cut(CutPoint::Strength strength) {
        if (!tokens.empty()) cuts.push_back({std::ssize(tokens), strength, 0});
    }

    void addFile(const std::string& name, const File& file) {
        cut(CutPoint::Strength::document);
        for (const char letter : name) tokens.push_back(letter);
        bool isFirst = true;
        for (const Paragraph& paragraph : file) {
            if (!isFirst)
                cut(paragraph.beginsSection ? CutPoint::Strength::section
                                            : CutPoint::Strength::paragraph);
            for (const Line& line : paragraph.lines) {
                if (&line != &paragraph.lines.front()) cut(CutPoint::Strength::line);
                tokens.insert(tokens.end(), line.begin(), line.end());
            }
            isFirst = false;
        }
    }

    std::uint64_t hashAround(std::int64_t token) const {
        std::uint64_t hash = 14695981039346656037U;
        const std::int64_t end = std::min(token + 8, std::ssize(tokens));
        for (std::int64_t i = std::max<std::int64_t>(0, token - 8); i < end; ++i)
            hash = (hash ^ static_cast<std::uint64_t>(tokens[static_cast<std::size_t>(i)])) *
                   1099511628211U;
        return hash ^ hash >> 32;
    }
};

// Blocks that must be encoded after an edit: those that were not there before.
std::int64_t changedBlocks(const std::set<std::vector<TokenId>>& before, const Flat& after) {
    const auto blocks = after.blocks();
    return std::count_if(blocks.begin(), blocks.end(),
                         [&](const auto& block) { return !before.contains(block); });
}

std::vector<std::int64_t> changesOfEdits(std::uint64_t seed, int count,
                                         const std::vector<Writer::Edit>& kinds) {
    Writer writer(seed);
    const Collection collection = writer.collection(kCollectionTokens);
    const auto blocks = Flat(collection).blocks();
    const std::set<std::vector<TokenId>> before(blocks.begin(), blocks.end());
    std::vector<std::int64_t> changes;
    for (int i = 0; i < count; ++i) {
        Collection edited = collection;
        writer.apply(kinds[static_cast<std::size_t>(i) % kinds.size()], edited);
        changes.push_back(changedBlocks(before, Flat(edited)));
    }
    std::sort(changes.begin(), changes.end());
    return changes;
}

void print(const std::vector<std::int64_t>& changes) {
    const std::size_t count = changes.size();
    std::cout << "blocks changed: median " << changes[count / 2] << ", 9 of 10 at most "
              << changes[count * 9 / 10] << ", worst of " << count << ": " << changes.back()
              << std::endl;
}

TEST(PlanLocality, AnEditOfALargeCollectionChangesFewBlocks) {
    using enum Writer::Edit;
    const auto changes =
        changesOfEdits(1, 200, {insertParagraph, deleteParagraph, editLine, rename, add, remove});
    print(changes);
    EXPECT_LE(changes[100], 2);
    EXPECT_LE(changes.back(), 4);
}

TEST(PlanLocality, AMovedFileChangesFewBlocksInBothPlaces) {
    const auto changes = changesOfEdits(2, 60, {Writer::Edit::move});
    print(changes);
    EXPECT_LE(changes[30], 4);
    EXPECT_LE(changes.back(), 6);
}

TEST(PlanLocality, BlocksAreTwoThirdsFullOnAverage) {
    const Flat flat(Writer(2).collection(kCollectionTokens));
    const auto blocks = flat.blocks();
    const double fill =
        static_cast<double>(flat.tokens.size()) / static_cast<double>(blocks.size() * kBlockTokens);
    std::cout << "fill of " << blocks.size() << " blocks: " << fill << std::endl;
    EXPECT_GE(fill, 0.66);
}

TEST(PlanLocality, TheSameTextGivesTheSamePlan) {
    const Collection collection = Writer(3).collection(50'000);
    EXPECT_EQ(Flat(collection).blocks(), Flat(collection).blocks());
}

// Text without line ends, as minified code is: token hashes choose the cuts.
TEST(PlanLocality, AnInsertionIntoTextWithoutCutsChangesFewBlocks) {
    Writer writer(4);
    std::vector<TokenId> tokens;
    while (std::ssize(tokens) < 200'000) tokens.push_back(writer.line().front());
    const auto contents = [](const std::vector<TokenId>& context) {
        std::set<std::vector<TokenId>> blocks;
        for (const TokenRange& range : documentsPlan(context, {}, kBlockTokens))
            blocks.emplace(context.begin() + range.begin, context.begin() + range.end);
        return blocks;
    };
    const auto before = contents(tokens);
    std::vector<std::int64_t> changes;
    for (int i = 0; i < 50; ++i) {
        auto edited = tokens;
        const Line line = writer.line();
        edited.insert(edited.begin() + writer.between(0, std::ssize(tokens)), line.begin(),
                      line.end());
        const auto after = contents(edited);
        changes.push_back(std::count_if(after.begin(), after.end(), [&](const auto& block) {
            return !before.contains(block);
        }));
    }
    std::sort(changes.begin(), changes.end());
    EXPECT_LE(changes[25], 2);
    EXPECT_LE(changes.back(), 5);
}

}  // namespace
}  // namespace asterism
