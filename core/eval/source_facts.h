#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/eval/task.h"

namespace asterism::eval {

// A stretch of a source file, short enough that several fit into a small context.
struct SourcePart {
    std::string name;  // of the file
    std::string text;  // with a line in front that names the file
};

// The files in parts of at most kPartLines lines.
std::vector<SourcePart> sourceParts(const std::vector<SourceFile>& files);

inline constexpr std::int64_t kPartLines = 60;

// Something that one line of a source tree says and no other does.
struct SourceFact {
    std::size_t part = 0;
    std::string line;    // that says it; stands in the parts once
    std::string name;    // symbol or constant; of a description its text
    std::string answer;  // file or value
};

// Classes, structs, functions and the like with a name that is defined once, and their file.
std::vector<SourceFact> definedSymbols(const std::vector<SourcePart>& parts);
// Named constants that are set once, to a number of two digits or more.
std::vector<SourceFact> constantValues(const std::vector<SourcePart>& parts);
// The first comment of each file, which says what it is for.
std::vector<SourceFact> fileDescriptions(const std::vector<SourcePart>& parts);

}  // namespace asterism::eval
