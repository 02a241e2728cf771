// How few blocks an edit of a large project costs: by their keys, nothing is encoded.

#include <algorithm>
#include <functional>
#include <iostream>
#include <map>
#include <random>
#include <set>

#include <gmock/gmock.h>

#include "tests/engine/engine_run.h"
#include "tests/engine/memory_store.h"
#include "tests/storage/projects/project_fixture.h"

namespace asterism::test {
namespace {

constexpr std::int64_t kCollectionTokens = 500'000;
constexpr int kEdits = 200;
constexpr int kMoves = 50;  // of whole documents: added, removed, renamed

using Paragraphs = std::vector<std::string>;
using Collection = std::map<std::string, Paragraphs>;  // by document, in the order of the context

// Makes up collections, and edits of the kind people make.
class Writer {
  public:
    explicit Writer(unsigned seed) : m_random(seed) {}

    std::size_t below(std::size_t limit) { return m_random() % limit; }

    std::string word() {
        std::string word;
        for (std::size_t letters = 2 + below(8); letters > 0; --letters)
            word += static_cast<char>('a' + below(26));
        return word;
    }

    std::string paragraph() {
        std::string text = below(8) == 0 ? "## " + word() + "\n\n" : "";
        for (std::size_t lines = 1 + below(8); lines > 0; --lines) {
            for (std::size_t words = 3 + below(12); words > 1; --words) text += word() + ' ';
            text += word() + ".\n";
        }
        return text;
    }

    Paragraphs document() {
        Paragraphs paragraphs(2 + below(80));
        for (std::string& text : paragraphs) text = paragraph();
        return paragraphs;
    }

    std::string name() { return word() + '/' + word() + ".md"; }

    Collection::iterator anyOf(Collection& collection) {
        return std::next(collection.begin(), static_cast<std::ptrdiff_t>(below(collection.size())));
    }

    void editParagraph(Paragraphs& paragraphs) {
        const auto at = paragraphs.begin() + static_cast<std::ptrdiff_t>(below(paragraphs.size()));
        switch (below(3)) {
            case 0:
                *at = paragraph();
                break;
            case 1:
                paragraphs.insert(at, paragraph());
                break;
            default:
                if (paragraphs.size() > 1) paragraphs.erase(at);
        }
    }

  private:
    std::mt19937 m_random;
};

std::string textOf(const Paragraphs& paragraphs) {
    std::string text;
    for (const std::string& paragraph : paragraphs) text += paragraph + '\n';
    return text;
}

std::set<std::string> namesOf(const std::vector<BlockKey>& keys) {
    std::set<std::string> names;
    for (const BlockKey& key : keys) names.insert(key.hex());
    return names;
}

class ProjectLocality : public testing::Test {
  protected:
    ProjectLocality() {
        writeTinyModel(m_folder / "tiny.gguf");
        m_engine = openEngine(m_folder / "tiny.gguf");
        m_engine->setBlockStore(m_store, "tiny");
        m_frame = chatFrame(m_engine->tokenizer());
        for (std::int64_t tokens = 0; tokens < kCollectionTokens;) {
            const auto [place, isNew] = m_collection.emplace(m_writer.name(), m_writer.document());
            tokens += std::ssize(shared(*place)->segment.tokens);
        }
        const ProjectContext context = contextOf(m_collection);
        m_pinned = context.anchor();
        m_keys = namesOf(keysOf(context));
    }

    // Documents are tokenised once.
    SharedDocument shared(const Collection::value_type& content) {
        const std::string text = textOf(content.second);
        SharedDocument& document = m_documents[content.first + '\n' + text];
        if (document) return document;
        auto made = std::make_shared<ProjectDocument>();
        made->record.name = content.first;
        made->segment = buildSegment(m_engine->tokenizer(), content.first, text);
        made->text = text;
        document = made;
        return document;
    }

    ProjectContext contextOf(const Collection& collection) {
        std::vector<SharedDocument> documents;
        for (const auto& content : collection) documents.push_back(shared(content));
        return {m_frame, ProjectSettings{}, m_pinned, std::move(documents)};
    }

