#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "core/documents/documents.h"
#include "core/documents/preflight.h"
#include "core/engine.h"
#include "storage/projects/intake.h"
#include "storage/projects/project_context.h"
#include "storage/workspace.h"

namespace asterism {

// The engine that a session works with.
struct SessionEngine {
    Engine& engine;
    std::string model;        // as the user names it
    std::string fingerprint;  // modelFingerprint() of its file
};

struct IngestOptions {
    std::vector<std::filesystem::path> paths;  // added to the project's sources; may be empty
    ReadOptions read;
    // Names and globs of documents that are not wanted, now and later.
    std::vector<std::string> without, withoutGlobs;
    // Those that are again: they win over all that was said before, and over `without`.
    std::vector<std::string> wanted, wantedGlobs;
    // Called between files while reading and blocks while encoding: whatever else waits for the
    // engine may be done in it, questions to this session included.
    std::function<void()> betweenBlocks;
    // Called when another process reads the project, which is then waited for; without it a Warning
    // event says so.
    std::function<void()> onWait;
    // About how long blocks are encoded between two such calls; at least one a rank each time.
    double sliceSeconds = 1.0;
};

// How a project's sources differ from what was read of them, and what that costs.
struct ProjectChanges {
    std::vector<std::string> added;
    std::vector<std::string> changed;
    std::vector<std::string> removed;
    std::vector<std::string> failed;  // "NAME: why"
    std::int64_t unchanged = 0;
    std::vector<LeftOut> leftOut;
    std::vector<std::string> problems;  // SourceScan::problems
    std::int64_t tokens = 0;            // of the context as it will be
    std::int64_t blocksTotal = 0;
    std::int64_t blocksToEncode = 0;
    std::int64_t tokensToEncode = 0;
    // Most tokens of a block: the project's, or fewer where the model's window asks for it.
    std::int64_t blockTokens = 0;
    std::int64_t kvBytes = 0;     // of all blocks
    double estimatedSeconds = 0;  // to encode, by what this machine did before; 0: unknown
    bool anchorStands = true;     // false: the pinned anchor's text is no longer the first
    // "+3 ~1 -2, 1198 unchanged, 2 blocks to encode"
    std::string summary() const;
};

// What would be read, as a tree, with its costs.
struct Preflight {
    ProjectChanges changes;
    DocumentCollection collection;  // of all sources
    PreflightNode tree;
};

struct IngestReport {
    ProjectChanges changes;         // among its problems: that blocks could not be kept
    std::int64_t blocksUnkept = 0;  // that the KV cache could not take
    std::int64_t blocksEncoded = 0;
    std::int64_t blocksRestored = 0;
    double seconds = 0;
};

struct AskRequest {
    std::string question;
    std::vector<std::string> only;  // globs of document names; empty: everything
    std::int64_t conversation = 0;  // 0: a new one
    // The answer that the question follows; 0: begins the conversation anew; empty: the end of the
    // branch that is shown. An earlier message forks.
    std::optional<std::int64_t> parent;
    PlacementOptions placement;  // room: that of the conversation, once it has begun
    AnswerOptions answer;
    // Over the documents whose blocks are to be had; nothing is encoded. So it is while ingest() is
    // at work, too.
    bool onlyReady = false;

    AskRequest() {
        placement.room = 2048;
        answer.recordsTokenMass = true;
        answer.sampling.repetitionPenalty = 1.1;  // small models repeat themselves without it
    }
};

struct AskResult {
    MessageRecord message;  // the answer
    std::vector<CitationRecord> citations;
    std::vector<QuotationRecord> quotations;
    std::string note;  // what the user should know of the placement; one line or empty
    std::optional<BlockSelection> selection;  // of the blocks, where it was asked for
};

// The chat has no positions left for a question and its answer. The message says the numbers and
// the choices: a new chat, or a larger room (its turns run again).
class ConversationFull : public Error {
  public:
    template <typename... Parts>
    ConversationFull(std::int64_t room, std::int64_t needed, const Parts&... parts)
        : Error(parts...), m_room(room), m_needed(needed) {}

    std::int64_t room() const { return m_room; }      // positions of the chat
    std::int64_t needed() const { return m_needed; }  // with the question and its answer

  private:
    std::int64_t m_room;
    std::int64_t m_needed;
};

// How much an answer depends on one block: what happens to its log-probability without it.
struct BlockEffect {
    std::size_t block = 0;
    std::vector<std::string> documents;
    double mass = 0;            // of the block in the answer
    double logProbability = 0;  // of the answer without the block, nats
    double drop = 0;            // how much less than with all blocks
};

struct Explanation {
    double logProbability = 0;  // of the answer with all blocks, nats
    std::int64_t tokens = 0;
    std::vector<BlockEffect> blocks;  // most attended first
};

// An open project: its documents become blocks, its questions become stored answers. All that the
// command line, the desktop and the server do with a project goes through here. On the engine's
// thread only; everything long takes a stop token, reports events and throws Stopped when asked to
// end, with all finished blocks and documents kept.
//
// Other processes may have the project open too. What they store is taken over when a question is
// asked, and when ingest() has its turn. Who opens it with another model makes it that model's:
// sessions of the old one then throw Error when they are asked or are to ingest.
class ProjectSession {
  public:
    // Opens a project; what it has read comes back from the database, no block is loaded yet. The
    // engine's block store is the workspace's. Both must outlive the session. Throws Error; also if
    // the model is another one than the project's while another process ingests.
    ProjectSession(Workspace& workspace, const SessionEngine& engine, const std::string& project);
    ~ProjectSession();

