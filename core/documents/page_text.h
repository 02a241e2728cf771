#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/documents/document_reader.h"

namespace asterism {

// The text of a page as PDFium gives it, cleaned: line ends are \n, words that a hyphen at a line
// end splits (marked as U+FFFE) are joined, control characters are dropped, ligatures are letters.
std::string cleanPageText(std::string_view text);

// "3", "3 to 5", "1, 3 to 5 and 9" for ascending numbers.
std::string nameNumbers(const std::vector<int>& numbers);

// Lowers the quality of a text, with a note, if many of its characters say nothing (fonts without
// a table to Unicode) or its words are not separated.
void judgeExtractedText(ReadText& read);

}  // namespace asterism
