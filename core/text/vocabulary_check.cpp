#include "core/text/vocabulary_check.h"

#include <cstdio>
#include <limits>
#include <string_view>
#include <unordered_set>

#include "core/base/error.h"
#include "core/text/utf8.h"

namespace asterism {

namespace {

void checkTypes(const Vocabulary& vocabulary) {
    if (vocabulary.types.size() != vocabulary.pieces.size())
        throw Error(sourceOf(vocabulary), ": the vocabulary has ", vocabulary.pieces.size(),
                    " pieces but ", vocabulary.types.size(), " types; get the file again");
    for (std::size_t id = 0; id < vocabulary.types.size(); ++id) {
        const auto type = static_cast<int>(vocabulary.types[id]);
        if (type < static_cast<int>(PieceType::normal) || type > static_cast<int>(PieceType::byte))
            throw Error(sourceOf(vocabulary), ": piece ", id, " has the unknown type ", type,
                        "; get the file again");
    }
}

void checkPieces(const Vocabulary& vocabulary) {
    std::unordered_set<std::string_view> seen;
    seen.reserve(vocabulary.pieces.size());
    for (std::size_t id = 0; id < vocabulary.pieces.size(); ++id) {
        const std::string& piece = vocabulary.pieces[id];
        if (piece.empty())
            throw Error(sourceOf(vocabulary), ": piece ", id, " is empty; get the file again");
        if (findInvalidUtf8(piece) != std::string::npos)
            throw Error(sourceOf(vocabulary), ": piece ", id, " (", quoted(piece),
                        ") is not UTF-8; get the file again");
        if (!seen.insert(piece).second)
            throw Error(sourceOf(vocabulary), ": piece ", id, " (", quoted(piece),
                        ") stands in the vocabulary twice; get the file again");
    }
}

void checkId(const Vocabulary& vocabulary, const char* name, TokenId id, TokenId lowest) {
    const auto count = static_cast<TokenId>(vocabulary.pieces.size());
    if (id < lowest || id >= count)
        throw Error(sourceOf(vocabulary), ": the ", name, " token id ", id,
                    " is outside the vocabulary of ", count, " pieces; get the file again");
}

}  // namespace

void checkVocabulary(const Vocabulary& vocabulary) {
    if (vocabulary.pieces.empty())
        throw Error(sourceOf(vocabulary), ": the vocabulary has no pieces; get the file again");
    if (vocabulary.pieces.size() > static_cast<std::size_t>(std::numeric_limits<TokenId>::max()))
        throw Error(sourceOf(vocabulary), ": ", vocabulary.pieces.size(),
                    " pieces are more than token ids can count");
    checkTypes(vocabulary);
    checkPieces(vocabulary);
    checkId(vocabulary, "begin", vocabulary.beginId, -1);
    checkId(vocabulary, "end", vocabulary.endId, -1);
    checkId(vocabulary, "unknown", vocabulary.unknownId, -1);
    checkId(vocabulary, "padding", vocabulary.paddingId, -1);
    for (const TokenId id : vocabulary.endOfTurnIds) checkId(vocabulary, "end-of-turn", id, 0);
    if (vocabulary.addsBegin && vocabulary.beginId < 0)
        throw Error(sourceOf(vocabulary),
                    ": the model expects a begin token but names none; get the file again");
}

std::string sourceOf(const Vocabulary& vocabulary) {
    return vocabulary.source.empty() ? "vocabulary" : vocabulary.source;
}

std::string quoted(std::string_view piece) {
    constexpr std::size_t kShown = 40;
    std::string shown = "'";
    for (const char character : piece.substr(0, kShown)) {
        const auto byte = static_cast<unsigned char>(character);
        if (byte >= 0x20 && byte != 0x7F) {
            shown.push_back(character);
            continue;
        }
        char escape[8];
        std::snprintf(escape, sizeof(escape), "\\x%02X", static_cast<unsigned>(byte));
        shown.append(escape);
    }
    if (piece.size() > kShown) shown.append("...");
    // A cut inside a character or a broken piece must not break the message.
    return replaceInvalidUtf8(shown) + "'";
}

}  // namespace asterism
