#include <fnmatch.h>

#include <cmath>
#include <iostream>
#include <memory>

#include "app/cli/command_list.h"
#include "app/cli/engine_flags.h"
#include "app/cli/progress.h"
#include "app/cli/text_io.h"
#include "app/engine_factory.h"
#include "core/documents/documents.h"
#include "core/text/context_builder.h"
#include "core/text/source_ranking.h"
#include "storage/disk_block_store.h"
#include "storage/model_fingerprint.h"

namespace asterism {

namespace {

struct AskFlags {
    EngineFlags engine;
    ContextFlags context;
    PlacementFlags placement;
    AnswerFlags answer;
    std::string path;
    std::string question;
    std::vector<std::string> only;
    bool keepsNothing = false;

    AskFlags() {
        context.options.plan = PlanKind::documents;
        answer.options.recordsTokenMass = true;
        // Small models repeat themselves without it.
        answer.options.sampling.repetitionPenalty = 1.1;
    }
};

DocumentCollection readInput(const AskFlags& flags, const CommandContext& command) {
    if (flags.question.find_first_not_of(" \t\r\n") == std::string::npos)
        throw UsageError("the question is empty; ask something about the text");
    if (flags.path.find('/') == std::string::npos)
        throw Error(flags.path, ": there is no project of that name; a path needs a slash, like ./",
                    flags.path);
    DocumentCollection collection = readDocuments(flags.path);
    if (!command.isJson)
        for (const LeftOut& file : collection.leftOut)
            std::cerr << "left out: " << file.name << " (" << file.reason << ")" << std::endl;
    if (!command.isJson)
        for (const Document& document : collection.documents)
            for (const std::string& note : document.notes)
                std::cerr << "note: " << document.name << ": " << note << std::endl;
    return collection;
}

PromptFrame frameFor(const Tokenizer& tokenizer) {
    if (!tokenizer.vocabulary().chatTemplate.empty()) return chatFrame(tokenizer);
    std::cerr << "note: the model has no chat template; it completes the text instead" << std::endl;
    return plainFrame(tokenizer);
}

// The KV cache on disk, in use by the engine from now on. Null if the user wants none, or if there
// is no folder to keep it in: that costs time, not the answer.
std::unique_ptr<DiskBlockStore> openStore(const AskFlags& flags, const EngineOptions& options,
                                          Engine& engine) {
    if (flags.keepsNothing) return nullptr;
    const auto warn = [](const std::string& line) {
        std::cerr << "warning: KV cache: " << line << std::endl;
    };
    try {
        DiskBlockStoreOptions storeOptions;
        storeOptions.onWarning = warn;
        auto store = std::make_unique<DiskBlockStore>(std::move(storeOptions));
        engine.setBlockStore(*store,
                             modelFingerprint(options.model, store->folder().parent_path()));
        return store;
    } catch (const Error& error) {
        warn(error.what());
        return nullptr;
    }
}

// What the question reads: everything, or the documents that --only names.
std::vector<std::size_t> scopeOf(const AskFlags& flags, const DocumentCollection& collection,
                                 const DocumentContext& context) {
    bool hasAny = flags.only.empty();
    const auto isInScope = [&](std::size_t document) {
        const std::string& name = collection.documents[document].name;
        for (const std::string& glob : flags.only)
            if (::fnmatch(glob.c_str(), name.c_str(), 0) == 0) return hasAny = true;
        return flags.only.empty();
    };
    auto parts = context.partsInScope(isInScope);
    if (!hasAny)
        throw Error("--only ", flags.only.front(), ": matches none of the ",
                    collection.documents.size(), " documents");
    return parts;
}

bool isVerified(const Source& source, const DocumentCollection& collection) {
    return collection.documents[source.passage.document].text.find(source.passage.text) !=
           std::string::npos;
}

void printSources(const std::vector<Source>& sources, const DocumentCollection& collection) {
    std::cerr << "sources, by attention:" << std::endl;
    for (const Source& source : sources) {
        const SourcePassage& passage = source.passage;
        const Document& document = collection.documents[passage.document];
        std::cerr << "  " << document.name << ", "
                  << LocationIndex(document).describeLines(passage.lineBegin, passage.lineEnd)
                  << " (" << 0.1 * static_cast<double>(std::lround(source.mass * 1000)) << " %)"
                  << (isVerified(source, collection) ? "" : " [not found in the file]")
                  << std::endl;
    }
}

nlohmann::ordered_json sourceJson(const Source& source, const DocumentCollection& collection) {
    const SourcePassage& passage = source.passage;
    const Document& document = collection.documents[passage.document];
    nlohmann::ordered_json json{{"document", document.name}};
    if (const auto page = LocationIndex(document).atLine(passage.lineBegin).page) {
        json["page"] = *page;
    } else {
        json["line_begin"] = passage.lineBegin;
        json["line_end"] = passage.lineEnd;
    }
    json["quote"] = passage.text;
    json["mass"] = source.mass;
    json["verified"] = isVerified(source, collection);
    return json;
}

nlohmann::ordered_json resultOf(const Conversation& conversation, const Answer& answer,
                                const std::vector<Source>& sources,
                                const DocumentCollection& collection) {
    const EncodedContext& context = conversation.context();
    auto list = nlohmann::ordered_json::array();
    for (const Source& source : sources) list.push_back(sourceJson(source, collection));
    auto notes = nlohmann::ordered_json::array();
    for (const Document& document : collection.documents)
        for (const std::string& note : document.notes)
            notes.push_back({{"document", document.name}, {"note", note}});
    auto leftOut = nlohmann::ordered_json::array();
    for (const LeftOut& file : collection.leftOut)
        leftOut.push_back({{"document", file.name}, {"reason", file.reason}});
    return {
        {"answer", answer.text},
        {"message_id", nullptr},
        {"sources", list},
        {"tokens_read", conversation.tokensInScope()},
        {"tokens_in_scope", conversation.tokensInScope()},
        {"left_out", leftOut},
        {"notes", notes},
        {"timings",
         {{"encode_s", context.encodeSeconds},
          {"query_s", answer.querySeconds},
          {"first_token_s", answer.firstTokenSeconds},
          {"tokens_per_s", answer.tokensPerSecond()}}},
        {"blocks",
         {{"restored", context.restoredBlocks},
          {"encoded", static_cast<std::int64_t>(context.blocks.size()) - context.restoredBlocks}}}};
}

// Everything of one run of the command, from the files to the printed answer.
class AskRun {
  public:
    AskRun(const AskFlags& flags, const CommandContext& command)
        : m_flags(flags),
          m_command(command),
          m_progress(command.showsProgress),
          m_collection(readInput(flags, command)),
          m_engineOptions(flags.engine.resolve()),
          m_engine(openEngine(m_engineOptions)),
          m_store(openStore(flags, m_engineOptions, *m_engine)),
          m_frame(frameFor(m_engine->tokenizer())),
          m_input(buildContext(m_engine->tokenizer(), m_frame, m_collection)),
          m_parts(scopeOf(flags, m_collection, m_input)) {}

