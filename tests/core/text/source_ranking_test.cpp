#include "core/text/source_ranking.h"

#include <gtest/gtest.h>

#include <numeric>
#include <optional>
#include <string>
#include <vector>

namespace asterism {
namespace {

using Mass = std::vector<std::vector<float>>;

// A context of parts of ten tokens each: a chat header, then per document its name and passages.
DocumentContext contextOf(const std::vector<int>& passagesOfDocuments) {
    DocumentContext context;
    const auto add = [&](std::optional<std::size_t> document, std::optional<int> passage) {
        DocumentContext::Part part;
        const std::int64_t begin = context.parts.empty() ? 0 : context.parts.back().tokens.end;
        part.tokens = {begin, begin + 10};
        part.document = document;
        if (passage) {
            const auto number = static_cast<std::size_t>(*passage);
            part.source = SourcePassage{part.tokens, *document,  *passage + 1,  *passage + 1,
                                        "passage\n", number * 8, number * 8 + 8};
        }
        context.parts.push_back(part);
    };
    add(std::nullopt, std::nullopt);
    for (std::size_t document = 0; document < passagesOfDocuments.size(); ++document) {
        add(document, std::nullopt);
        for (int i = 0; i < passagesOfDocuments[document]; ++i) add(document, i);
    }
    return context;
}

std::vector<std::size_t> allParts(const DocumentContext& context) {
    std::vector<std::size_t> parts(context.parts.size());
    std::iota(parts.begin(), parts.end(), std::size_t{0});
    return parts;
}

// "document:line" or "document:first-last" of each source.
std::vector<std::string> placesOf(const std::vector<Source>& sources) {
    std::vector<std::string> places;
    for (const auto& [passage, mass] : sources) {
        std::string place =
            std::to_string(passage.document) + ":" + std::to_string(passage.lineBegin);
        if (passage.lineEnd != passage.lineBegin) place += "-" + std::to_string(passage.lineEnd);
        places.push_back(place);
    }
    return places;
}

using Places = std::vector<std::string>;

class SourceRanking : public testing::Test {
  protected:
    AnswerSources rank(const Mass& all, const Mass& last = {}) const {
        return rankSources({m_context, m_parts, m_blocks, m_sentences, all, last}, m_options);
    }