    const ProjectRecord& project() const { return m_project; }
    // The documents as they are placed in the context now, and the blocks.
    const ProjectContext& context() const { return *m_context; }
    // Blocks whose keys and values are in memory.
    const EncodedContext* encoded() const { return m_encoded.get(); }
    // Positions that the model knows.
    std::int64_t modelWindow() const { return m_engine.engine.config().window; }

    // Reads what changed, and says what ingest() would do. Nothing is stored.
    Preflight preflight(const IngestOptions& options, const EventSink& events,
                        const std::stop_token& stop);
    // Takes over what other processes have stored of the documents; true if the context is another
    // one now. Cheap if it is not; nothing while ingest() is at work.
    bool refresh();
    // Refreshes, marks documents whose files changed, and says what ingest() would read; cheap.
    ProjectChanges rescan(const std::stop_token& stop);
    // Reads added and changed documents, drops removed ones, encodes blocks that are not in the KV
    // cache. One process at a time: a second one waits, and says so.
    IngestReport ingest(const IngestOptions& options, const EventSink& events,
                        const std::stop_token& stop);
    // Brings all blocks into memory: from the KV cache, else by encoding them. Returns how many
    // were encoded.
    std::int64_t load(const EventSink& events, const std::stop_token& stop);
    // Brings into memory what the KV cache has. Returns how many blocks are left to be encoded.
    std::int64_t restore(const EventSink& events, const std::stop_token& stop);

    // Answers and stores question and answer. While ingest() is at work: over the documents that
    // are ready. Throws ConversationFull, or Error if the scope names no document.
    AskResult ask(const AskRequest& asked, const EventSink& events, const std::stop_token& stop);
    // Leave-one-block-out over the `count` blocks that an answer attended to most.
    Explanation explain(std::int64_t message, std::size_t count, const EventSink& events,
                        const std::stop_token& stop);

    // States of documents as they are now, in the order of context().documents(): ready ones have
    // all of their blocks in memory or in the KV cache.
    std::vector<DocumentState> states() const;

  private:
    void readDocuments();
    IntakeRequest intakeRequest(const IngestOptions& options) const;
    void addSources(std::span<const std::filesystem::path> paths);
    std::vector<SourceRecord> sourcesWith(std::span<const std::filesystem::path> paths) const;
    Intake takeInAll(const IngestOptions& options, const EventSink& events,
                     const std::stop_token& stop);
    void addCosts(const ProjectContext& context, ProjectChanges& changes) const;
    std::unique_ptr<ProjectContext> contextOf(std::vector<SharedDocument> documents) const;
    void useContext(std::unique_ptr<ProjectContext> context);
    void takeModel();
    void refreshKeys();
    void noteKeys();
    void keepPlan();
    void keepFirstPlan();
    PlannedBlock plannedBlock(std::size_t block) const;
    void noteUnkept(IngestReport& report) const;
    void noteEncoded();
    std::vector<std::size_t> readyBlocks() const;
    std::vector<std::size_t> blocksToEncode() const;
    std::int64_t bringIn(std::span<const std::size_t> blocks, const EventSink& events,
                         const std::stop_token& stop);
    std::int64_t encodeInSlices(std::vector<std::size_t> blocks, const IngestOptions& options,
                                const EventSink& events, const std::stop_token& stop);
    void storeStates();

    struct OpenConversation;
    std::int64_t bringInFor(const AskRequest& request, const EventSink& events,
                            const std::stop_token& stop);
    void warnOfReader(const EventSink& events);
    std::vector<std::size_t> partsToRead(std::span<const std::string> only) const;
    ConversationRecord conversationOf(const AskRequest& request) const;
    std::unique_ptr<OpenConversation> openConversation(const AskRequest& request,
                                                       std::span<const MessageRecord> branch,
                                                       const EventSink& events,
                                                       const std::stop_token& stop);
    void resumeTurns(Conversation& conversation, std::span<const MessageRecord> branch,
                     const EventSink& events, const std::stop_token& stop);
    void keepTurn(const Conversation& conversation, const EventSink& events);
    std::vector<TokenId> turnOf(std::span<const MessageRecord> branch, std::size_t question) const;
    std::vector<TokenId> queryOf(const std::string& question,
                                 std::span<const MessageRecord> branch) const;
    MessageRecord answerRecord(const AskRequest& request, const Answer& answer) const;
    AskResult keepAnswer(const AskRequest& request, ConversationRecord conversation,
                         MessageRecord question, const Answer& answer, MessageRecord message);
    BlockEffect effectOf(std::size_t block, const MessageRecord& question,
                         const MessageRecord& answer, const Explanation& whole,
                         const std::stop_token& stop);
    void checkStands(const MessageRecord& answer) const;

    Workspace& m_workspace;
    SessionEngine m_engine;
    ProjectRecord m_project;
    PromptFrame m_frame;
    std::unique_ptr<ProjectContext> m_context;
    std::unique_ptr<EncodedContext> m_encoded;  // null: there is nothing to encode
    std::vector<BlockKey> m_keys;               // of its blocks, if there is a store; pinned
    bool m_isIngesting = false;
    bool m_isEncoding = false;  // ingest() has come to the blocks
    bool m_hasToldOfReader = false;
    // The conversation that was asked last, so that a chat goes on without its turns being loaded.
    std::unique_ptr<OpenConversation> m_open;
};

}  // namespace asterism