    void run() {
        if (!m_command.isJson)
            std::cerr << grouped(std::ssize(m_collection.documents)) << " documents, "
                      << grouped(std::ssize(m_input.tokens)) << " tokens, "
                      << m_engine->description() << std::endl;
        const auto context = encode();
        Conversation conversation = startConversation(*context);
        const auto query = buildQuery(m_engine->tokenizer(), m_frame, m_flags.question);
        const Answer answer =
            m_engine->answer(conversation, query, m_flags.answer.options, events(), m_command.stop);
        if (answer.end == AnswerEnd::stopped) throw Stopped();
        const auto sources = sourcesOf(*context, answer);
        if (m_command.isJson)
            return printJson(resultOf(conversation, answer, sources, m_collection));
        std::cout << std::endl;
        printSources(sources, m_collection);
        std::cerr << timingLine(*context, answer, conversation.tokensInScope()) << std::endl;
    }

  private:
    EventSink events() {
        return [this](const EngineEvent& event) {
            m_progress.show(event);
            const auto* token = std::get_if<TokenDecoded>(&event);
            if (token && !m_command.isJson) std::cout << token->text << std::flush;
        };
    }

    std::unique_ptr<EncodedContext> encode() {
        std::vector<TokenId> anchor;
        const std::string& file = m_flags.context.anchor;
        if (m_flags.context.hasAnchorFile())
            anchor = encodeText(m_engine->tokenizer(), readTextFile(file), file);
        const ContextOptions options = m_flags.context.resolve(std::move(anchor));
        auto context =
            m_engine->encode(m_input.tokens, m_input.cuts, options, events(), m_command.stop);
        m_progress.clear();
        return context;
    }

    std::vector<Source> sourcesOf(const EncodedContext& context, const Answer& answer) const {
        std::vector<std::vector<float>> mass;
        for (const std::vector<double>& figures : answer.mass)
            mass.emplace_back(figures.begin(), figures.end());
        return rankSources({m_input, m_parts, context.blocks, {}, mass, {}}).whole;
    }

    Conversation startConversation(const EncodedContext& context) const {
        std::vector<Passage> passages;
        passages.reserve(m_parts.size());
        for (const std::size_t part : m_parts) passages.push_back({m_input.parts[part].tokens});
        Conversation conversation = m_engine->startConversation(
            context, m_flags.placement.resolve(context.options.attention), std::move(passages));
        if (!conversation.note().empty()) std::cerr << "note: " << conversation.note() << std::endl;
        return conversation;
    }

    const AskFlags& m_flags;
    const CommandContext& m_command;
    ProgressLine m_progress;
    DocumentCollection m_collection;
    EngineOptions m_engineOptions;
    std::unique_ptr<Engine> m_engine;
    std::unique_ptr<DiskBlockStore> m_store;
    PromptFrame m_frame;
    DocumentContext m_input;
    std::vector<std::size_t> m_parts;  // of the input, that the question reads
};

}  // namespace

void addAskCommand(CommandSet& commands) {
    const auto flags = std::make_shared<AskFlags>();
    CLI::App* app =
        commands.add("ask", "Read a file or folder of text and answer a question",
                     [flags](const CommandContext& context) { AskRun(*flags, context).run(); });
    app->add_option("path", flags->path, "File or folder; contains a slash")->required();
    app->add_option("question", flags->question, "What to answer")->required();
    app->add_option("--only", flags->only, "Read only documents that match; may be repeated");
    app->add_flag("--no-cache", flags->keepsNothing, "Neither use nor keep blocks on disk");
    flags->engine.add(*app);
    flags->context.add(*app);
    flags->placement.add(*app);
    flags->answer.add(*app);
}

}  // namespace asterism
