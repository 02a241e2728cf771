#include <unistd.h>

#include <csignal>
#include <exception>
#include <iostream>

#include "app/cli/command.h"
#include "app/cli/interrupt_watch.h"
#include "core/model/decoder.h"

namespace asterism {

namespace {

// On one line: names in a message may hold any character.
int report(ExitCode code, std::string message) {
    for (char& letter : message)
        if (static_cast<unsigned char>(letter) < 0x20 || letter == 0x7F) letter = ' ';
    if (!message.empty()) std::cerr << "asterism-cli: " << message << std::endl;
    return static_cast<int>(code);
}

// The parser's complaint, with where to look.
int reportUsage(const CLI::App& program, const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {  // --help, --version
        return program.exit(error, std::cout, std::cerr);
    }
    std::string message = error.what();
    if (program.get_subcommands().empty() && !program.remaining().empty())
        message = program.remaining().front() + ": there is no such command";
    return report(ExitCode::usage, message + "; see asterism-cli --help");
}

int runProgram(int argc, char** argv) {
    InterruptWatch interrupts;
    CLI::App program{"Asterism reads whole document collections and answers questions over them.",
                     "asterism-cli"};
    program.set_version_flag("--version", ASTERISM_VERSION);
    program.require_subcommand(1);
    program.fallthrough(false);
    CommandSet commands(program);
    addAllCommands(commands);
    try {
        program.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return reportUsage(program, error);
    }
    commands.runNamed({false, ::isatty(STDERR_FILENO) == 1, interrupts.token(),
                       [&interrupts] { return interrupts.rearm(); }});
    std::cout.flush();
    if (!std::cout)
        return report(ExitCode::failed, "standard output: the result could not be written");
    return static_cast<int>(ExitCode::done);
}

// The one place where the program's errors end.
int runReported(int argc, char** argv) {
    try {
        return runProgram(argc, argv);
    } catch (const Stopped&) {
        return report(ExitCode::interrupted, "interrupted");
    } catch (const UsageError& error) {
        return report(ExitCode::usage, error.what());
    } catch (const std::bad_alloc&) {
        return report(ExitCode::failed,
                      "out of memory; use a smaller model, smaller blocks or KV type q8");
    } catch (const std::exception& error) {
        return report(ExitCode::failed, error.what());
    }
}

}  // namespace

}  // namespace asterism

// NOLINTNEXTLINE(bugprone-exception-escape): only reporting itself could throw here
int main(int argc, char** argv) {
    // A reader that goes away (a pipe to `head`) is an error of that write, not the end.
    std::signal(SIGPIPE, SIG_IGN);
    return asterism::runReported(argc, argv);
}
