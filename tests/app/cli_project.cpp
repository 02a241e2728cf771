#include "tests/app/cli_project.h"

namespace asterism::test {

CliProject::CliProject() {
    write("a.txt", lines("alpha", 60));
    write("inner/b.md", "# Title\n\n" + lines("beta", 60));
    write("inner/c.txt", lines("gamma", 60));
}

std::string CliProject::lines(const std::string& word, int count) {
    std::string text;
    for (int i = 0; i < count; ++i) {
        text += word + " thing " + std::to_string(i) + "\n";
        if (i % 7 == 6) text += "\n";
    }
    return text;
}

std::string CliProject::write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((m_folder / name).parent_path());
    writeFile(m_folder / name, text);
    return m_folder / name;
}

void CliProject::remove(const std::string& name) const {
    std::filesystem::remove(m_folder / name);
}

Arguments CliProject::withJson(Arguments command) {
    command.emplace_back("--json");
    return command;
}

CliResult CliProject::runIngest(const Arguments& more) {
    Arguments command{"ingest",        "docs",   m_folder,         "--model",
                      m_files.model(), "--json", "--block-tokens", "300"};
    command.insert(command.end(), more.begin(), more.end());
    return runCli(command);
}

nlohmann::json CliProject::ingest(const Arguments& more) {
    const CliResult result = runIngest(more);
    EXPECT_EQ(result.code, 0) << result.errors;
    return result.json();
}

nlohmann::json CliProject::run(const Arguments& command) {
    const CliResult result = runCli(withJson(command));
    EXPECT_EQ(result.code, 0) << result.errors;
    return result.json();
}

nlohmann::json CliProject::ask(const std::string& question, const Arguments& more) {
    Arguments command{"ask", "docs", question, "--max-tokens", "5", "--ignore-end"};
    command.insert(command.end(), more.begin(), more.end());
    return run(command);
}

Arguments CliProject::stopsAtOnce() {
    Arguments options{"--stop", "\xEF\xBF\xBD"};  // U+FFFD, for what is no UTF-8
    for (char letter = 1; letter < 0x7F; ++letter) {
        options.emplace_back("--stop");
        options.emplace_back(1, letter);
    }
    return options;
}

}  // namespace asterism::test
