#include "core/eval/source_facts.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <optional>
#include <utility>

namespace asterism::eval {

namespace {

constexpr std::string_view kSpaces = " \t";

std::string_view trimmed(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(kSpaces);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(kSpaces) + 1 - begin);
}

bool isNameLetter(char letter) {
    return std::isalnum(static_cast<unsigned char>(letter)) != 0 || letter == '_';
}

// The name at the beginning of a text; empty if there is none.
std::string_view leadingName(std::string_view text) {
    const auto end = std::find_if_not(text.begin(), text.end(), isNameLetter);
    return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

std::string_view trailingName(std::string_view text) {
    const auto end = std::find_if_not(text.rbegin(), text.rend(), isNameLetter);
    return text.substr(text.size() - static_cast<std::size_t>(end - text.rbegin()));
}

// What a line says: a name and what is known of it (empty: the file it stands in).
using Saying = std::optional<std::pair<std::string, std::string>>;

Saying symbolIn(std::string_view line) {
    static constexpr std::array<std::string_view, 9> kWords{"enum class ", "class ",  "struct ",
                                                            "interface ",  "trait ",  "def ",
                                                            "func ",       "pub fn ", "fn "};
    constexpr std::size_t kShortest = 6;
    // A declaration without its body tells nothing of where that is.
    if (line.empty() || line.back() == ';') return std::nullopt;
    for (const std::string_view word : kWords) {
        if (!line.starts_with(word)) continue;
        const std::string_view name = leadingName(line.substr(word.size()));
        if (name.size() >= kShortest) return std::pair(std::string(name), std::string());
    }
    return std::nullopt;
}

// A number as it is written in a source file; empty if the text does not begin with one or it has
// fewer than two digits.
std::string_view leadingNumber(std::string_view text) {
    const auto belongs = [](char letter) {
        return std::isdigit(static_cast<unsigned char>(letter)) != 0 || letter == '\'' ||
               letter == '.' || letter == '_';
    };
    const auto end = std::find_if_not(text.begin(), text.end(), belongs);
    const std::string_view number = text.substr(0, static_cast<std::size_t>(end - text.begin()));
    const auto digits = std::count_if(number.begin(), number.end(), [](char letter) {
        return std::isdigit(static_cast<unsigned char>(letter)) != 0;
    });
    const bool isWhole =
        end == text.end() || std::string_view(" ;,)/uUlLfF").find(*end) != std::string_view::npos;
    return digits >= 2 && isWhole ? number : std::string_view();
}

Saying constantIn(std::string_view line) {
    constexpr std::string_view kDefine = "#define ";
    if (line.starts_with(kDefine)) {
        line.remove_prefix(kDefine.size());
        const std::string_view name = leadingName(line);
        const std::string_view value = leadingNumber(trimmed(line.substr(name.size())));
        if (name.empty() || value.empty()) return std::nullopt;
        return std::pair(std::string(name), std::string(value));
    }
    const std::size_t equals = line.find(" = ");
    if (equals == std::string_view::npos) return std::nullopt;
    const std::string_view left = line.substr(0, equals);
    const std::string_view name = trailingName(left);
    const bool isCapital = std::none_of(name.begin(), name.end(), [](char letter) {
        return std::islower(static_cast<unsigned char>(letter)) != 0;
    });
    const bool isConstant =
        left.find("const") != std::string_view::npos || (isCapital && name.size() == left.size());
    const std::string_view value = leadingNumber(line.substr(equals + 3));
    if (name.size() < 2 || !isConstant || value.empty()) return std::nullopt;
    return std::pair(std::string(name), std::string(value));
}

Saying descriptionIn(std::string_view line) {
    constexpr std::size_t kShortest = 30;
    for (const std::string_view mark : {"// ", "# "})
        if (line.starts_with(mark) && line.size() >= kShortest)
            return std::pair(std::string(line.substr(mark.size())), std::string());
    return std::nullopt;
}

// Calls `use` with every line of a text, without the spaces around it.
template <typename Use>
void forEachLine(std::string_view text, Use use) {
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        use(trimmed(text.substr(0, end)));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
}

// The last part of a path where no other file has it, else the path.
std::map<std::string, std::string> shortNames(const std::vector<SourcePart>& parts) {
    const auto lastPart = [](const std::string& name) {
        return name.substr(name.find_last_of('/') + 1);
    };
    std::map<std::string, std::string> names;
    std::map<std::string, int> count;
    for (const SourcePart& part : parts)
        if (names.emplace(part.name, lastPart(part.name)).second) ++count[lastPart(part.name)];
    for (auto& [name, shortened] : names)
        if (count[shortened] > 1) shortened = name;
    return names;
}

// Everything that `find` sees in the lines and that only one line says. `isOnePerFile`: of a file
// only the first counts.
std::vector<SourceFact> factsOf(const std::vector<SourcePart>& parts,
                                Saying (*find)(std::string_view), bool isOnePerFile) {
    std::vector<SourceFact> facts;
    std::map<std::string, int> names;
    std::map<std::string, int, std::less<>> lines;
    const auto files = shortNames(parts);
    std::string lastFile;
    for (std::size_t i = 0; i < parts.size(); ++i)
        forEachLine(parts[i].text, [&](std::string_view line) {
            ++lines[std::string(line)];
            const Saying saying = find(line);
            if (!saying || (isOnePerFile && parts[i].name == lastFile)) return;
            lastFile = parts[i].name;
            ++names[saying->first];
            const std::string& answer = saying->second;
            facts.push_back({i, std::string(line), saying->first,
                             answer.empty() ? files.at(parts[i].name) : answer});
        });
    std::erase_if(facts, [&](const SourceFact& fact) {
        return names[fact.name] > 1 || lines[fact.line] > 1;
    });
    return facts;
}

}  // namespace

std::vector<SourcePart> sourceParts(const std::vector<SourceFile>& files) {
    std::vector<SourcePart> parts;
    for (const SourceFile& file : files) {
        std::string_view rest = file.text;
        while (!rest.empty()) {
            std::size_t end = 0;
            for (std::int64_t line = 0; line < kPartLines && end < rest.size(); ++line)
                end = std::min(rest.find('\n', end), rest.size() - 1) + 1;
            parts.push_back(
                {file.name, "File: " + file.name + "\n" + std::string(rest.substr(0, end))});
            rest.remove_prefix(end);
        }
    }
    return parts;
}

std::vector<SourceFact> definedSymbols(const std::vector<SourcePart>& parts) {
    return factsOf(parts, symbolIn, false);
}

std::vector<SourceFact> constantValues(const std::vector<SourcePart>& parts) {
    return factsOf(parts, constantIn, false);
}

std::vector<SourceFact> fileDescriptions(const std::vector<SourcePart>& parts) {
    return factsOf(parts, descriptionIn, true);
}

}  // namespace asterism::eval