    // Places in the list of parts: 0 header, 1 name, 2 to 5 passages, 6 name, 7 to 9 passages.
    DocumentContext m_context = contextOf({4, 3});
    std::vector<std::size_t> m_parts = allParts(m_context);
    std::vector<TokenRange> m_blocks{{0, 60}, {60, 100}};
    std::vector<TokenRange> m_sentences;
    SourceOptions m_options;
};

TEST_F(SourceRanking, OrdersPassagesByTheirMeanMass) {
    const auto sources = rank({{0.5F, 0.1F, 0.1F, 0, 0.02F, 0, 0.2F, 0.06F, 0, 0.02F},
                               {0.5F, 0.1F, 0.1F, 0, 0.22F, 0, 0.0F, 0.06F, 0, 0.02F}});
    EXPECT_EQ(placesOf(sources.whole), (Places{"0:3", "0:1", "1:1", "1:3"}));
    EXPECT_NEAR(sources.whole[0].mass, 0.12, 1e-6);
    EXPECT_NEAR(sources.whole[1].mass, 0.1, 1e-6);
}

TEST_F(SourceRanking, TheLastLayersRankPassagesInsideTheBestBlocks) {
    m_options.blocks = 1;
    // Over all layers the second block is best, over the last ones a passage of the first.
    const Mass all{{0, 0, 0.1F, 0, 0, 0, 0, 0.3F, 0, 0.1F}};
    const Mass last{{0, 0, 0.9F, 0, 0, 0, 0, 0.02F, 0, 0.05F}};
    EXPECT_EQ(placesOf(rank(all, last).whole), (Places{"1:3", "1:1"}));
    m_options.blocks = 2;
    EXPECT_EQ(placesOf(rank(all, last).whole).front(), "0:1");
}

TEST_F(SourceRanking, HeadersAndSinksCountForNoBlock) {
    const auto withHeader = rank({{0.6F, 0.1F, 0, 0.1F, 0, 0, 0.1F, 0, 0.1F, 0}});
    EXPECT_NEAR(withHeader.blockMass[0], 0.2, 1e-6);
    EXPECT_NEAR(withHeader.blockMass[1], 0.2, 1e-6);
    // Without a chat header the first document's name line is where attention rests.
    m_parts.erase(m_parts.begin());
    m_context.parts[1].tokens.begin = 0;
    const auto without = rank({{0.7F, 0, 0.1F, 0, 0, 0.1F, 0, 0.1F, 0}});
    EXPECT_NEAR(without.blockMass[0], 0.1, 1e-6);
    EXPECT_NEAR(without.blockMass[1], 0.2, 1e-6);
}

TEST_F(SourceRanking, APassageInTwoBlocksCountsInBothByItsTokens) {
    m_blocks = {{0, 33}, {33, 100}};  // place 3 stands at 30
    const auto sources = rank({{0, 0, 0, 1.0F, 0, 0, 0, 0, 0, 0}});
    EXPECT_NEAR(sources.blockMass[0], 0.3, 1e-6);
    EXPECT_NEAR(sources.blockMass[1], 0.7, 1e-6);
    EXPECT_EQ(placesOf(sources.whole), Places{"0:2"});
}

TEST_F(SourceRanking, NeighboursThatRankTogetherAreOneSource) {
    m_options.count = 2;
    // The second and third passage, the last of the document and the first of the next.
    const auto sources = rank({{0, 0, 0, 0.1F, 0.2F, 0, 0, 0.25F, 0, 0}});
    ASSERT_EQ(placesOf(sources.whole), (Places{"0:2-3", "1:1"}));
    const SourcePassage& passage = sources.whole[0].passage;
    EXPECT_NEAR(sources.whole[0].mass, 0.3, 1e-6);
    EXPECT_EQ(passage.tokens, (TokenRange{30, 50}));
    EXPECT_EQ(passage.textBegin, 8U);
    EXPECT_EQ(passage.textEnd, 24U);
    EXPECT_EQ(passage.text, "passage\npassage\n");
}

TEST_F(SourceRanking, PassagesOfTwoDocumentsStayTwoSources) {
    m_parts = {0, 5, 7};
    m_context.parts[7].tokens.begin = m_context.parts[5].tokens.end;
    EXPECT_EQ(placesOf(rank({{0, 0.2F, 0.1F}}).whole), (Places{"0:4", "1:1"}));
}

TEST_F(SourceRanking, KeepsAtMostTheCountAndMapsFiguresThroughTheScope) {
    m_parts = {0, 6, 7, 9};
    m_options.count = 1;
    // Further figures are those of the anchor and the turns.
    EXPECT_EQ(placesOf(rank({{0.2F, 0, 0.1F, 0.3F, 0.9F, 0.9F}}).whole), Places{"1:3"});
}

TEST_F(SourceRanking, EverySentenceHasItsOwnSources) {
    m_sentences = {{0, 1}, {1, 3}, {3, 3}};
    const auto sources = rank({{0, 0, 0.9F, 0, 0, 0, 0, 0, 0.1F, 0},
                               {0, 0, 0, 0, 0, 0.1F, 0, 0, 0.8F, 0},
                               {0, 0, 0, 0, 0, 0.5F, 0, 0, 0.6F, 0}});
    ASSERT_EQ(sources.sentences.size(), 3U);
    EXPECT_EQ(placesOf(sources.sentences[0]), Places{"0:1"});
    // The other one has less than half as much.
    EXPECT_EQ(placesOf(sources.sentences[1]), Places{"1:2"});
    EXPECT_NEAR(sources.sentences[1][0].mass, 0.7, 1e-6);
    EXPECT_TRUE(sources.sentences[2].empty());
}

TEST_F(SourceRanking, AttentionThatIsSpreadEvenlyGivesASentenceNoSources) {
    m_sentences = {{0, 1}};
    EXPECT_TRUE(rank({Mass::value_type(10, 0.1F)}).sentences[0].empty());
    EXPECT_EQ(rank({Mass::value_type(10, 0.1F)}).whole.size(), 2U);
    // Seven passages: a share of 1/7 + 1/4 * 6/7 = 0.357 is clear, less is not.
    EXPECT_TRUE(rank({{0, 0, 0.35F, 0.1F, 0.1F, 0.1F, 0, 0.1F, 0.1F, 0.15F}}).sentences[0].empty());
    EXPECT_EQ(placesOf(rank({{0, 0, 0.36F, 0.1F, 0.1F, 0.1F, 0, 0.1F, 0.1F, 0.14F}}).sentences[0]),
              Places{"0:1"});
}

TEST_F(SourceRanking, AmongManyPassagesThreeTimesTheUniformShareIsClear) {
    m_context = contextOf({100});
    m_parts = allParts(m_context);
    m_blocks = {{0, 1020}};
    m_sentences = {{0, 1}};
    std::vector<float> figures(102, 0.01F);
    figures[50] = 0.032F;
    EXPECT_EQ(placesOf(rank({figures}).sentences[0]), Places{"0:49"});
    figures[50] = 0.028F;
    EXPECT_TRUE(rank({figures}).sentences[0].empty());
}

TEST_F(SourceRanking, TheOnlyPassageIsTheSource) {
    m_context = contextOf({1});
    m_parts = allParts(m_context);
    m_blocks = {{0, 30}};
    m_sentences = {{0, 1}};
    EXPECT_EQ(placesOf(rank({{0.9F, 0.05F, 0.05F}}).sentences[0]), Places{"0:1"});
}

TEST_F(SourceRanking, TokensWithoutFiguresHaveNoSay) {
    m_sentences = {{0, 5}, {4, 9}};
    const auto sources = rank({{0, 0, 0.9F, 0, 0, 0, 0, 0, 0, 0}});
    EXPECT_EQ(placesOf(sources.sentences[0]), Places{"0:1"});
    EXPECT_NEAR(sources.sentences[0][0].mass, 0.9, 1e-6);
    EXPECT_TRUE(sources.sentences[1].empty());
    const auto none = rank({});
    EXPECT_TRUE(none.whole.empty());
    EXPECT_EQ(none.sentences.size(), 2U);
    EXPECT_EQ(none.blockMass, (std::vector<double>{0, 0}));
}

}  // namespace
}  // namespace asterism
