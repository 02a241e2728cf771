#pragma once

#include <string>
#include <utility>
#include <vector>

namespace asterism::test {

// Parts of a ZIP file: name and content, in order.
using ZipParts = std::vector<std::pair<std::string, std::string>>;

// A ZIP file with these parts. The first is stored as it is, the others are compressed; all but
// the first are encrypted if there is a password.
std::string makeZip(const ZipParts& parts, const std::string& password = {});

}  // namespace asterism::test
