#include "app/cli/text_io.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>
#include <limits>

#include "core/base/error.h"
#include "core/text/utf8.h"

namespace asterism {

std::string readStandardInput() {
    return {std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()};
}

std::string readTextFile(const std::filesystem::path& path) {
    if (std::filesystem::is_directory(path))
        throw Error(path.string(), ": is a folder; name a file");
    std::ifstream file(path, std::ios::binary);
    if (!file) throw Error(path.string(), ": cannot be opened: ", std::strerror(errno));
    std::string text;
    std::array<char, 65536> piece;
    // Not an iterator: that throws where a device fails, and does not name the file.
    while (file.read(piece.data(), piece.size()) || file.gcount() > 0)
        text.append(piece.data(), static_cast<std::size_t>(file.gcount()));
    if (file.bad()) throw Error(path.string(), ": cannot be read: ", std::strerror(errno));
    return text;
}

std::vector<TokenId> parseTokenIds(const std::string& json, const std::string& source) {
    const auto document = nlohmann::json::parse(json, nullptr, false);
    if (!document.is_array())
        throw Error(source, ": is not a JSON array of token ids, like [1, 2, 3]");
    std::vector<TokenId> ids;
    ids.reserve(document.size());
    for (const auto& value : document) {
        const bool isId =
            value.is_number_integer() && value >= 0 && value <= std::numeric_limits<TokenId>::max();
        if (!isId)
            throw Error(source, ": entry ", ids.size(), " is ", value.dump(),
                        " where a token id belongs");
        ids.push_back(value.get<TokenId>());
    }
    return ids;
}

std::vector<TokenId> encodeText(const Tokenizer& tokenizer, const std::string& text,
                                const std::string& source, ControlTokens control) {
    const std::size_t invalid = findInvalidUtf8(text);
    if (invalid != std::string::npos)
        throw Error(source, ": byte ", invalid, " is not UTF-8 text; convert the file first");
    return tokenizer.encode(text, control);
}

void printJson(const nlohmann::ordered_json& object) {
    std::cout << object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace)
              << std::endl;
}

}  // namespace asterism
