#include <unistd.h>

#include <charconv>
#include <iostream>
#include <memory>

#include "app/cli/answer_output.h"
#include "app/cli/command_list.h"
#include "app/cli/line_reader.h"
#include "app/cli/open_project.h"
#include "app/cli/text_io.h"

namespace asterism {

namespace {

constexpr const char* kHelp =
    "A line is a question. Commands:\n"
    "  /new           begin a new chat\n"
    "  /sources       the passages behind the last answer, in full\n"
    "  /scope GLOB    ask only documents that match; without GLOB: all of them\n"
    "  /room N        positions for this chat's turns; they are read again\n"
    "  /quit          end; so does Ctrl-D. Ctrl-C stops an answer.\n";

struct ChatFlags {
    ProjectFlags project;
    PlacementFlags placement;
    AnswerFlags answer;
    std::string name;
    std::string question;  // the only one; empty: lines of standard input
    std::vector<std::string> only;
    std::int64_t conversation = 0;  // 0: the one that was used last
    bool isNew = false;
    bool isRoomGiven = false;

    ChatFlags() {
        const AskRequest standard;
        placement.options = standard.placement;
        answer.options = standard.answer;
    }
};

class Chat {
  public:
    Chat(const ChatFlags& flags, const CommandContext& command, OpenProject& project)
        : m_command(command), m_project(project), m_stop(command.stop) {
        m_request.only = flags.only;
        m_request.placement = flags.placement.resolve(AttentionMode::star);
        m_request.answer = flags.answer.options;
        m_request.conversation = flags.conversation;
        if (flags.conversation == 0 && !flags.isNew) m_request.conversation = lastUsed();
        if (flags.isRoomGiven) useRoom(flags.placement.options.room);
        if (!m_request.only.empty()) project.session().context().matching(m_request.only);
    }

    // Answers one question and prints it as the command is asked to.
    void answerOnce(const std::string& question) {
        const AskResult result = ask(question);
        if (result.message.end == MessageEnd::stopped) throw Stopped();
        if (m_command.isJson)
            printJson(answerJson(result, *m_project.session().encoded(), true));
        else
            printAnswerEnd(result);
    }

    void run() {
        const bool isTerminal = ::isatty(STDIN_FILENO) == 1;
        greet();
        LineReader lines;
        for (;;) {
            if (isTerminal) std::cerr << "> " << std::flush;
            const auto line = lines.next(m_stop);
            if (!line || *line == "/quit") return;
            if (line->find_first_not_of(" \t\r") == std::string::npos) continue;
            if (line->starts_with('/'))
                obey(*line);
            else
                goOnAfter(*line);
        }
    }

  private:
    std::int64_t lastUsed() const {
        for (const ConversationRecord& known :
             m_project.workspace().chats().list(m_project.session().project().id))
            if (!known.isArchived) return known.id;
        return 0;
    }

    void greet() const {
        const auto known = m_project.workspace().chats().find(m_request.conversation);
        if (known)
            std::cerr << "going on with chat " << known->id << " (" << known->title
                      << "); /new begins another one, /help lists the commands" << std::endl;
        else
            std::cerr << "a new chat; /help lists the commands" << std::endl;
    }

    AskResult ask(const std::string& question) {
        m_request.question = question;
        AskResult result = m_project.session().ask(m_request, m_project.events(), m_stop);
        m_project.progress().clear();
        m_request.conversation = result.message.conversationId;
        m_lastAnswer = result.message.id;
        return result;
    }

    void printAnswerEnd(const AskResult& result) const {
        std::cout << std::endl;
        printBelowAnswer(result, *m_project.session().encoded());
        std::cerr << "chat " << result.message.conversationId << ", message " << result.message.id
                  << std::endl;
    }

    // A question that fails, or is stopped, does not end the chat.
    void goOnAfter(const std::string& question) {
        try {
            const AskResult result = ask(question);
            printAnswerEnd(result);
            if (result.message.end == MessageEnd::stopped) resume();
        } catch (const Stopped&) {
            resume();
        } catch (const ConversationFull& full) {
            m_project.progress().clear();
            std::cerr << full.what() << "\n/new begins a new chat, /room N gives this one more"
                      << std::endl;
        } catch (const Error& error) {
            m_project.progress().clear();
            std::cerr << error.what() << std::endl;
        }
    }

