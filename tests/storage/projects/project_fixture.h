#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "storage/projects/project_session.h"
#include "tests/support/test_files.h"
#include "tests/support/tiny_model.h"

namespace asterism::test {

// `count` lines of made-up words, the same ones for the same seed; every fifth line is empty.
std::string madeUpText(int count, unsigned seed);

// A folder of documents, a tiny model, a database and a KV cache of their own, and a session over
// them that can be closed and opened again as another process would.
class ProjectTest : public ::testing::Test {
  protected:
    ProjectTest();

    std::filesystem::path documents() const { return m_folder / "documents"; }
    void write(const std::string& name, const std::string& text) const;

    WorkspaceOptions workspaceOptions() const;
    // Anew: engine, workspace and session of project "papers", which is made if there is none.
    ProjectSession& open();
    ProjectSession& session() { return *m_session; }
    Workspace& workspace() { return *m_workspace; }
    void close();

    IngestReport ingest(const std::function<void()>& betweenBlocks = {});
    AskResult ask(const std::string& question, std::vector<std::string> only = {},
                  std::int64_t conversation = 0);
    // Logits after a query over the whole project: what a session computes with, bit for bit.
    std::vector<float> logits();

    TempDir m_folder;
    std::filesystem::path m_home = m_folder.path();  // of database and KV cache
    std::chrono::milliseconds m_longestWait = std::chrono::seconds(10);
    std::filesystem::path m_model = m_folder / "tiny.gguf";
    ProjectSettings m_settings;
    std::vector<std::string> m_warnings;
    std::vector<EngineEvent> m_events;
    bool m_keepsBlocks = true;
    int m_ranks = 1;

  private:
    std::unique_ptr<Engine> m_engine;
    std::unique_ptr<Workspace> m_workspace;
    std::unique_ptr<ProjectSession> m_session;
};

}  // namespace asterism::test
