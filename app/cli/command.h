#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "core/base/error.h"

namespace asterism {

// Exit codes of the program; part of the command line's contract.
enum class ExitCode : int { done = 0, failed = 1, usage = 2, interrupted = 130 };

// The command line asks for something contradictory; ends with ExitCode::usage.
class UsageError : public Error {
    using Error::Error;
};

// What a command runs with. Results go to standard output (one line with one object under --json),
// everything else to standard error.
struct CommandContext {
    bool isJson = false;
    bool showsProgress = false;  // standard error is a terminal
    std::stop_token stop;        // asked to stop by Ctrl-C
    // For commands that go on after a Ctrl-C: a token that the next one asks to stop.
    std::function<std::stop_token()> nextStop;
};

// A command's work. Throws Error (exit 1), UsageError (2) or Stopped (130).
using CommandBody = std::function<void(const CommandContext&)>;

// The commands of the program. A command is one file with one function that adds it, listed in
// command_list.cpp.
class CommandSet {
  public:
    explicit CommandSet(CLI::App& program) : m_program(program) {}

    // Adds a command with its --json switch; the caller declares the options on the result.
    CLI::App* add(const std::string& name, const std::string& description, CommandBody body) {
        return addBelow(m_program, name, description, std::move(body));
    }
    // The same for a command of two words: `model list`.
    CLI::App* addBelow(CLI::App& parent, const std::string& name, const std::string& description,
                       CommandBody body);
    // A word that only groups commands below it.
    CLI::App* addGroup(const std::string& name, const std::string& description);

    // Runs the command that was named on the command line.
    void runNamed(CommandContext context) const;

  private:
    struct Entry {
        CLI::App* app;
        CommandBody body;
        std::unique_ptr<bool> isJson;
    };

    CLI::App& m_program;
    std::vector<Entry> m_entries;
};

// command_list.cpp
void addAllCommands(CommandSet& commands);

}  // namespace asterism
