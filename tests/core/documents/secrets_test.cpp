#include "core/documents/secrets.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace asterism {

namespace {

std::vector<std::string> kindsIn(const std::string& text) {
    std::vector<std::string> kinds;
    for (const PossibleSecret& secret : findPossibleSecrets(text)) kinds.push_back(secret.kind);
    return kinds;
}

using Kinds = std::vector<std::string>;

}  // namespace

// The examples are put together here, so that this file holds none.
TEST(Secrets, AreFoundByTheirForm) {
    const std::string letters(80, 'a');
    EXPECT_EQ(kindsIn(std::string("-----BEGIN ") + "OPENSSH PRIVATE KEY-----"),
              Kinds{"private key"});
    EXPECT_EQ(kindsIn("key = AKIA" + std::string(16, 'B')), Kinds{"AWS access key"});
    EXPECT_EQ(kindsIn("ghp_" + letters.substr(0, 36)), Kinds{"GitHub token"});
    EXPECT_EQ(kindsIn("github_pat_" + letters), Kinds{"GitHub token"});
    EXPECT_EQ(kindsIn("glpat-" + letters.substr(0, 20)), Kinds{"GitLab token"});
    EXPECT_EQ(kindsIn("xoxb-" + letters), Kinds{"Slack token"});
    EXPECT_EQ(kindsIn("AIza" + letters.substr(0, 35)), Kinds{"Google API key"});
    EXPECT_EQ(kindsIn("sk_live_" + letters), Kinds{"Stripe key"});
    EXPECT_EQ(kindsIn("sk-" + letters), Kinds{"API key"});
    EXPECT_EQ(kindsIn("hf_" + letters.substr(0, 34)), Kinds{"Hugging Face token"});
    EXPECT_EQ(kindsIn("eyJ" + letters + ".eyJ" + letters + "." + letters), Kinds{"JSON web token"});
    EXPECT_EQ(kindsIn("postgres://user:" + letters.substr(0, 12) + "@host/db"),
              Kinds{"password in an address"});
}

TEST(Secrets, AreNotSeenInOrdinaryText) {
    EXPECT_EQ(kindsIn("A task-oriented risk-averse desk. See https://example.org:8080/a@b and "
                      "ssh://user@host, a PUBLIC KEY, eyJ, ghp_short, mailto:a@b.org\n"),
              Kinds{});
}

TEST(Secrets, CarryTheirLineAndComeOnceALine) {
    const std::string token = "ghp_" + std::string(36, 'x');
    const auto secrets = findPossibleSecrets("a\n\n" + token + " " + token + "\nb\n" + token);
    ASSERT_EQ(secrets.size(), 2u);
    EXPECT_EQ(secrets[0].line, 3);
    EXPECT_EQ(secrets[1].line, 5);
}

TEST(Secrets, AreBoundedInNumber) {
    std::string text;
    for (int i = 0; i < 500; ++i) text += "ghp_" + std::string(36, 'x') + "\n";
    EXPECT_EQ(findPossibleSecrets(text).size(), kMostSecrets);
}

}  // namespace asterism
