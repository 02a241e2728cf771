#include "core/documents/preflight.h"

#include <gtest/gtest.h>

#include <array>

namespace asterism {

namespace {

Document document(const std::string& name, const std::string& text, std::uintmax_t fileBytes) {
    Document result;
    result.name = name;
    result.text = text;
    result.fileBytes = fileBytes;
    return result;
}

}  // namespace

TEST(Preflight, SumsWhatIsTakenPerFolderAndShowsWhatIsNot) {
    DocumentCollection collection;
    collection.documents = {document("a-b/x.txt", "xx", 2), document("a/b/y.txt", "grün", 5),
                            document("a/z.txt", "zzz", 3)};
    collection.documents[2].secrets = {{"API key", 1}};
    collection.leftOut = {{"a/b/c", "a cache folder", LeftOutCause::generated, 0, true},
                          {"big.bin", "binary", LeftOutCause::binary, 900, false}};
    const std::array<std::int64_t, 3> tokens{10, 20, 30};
    const PreflightNode top = buildPreflight(collection, tokens);

    EXPECT_EQ(top.fileBytes, 10u);
    EXPECT_EQ(top.characters, 9);
    EXPECT_EQ(top.tokens, 60);
    EXPECT_EQ(top.files, 3);
    EXPECT_EQ(top.filesLeftOut, 2);
    EXPECT_EQ(top.secrets, 1);
    ASSERT_EQ(top.children.size(), 3u);
    EXPECT_EQ(top.children[0].name, "a-b");
    EXPECT_EQ(top.children[2].name, "big.bin");
    EXPECT_EQ(top.children[2].leftOut, 1u);

    const PreflightNode& a = top.children[1];
    EXPECT_EQ(a.name, "a");
    EXPECT_TRUE(a.isFolder);
    EXPECT_EQ(a.tokens, 50);
    EXPECT_EQ(a.filesLeftOut, 1);
    ASSERT_EQ(a.children.size(), 2u);
    ASSERT_EQ(a.children[0].children.size(), 2u);
    EXPECT_TRUE(a.children[0].children[0].isFolder);
    EXPECT_EQ(a.children[0].children[0].leftOut, 0u);
    EXPECT_EQ(a.children[0].children[1].name, "y.txt");
    EXPECT_EQ(a.children[0].children[1].document, 1u);
}

TEST(Preflight, OfNothingIsAnEmptyFolder) {
    const PreflightNode top = buildPreflight({});
    EXPECT_TRUE(top.isFolder);
    EXPECT_TRUE(top.children.empty());
}

}  // namespace asterism