    std::vector<BlockKey> keysOf(const ProjectContext& context) const {
        return m_engine->blockKeys(
            *m_engine->layOut(context.input().tokens, context.blocks(), context.options()));
    }

    // Blocks that an edit makes anew, of the collection as it is.
    int costOf(const std::function<void(Collection&)>& edit) {
        Collection edited = m_collection;
        edit(edited);
        const ProjectContext context = contextOf(edited);
        m_lostAnchors += !context.anchorStands();
        const auto keys = namesOf(keysOf(context));
        return static_cast<int>(
            std::count_if(keys.begin(), keys.end(),
                          [&](const std::string& key) { return !m_keys.contains(key); }));
    }

    struct Costs {
        int median = 0;
        int worst = 0;
    };
    Costs costsOf(int count, const std::string& kind,
                  const std::function<void(Collection&)>& edit) {
        std::vector<int> costs;
        m_lostAnchors = 0;
        for (int i = 0; i < count; ++i) costs.push_back(costOf(edit));
        std::sort(costs.begin(), costs.end());
        const Costs found{costs[costs.size() / 2], costs.back()};
        std::cout << kind << ": blocks to encode of " << m_keys.size() << ": median "
                  << found.median << ", 9 of 10 at most " << costs[costs.size() * 9 / 10]
                  << ", worst of " << count << ": " << found.worst << " (the anchor is lost by "
                  << m_lostAnchors << ")\n";
        return found;
    }

    Costs paragraphCosts() {
        return costsOf(kEdits, "one paragraph", [this](Collection& collection) {
            m_writer.editParagraph(m_writer.anyOf(collection)->second);
        });
    }

    TempDir m_folder;
    Writer m_writer{5};
    MemoryStore m_store;
    std::unique_ptr<Engine> m_engine;
    PromptFrame m_frame;
    Collection m_collection;
    std::map<std::string, SharedDocument> m_documents;
    std::vector<TokenId> m_pinned;
    std::set<std::string> m_keys;
    int m_lostAnchors = 0;
};

TEST_F(ProjectLocality, AnEditOfOneParagraphCostsTwoBlocksAndFourAtMost) {
    const Costs costs = paragraphCosts();
    EXPECT_LE(costs.median, 2);
    EXPECT_LE(costs.worst, 4);
}

TEST_F(ProjectLocality, AnEditOfTheFirstDocumentCostsNoMoreThoughItsTextIsTheAnchor) {
    const Costs costs =
        costsOf(kEdits, "one paragraph of the first document",
                [this](Collection& edited) { m_writer.editParagraph(edited.begin()->second); });
    EXPECT_GT(m_lostAnchors, kEdits / 10);
    EXPECT_LE(costs.median, 2);
    EXPECT_LE(costs.worst, 4);
}

TEST_F(ProjectLocality, AnEditCostsNoMoreOnceTheAnchorsTextIsGone) {
    m_collection.begin()->second.front() = m_writer.paragraph();
    const ProjectContext context = contextOf(m_collection);
    ASSERT_FALSE(context.anchorStands());
    m_keys = namesOf(keysOf(context));
    const Costs costs = paragraphCosts();
    EXPECT_LE(costs.median, 2);
    EXPECT_LE(costs.worst, 4);
}

TEST_F(ProjectLocality, DocumentsComeGoAndMoveForAFewBlocks) {
    const Costs added = costsOf(kMoves, "a document added", [this](Collection& collection) {
        collection.emplace(m_writer.name(), m_writer.document());
    });
    EXPECT_LE(added.median, 6);
    const Costs removed = costsOf(kMoves, "a document removed", [this](Collection& collection) {
        collection.erase(m_writer.anyOf(collection));
    });
    EXPECT_LE(removed.median, 2);
    EXPECT_LE(removed.worst, 4);
    const Costs renamed = costsOf(kMoves, "a document renamed", [this](Collection& collection) {
        auto document = collection.extract(m_writer.anyOf(collection));
        document.key() = m_writer.name();
        collection.insert(std::move(document));
    });
    EXPECT_LE(renamed.median, 8);
}

}  // namespace
}  // namespace asterism::test