    void resume() {
        m_project.progress().clear();
        std::cerr << "stopped" << std::endl;
        if (m_command.nextStop) m_stop = m_command.nextStop();
    }

    void obey(const std::string& line) {
        const std::size_t space = line.find(' ');
        const std::string word = line.substr(0, space);
        std::string value = space == std::string::npos ? "" : line.substr(space + 1);
        value.erase(0, value.find_first_not_of(' '));
        if (word == "/new") {
            m_request.conversation = 0;
            m_lastAnswer = 0;
        } else if (word == "/sources") {
            showSources();
        } else if (word == "/scope") {
            setScope(value);
        } else if (word == "/room") {
            setRoom(value);
        } else {
            if (word != "/help") std::cerr << word << ": there is no such command\n";
            std::cerr << kHelp << std::flush;
        }
    }

    void showSources() const {
        if (m_lastAnswer == 0) {
            std::cerr << "there is no answer yet" << std::endl;
            return;
        }
        for (const CitationRecord& citation :
             m_project.workspace().chats().citations(m_lastAnswer)) {
            if (citation.sentence >= 0) continue;
            std::cerr << citation.document << ", " << citation.place << " ("
                      << fixedText(100 * citation.mass, 1) << " %)\n"
                      << citation.quote << "\n"
                      << std::endl;
        }
    }

    void setScope(const std::string& glob) {
        std::vector<std::string> only;
        if (!glob.empty()) only.push_back(glob);
        try {
            m_project.session().context().matching(only);
            m_request.only = std::move(only);
        } catch (const Error& error) {
            std::cerr << error.what() << std::endl;
        }
    }

    void setRoom(const std::string& number) {
        std::int64_t room = 0;
        const char* end = number.data() + number.size();
        const auto [rest, failure] = std::from_chars(number.data(), end, room);
        if (failure != std::errc() || rest != end || room < 1) {
            std::cerr << "/room takes a whole number of 1 or more" << std::endl;
            return;
        }
        useRoom(room);
    }

    void useRoom(std::int64_t room) {
        m_request.placement.room = room;
        if (m_request.conversation != 0)
            m_project.workspace().chats().setRoom(m_request.conversation, room);
    }

    const CommandContext& m_command;
    OpenProject& m_project;
    std::stop_token m_stop;
    AskRequest m_request;
    std::int64_t m_lastAnswer = 0;
};

// Throws Error if there is no such project, or the chat that is named is none of its own.
void checkIsOwn(Workspace& workspace, const ChatFlags& flags) {
    const ProjectRecord project = workspace.projects().get(flags.name);
    if (flags.conversation == 0) return;
    const auto found = workspace.chats().find(flags.conversation);
    if (!found || found->projectId != project.id)
        throw Error(project.name, ": has no chat ", flags.conversation,
                    "; `asterism-cli export` lists its chats");
}

void chat(const ChatFlags& flags, const CommandContext& command) {
    if (command.isJson && flags.question.empty())
        throw UsageError("chat --json gives one object, so it takes one question: --question TEXT");
    if (flags.isNew && flags.conversation != 0)
        throw UsageError("--new and --conversation exclude each other");
    auto workspace = flags.project.workspace.open();
    checkIsOwn(*workspace, flags);
    OpenProject project(flags.project, command, std::move(workspace), flags.name);
    noteChanges(project, command);
    Chat chat(flags, command, project);
    if (flags.question.empty())
        chat.run();
    else
        chat.answerOnce(flags.question);
}

}  // namespace

void addChatCommand(CommandSet& commands) {
    const auto flags = std::make_shared<ChatFlags>();
    CLI::App* app = commands.add("chat", "Ask a project one question after the other",
                                 [flags](const CommandContext& context) { chat(*flags, context); });
    app->add_option("project", flags->name, "Name of the project")->required();
    app->add_flag("--new", flags->isNew, "Begin a new chat");
    app->add_option("--conversation", flags->conversation,
                    "Go on with this chat, by its number; else with the last one")
        ->check(atLeast(1));
    app->add_option("--question", flags->question, "Ask this and end");
    app->add_option("--only", flags->only, "Read only documents that match; may be repeated");
    flags->project.workspace.add(*app);
    flags->project.engine.add(*app);
    flags->project.settings.add(*app);
    flags->placement.add(*app);
    app->get_option("--room")->each([flags](const std::string&) { flags->isRoomGiven = true; });
    flags->answer.add(*app);
}

}  // namespace asterism
