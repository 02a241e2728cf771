#pragma once

#include <gtest/gtest.h>

#include "tests/app/cli_run.h"

namespace asterism::test {

// A folder of documents, a tiny model, and a home of their own for projects and blocks.
class CliProject : public testing::Test {
  protected:
    CliProject();

    // `count` lines that all differ.
    static std::string lines(const std::string& word, int count);
    std::string write(const std::string& name, const std::string& text) const;
    void remove(const std::string& name) const;

    // The command with --json, and with the tiny model where the command takes one.
    static Arguments withJson(Arguments command);
    // ingest docs FOLDER with the tiny model and blocks of 300 tokens.
    CliResult runIngest(const Arguments& more = {});
    nlohmann::json ingest(const Arguments& more = {});
    // The object of a command that ends well.
    nlohmann::json run(const Arguments& command);
    nlohmann::json ask(const std::string& question, const Arguments& more = {});
    // Options with which an answer of the tiny model ends at its first character.
    static Arguments stopsAtOnce();

    SharedHome m_home;
    CliFiles m_files;
    std::filesystem::path m_folder = m_files.path() / "papers";
};

}  // namespace asterism::test
