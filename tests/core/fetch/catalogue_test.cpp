#include "core/fetch/catalogue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "core/base/error.h"

namespace asterism {
namespace {

using nlohmann::json;
using testing::HasSubstr;

json sound() {
    const std::string hash(64, 'a');
    return {{"default", "one"},
            {"models",
             {{{"name", "one"},
               {"title", "One"},
               {"file", "one.gguf"},
               {"bytes", 30},
               {"sha256", hash},
               {"licence", "MIT"},
               {"terms", "https://example.org/mit"},
               {"packages",
                {{{"package", "one-a"}, {"version", "1.0"}, {"member", "a/1"}, {"bytes", 10}},
                 {{"package", "one-b"}, {"version", "1.0"}, {"member", "a/2"}, {"bytes", 20}}}}},
              {{"name", "two"},
               {"title", "Two"},
               {"file", "two.gguf"},
               {"bytes", 5},
               {"sha256", hash},
               {"licence", "MIT"},
               {"terms", "https://example.org/mit"},
               {"url", "https://example.org/two.gguf"}}}}};
}

std::string failure(const std::function<void(json&)>& change) {
    json catalogue = sound();
    change(catalogue);
    try {
        Catalogue::parse(catalogue.dump(), "models.json");
    } catch (const Error& error) {
        return error.what();
    }
    return "no error";
}

std::string failureWith(const char* field, const json& value, std::size_t model = 0) {
    return failure([&](json& c) { c["models"][model][field] = value; });
}

std::string failureOfPart(const char* field, const json& value) {
    return failure([&](json& c) { c["models"][0]["packages"][1][field] = value; });
}

TEST(Catalogue, ReadsPackagesInOrderAndAddresses) {
    const Catalogue catalogue = Catalogue::parse(sound().dump(), "models.json");
    EXPECT_EQ(catalogue.defaultEntry().name, "one");
    const auto& parts = std::get<PackageSource>(catalogue.get("one").source).parts;
    ASSERT_EQ(parts.size(), 2);
    EXPECT_EQ(parts[1].package, "one-b");
    EXPECT_EQ(parts[1].bytes, 20);
    EXPECT_EQ(std::get<UrlSource>(catalogue.get("two").source).url, "https://example.org/two.gguf");
    EXPECT_EQ(catalogue.find("three"), nullptr);
}

TEST(Catalogue, TakesTheDefaultOrElseWhatHasBeenFetched) {
    const Catalogue catalogue = Catalogue::parse(sound().dump(), "models.json");
    const auto usual = [&](const std::set<std::string>& fetched) {
        return catalogue
            .usualEntry([&](const CatalogueEntry& entry) { return fetched.contains(entry.name); })
            .name;
    };
    EXPECT_EQ(usual({"one", "two"}), "one");
    EXPECT_EQ(usual({"two"}), "two");
    EXPECT_EQ(usual({}), "one");
}

TEST(Catalogue, NamesTheModelsThereAreForAnUnknownOne) {
    const Catalogue catalogue = Catalogue::parse(sound().dump(), "models.json");
    try {
        catalogue.get("three");
        FAIL() << "no error";
    } catch (const Error& error) {
        EXPECT_THAT(error.what(), HasSubstr("one, two"));
    }
}

TEST(Catalogue, RefusesTextThatIsNoJsonOrNoCatalogue) {
    for (const char* text :
         {"", "{", "[]", "null", "{\"default\":\"x\"}", "{\"default\":\"x\",\"models\":[]}",
          "{\"default\":1,\"models\":[1]}", "{\"default\":1e999}"})
        EXPECT_THROW(Catalogue::parse(text, "models.json"), Error) << text;
}

TEST(Catalogue, RefusesMissingFieldsAndWrongTypes) {
    for (const char* field : {"name", "title", "file", "bytes", "sha256", "licence", "terms"}) {
        const std::string message = failure([&](json& c) { c["models"][0].erase(field); });
        EXPECT_THAT(message, HasSubstr("\"" + std::string(field) + "\" is missing"));
        EXPECT_THAT(failureWith(field, nullptr), HasSubstr(field));
        EXPECT_THAT(failureWith(field, ""), HasSubstr(field));
    }
    for (const json& bytes :
         {json(-1), json(0), json(1.5), json(1e300), json(std::uint64_t{1} << 60U)})
        EXPECT_THAT(failureWith("bytes", bytes, 1), HasSubstr("not a size")) << bytes;
}

TEST(Catalogue, RefusesNamesThatLeadOutOfTheFolderOrAreOptions) {
    for (const char* name : {"../x", "/x", "a/b", "..", ".x", "-x", "a b", "a\nb", "a;b"}) {
        EXPECT_THAT(failureWith("file", name), HasSubstr("not allowed")) << name;
        EXPECT_THAT(failureWith("name", name), HasSubstr("not allowed")) << name;
        EXPECT_THAT(failureOfPart("package", name), HasSubstr("not allowed")) << name;
        EXPECT_THAT(failureOfPart("version", name), HasSubstr("not allowed")) << name;
    }
}

TEST(Catalogue, RefusesHashesThatAreNotSha256) {
    for (const std::string& hash :
         {std::string(63, 'a'), std::string(65, 'a'), std::string(64, 'A'), std::string(64, 'g')})
        EXPECT_THAT(failureWith("sha256", hash), HasSubstr("not allowed"));
}

TEST(Catalogue, RefusesAddressesThatAreNotHttps) {
    for (const char* url : {"http://example.org/x", "ftp://example.org/x", "file:///etc/passwd",
                            "http://127.0.0.1.example.org/x", "http://127.0.0.1:1@example.org/x",
                            "https://example.org/a b", "example.org"})
        EXPECT_THAT(failureWith("url", url, 1), HasSubstr("not allowed")) << url;
    EXPECT_EQ(failureWith("url", "http://127.0.0.1:8000/x", 1), "no error");
}

TEST(Catalogue, RefusesPartsThatDoNotAddUp) {
    EXPECT_THAT(failureOfPart("bytes", 21), HasSubstr("do not add up to 30 bytes"));
    EXPECT_THAT(failureOfPart("bytes", 19), HasSubstr("do not add up to 30 bytes"));
}

TEST(Catalogue, RefusesTwoSourcesOrNone) {
    EXPECT_THAT(failureWith("url", "https://example.org/x"), HasSubstr("exactly one"));
    EXPECT_THAT(failure([](json& c) { c["models"][1].erase("url"); }), HasSubstr("exactly one"));
}

TEST(Catalogue, RefusesNamesAndFilesUsedTwiceAndAnUnknownDefault) {
    EXPECT_THAT(failureWith("name", "two"), HasSubstr("used twice"));
    EXPECT_THAT(failureWith("file", "two.gguf"), HasSubstr("used twice"));
    EXPECT_THAT(failure([](json& c) { c["default"] = "three"; }), HasSubstr("names no model"));
}

}  // namespace
}  // namespace asterism
