#include "tests/storage/projects/project_fixture.h"

#include <random>

#include "storage/model_fingerprint.h"
#include "tests/engine/engine_run.h"

namespace asterism::test {

std::string madeUpText(int count, unsigned seed) {
    constexpr const char* kSyllables[] = {"ka", "lo", "mi", "ne", "ru", "so", "ta", "vi"};
    std::mt19937 random(seed);
    std::string text;
    for (int line = 0; line < count; ++line) {
        if (line % 5 == 4) {
            text += '\n';
            continue;
        }
        for (int word = 0; word < 6; ++word) {
            for (int syllable = 0; syllable < 3; ++syllable) text += kSyllables[random() % 8];
            text += word == 5 ? ".\n" : " ";
        }
    }
    return text;
}

ProjectTest::ProjectTest() {
    writeTinyModel(m_model);
    m_settings.blockTokens = 256;
    std::filesystem::create_directories(documents());
}

void ProjectTest::write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((documents() / name).parent_path());
    writeFile(documents() / name, text);
}

WorkspaceOptions ProjectTest::workspaceOptions() const {
    WorkspaceOptions options;
    options.database = m_folder / "data/asterism.db";
    options.keepsBlocks = m_keepsBlocks;
    options.blocks.folder = m_folder / "cache/blocks";
    options.blocks.quota = 1'000'000'000;
    return options;
}

ProjectSession& ProjectTest::open() {
    close();
    WorkspaceOptions options = workspaceOptions();
    options.blocks.onWarning = [this](const std::string& line) { m_warnings.push_back(line); };
    m_workspace = std::make_unique<Workspace>(options);
    if (!m_workspace->projects().find("papers"))
        m_workspace->projects().create("papers", m_model.string(), m_settings);
    m_engine = openEngine(m_model, m_ranks);
    const std::string fingerprint = modelFingerprint(m_model, m_folder / "cache");
    m_session = std::make_unique<ProjectSession>(
        *m_workspace, SessionEngine{*m_engine, m_model.string(), fingerprint}, "papers");
    return *m_session;
}

void ProjectTest::close() {
    m_session.reset();
    m_engine.reset();
    m_workspace.reset();
}

IngestReport ProjectTest::ingest(const std::function<void()>& betweenBlocks) {
    IngestOptions options;
    options.paths = {documents()};
    options.betweenBlocks = betweenBlocks;
    options.sliceSeconds = 0;
    return session().ingest(options,
                            [this](const EngineEvent& event) { m_events.push_back(event); }, {});
}

AskResult ProjectTest::ask(const std::string& question, std::vector<std::string> only,
                           std::int64_t conversation) {
    AskRequest request;
    request.question = question;
    request.only = std::move(only);
    request.conversation = conversation;
    request.answer.maxTokens = 12;
    return session().ask(request, [this](const EngineEvent& event) { m_events.push_back(event); },
                         {});
}

std::vector<float> ProjectTest::logits() {
    session().load({}, {});
    PlacementOptions placement;
    Conversation conversation = m_engine->startConversation(*session().encoded(), placement);
    AnswerOptions options;
    options.maxTokens = 1;
    options.topLogits = m_engine->config().vocabulary;
    options.ignoresEnd = true;
    const std::vector<TokenId> query = someTokens(9, m_engine->config().vocabulary, 3);
    return logitsOf(*m_engine, m_engine->answer(conversation, query, options, {}, {}));
}

}  // namespace asterism::test
