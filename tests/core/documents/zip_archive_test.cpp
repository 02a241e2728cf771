#include "core/documents/zip_archive.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/core/documents/zip_maker.h"

namespace asterism {

namespace {

using test::makeZip;

template <typename Action>
LeftOutCause causeOf(Action action) {
    try {
        action();
    } catch (const RefusedFile& refusal) {
        return refusal.cause();
    }
    ADD_FAILURE() << "was taken";
    return LeftOutCause::hidden;
}

}  // namespace

TEST(ZipArchive, ReadsPartsByName) {
    const std::string bytes = makeZip({{"a", "stored"}, {"folder/b", std::string(100'000, 'x')}});
    ZipArchive archive(bytes, {});
    EXPECT_TRUE(archive.has("a"));
    EXPECT_FALSE(archive.has("b"));
    EXPECT_EQ(archive.read("a"), "stored");
    EXPECT_EQ(archive.read("folder/b"), std::string(100'000, 'x'));
    EXPECT_EQ(causeOf([&] { archive.read("b"); }), LeftOutCause::damaged);
}

TEST(ZipArchive, RefusesPathsThatLeadOutside) {
    for (const char* name : {"../up", "a/../../up", "/etc/passwd", "..\\up", "C:\\up", "a/.."}) {
        const std::string bytes = makeZip({{"a", "x"}, {name, "x"}});
        EXPECT_EQ(causeOf([&] { ZipArchive(bytes, {}); }), LeftOutCause::unsafe) << name;
    }
}

TEST(ZipArchive, StopsUnpackingAtTheLimits) {
    ReadLimits limits;
    limits.partBytes = 1'000'000;
    limits.unpackedBytes = 1'500'000;
    const std::string bytes = makeZip({{"a", "x"},
                                       {"bomb", std::string(20'000'000, '\0')},
                                       {"b", std::string(900'000, 'b')},
                                       {"c", std::string(900'000, 'c')}});
    EXPECT_LT(bytes.size(), 50'000u);
    ZipArchive archive(bytes, limits);
    EXPECT_EQ(causeOf([&] { archive.read("bomb"); }), LeftOutCause::unsafe);
    ZipArchive other(bytes, limits);
    EXPECT_EQ(other.read("b").size(), 900'000u);
    EXPECT_EQ(causeOf([&] { other.read("c"); }), LeftOutCause::unsafe);
}

TEST(ZipArchive, RefusesDamageAnywhereOrReadsTheSame) {
    const std::string whole = makeZip({{"a", "first"}, {"b", std::string(300, 'b')}});
    for (std::size_t size = 0; size < whole.size(); ++size)
        EXPECT_EQ(
            causeOf([&] { ZipArchive(std::string_view(whole).substr(0, size), {}).read("b"); }),
            LeftOutCause::damaged)
            << size;
    for (std::size_t i = 0; i < whole.size(); ++i) {
        std::string flipped = whole;
        flipped[i] = static_cast<char>(flipped[i] ^ 0x55);
        try {
            ZipArchive archive(flipped, {});
            if (archive.has("b")) {
                EXPECT_EQ(archive.read("b"), std::string(300, 'b')) << i;
            }
        } catch (const RefusedFile&) {
        }
    }
}

TEST(ZipArchive, NamesEncryptedParts) {
    const std::string bytes = makeZip({{"a", "x"}, {"b", "secret text"}}, "password");
    ZipArchive archive(bytes, {});
    EXPECT_EQ(causeOf([&] { archive.read("b"); }), LeftOutCause::encrypted);
}

TEST(ZipArchive, TellsTheStatedType) {
    EXPECT_TRUE(statedMimeType(makeZip({{"mimetype", "application/epub+zip"}, {"a", "x"}}))
                    .starts_with("application/epub+zip"));
    EXPECT_EQ(statedMimeType(makeZip({{"a", "application/epub+zip"}})), "");
    EXPECT_EQ(statedMimeType("PK\x03\x04"), "");
}

TEST(ResolveReference, StaysInsideTheArchive) {
    EXPECT_EQ(resolveReference("OPS/book.opf", "text/one%20a.xhtml#top"), "OPS/text/one a.xhtml");
    EXPECT_EQ(resolveReference("OPS/book.opf", "../one.xhtml"), "one.xhtml");
    EXPECT_EQ(resolveReference("OPS/book.opf", "../../one.xhtml"), std::nullopt);
    EXPECT_EQ(resolveReference("OPS/book.opf", "%2e%2e/%2e%2e/one.xhtml"), std::nullopt);
    EXPECT_EQ(resolveReference("OPS/book.opf", "/one.xhtml"), std::nullopt);
    EXPECT_EQ(resolveReference("OPS/book.opf", "file:///etc/passwd"), std::nullopt);
    EXPECT_EQ(resolveReference("OPS/book.opf", ""), std::nullopt);
}

}  // namespace asterism
