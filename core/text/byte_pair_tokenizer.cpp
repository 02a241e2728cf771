#include "core/text/byte_pair_tokenizer.h"

#include <unicode/utf8.h>

#include <array>
#include <unordered_map>

#include "core/base/check.h"
#include "core/base/error.h"
#include "core/text/byte_letters.h"
#include "core/text/merge_table.h"
#include "core/text/pre_tokenizer.h"
#include "core/text/utf8.h"
#include "core/text/vocabulary_check.h"

namespace asterism {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// Pieces that text can be merged into; control pieces are none, whatever the merges say.
bool isMergeable(PieceType type) {
    return type == PieceType::normal || type == PieceType::userDefined || type == PieceType::byte;
}

// Control codes but for tab and line ends, and what starts the planes that hold no characters: a
// vocabulary trained on text can do without.
bool isRare(std::uint8_t byte) {
    const bool isControlCode = byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r';
    return isControlCode || byte == 0x7F || (byte >= 0xF1 && byte <= 0xF4);
}

bool occursInUtf8(std::uint8_t byte) {
    return byte != 0xC0 && byte != 0xC1 && byte <= 0xF4;
}

class BytePairTokenizer final : public Tokenizer {
  public:
    explicit BytePairTokenizer(Vocabulary checkedVocabulary)
        : Tokenizer(std::move(checkedVocabulary)), m_cutter(vocabulary().preTokenizer) {
        indexPieces();
        indexLetters();
        readMerges();
    }

    std::string bytesOf(TokenId id) const override {
        checkId(id);
        return m_bytes[static_cast<std::size_t>(id)];
    }

    TokenId idOf(std::string_view piece) const override {
        const auto found = m_ids.find(piece);
        return found == m_ids.end() ? -1 : found->second;
    }

  private:
    void indexPieces();
    void indexLetters();
    void readMerges();
    TokenId idOfMergePart(std::size_t merge, std::string_view part) const;
    void encodeOrdinary(std::string_view text, Place place,
                        std::vector<TokenId>& ids) const override;
    std::string replaceUnspellable(std::string_view text) const;

    TextCutter m_cutter;
    std::vector<std::string> m_bytes;                     // by id: what a piece stands for
    std::unordered_map<std::string_view, TokenId> m_ids;  // by spelling, views of the vocabulary
    std::unordered_map<std::string_view, TokenId>
        m_whole;                             // by bytes; only where merges are ignored
    std::array<TokenId, 256> m_letterIds{};  // by byte; -1 where there is no letter
    bool m_lacksLetters = false;
    MergeTable m_merges;
};

void BytePairTokenizer::indexPieces() {
    const Vocabulary& words = vocabulary();
    m_ids.reserve(words.pieces.size());
    m_bytes.reserve(words.pieces.size());
    for (std::size_t id = 0; id < words.pieces.size(); ++id) {
        const std::string& piece = words.pieces[id];
        m_ids.emplace(piece, static_cast<TokenId>(id));
        // Only pieces made by merging are spelled in letters.
        const bool isSpelled =
            words.types[id] == PieceType::normal || words.types[id] == PieceType::byte;
        m_bytes.push_back(isSpelled ? bytesOfLetters(piece).value_or(piece) : piece);
    }
    if (!words.ignoresMerges) return;
    m_whole.reserve(words.pieces.size());
    for (std::size_t id = 0; id < words.pieces.size(); ++id)
        if (words.types[id] == PieceType::normal)
            m_whole.emplace(m_bytes[id], static_cast<TokenId>(id));
}

void BytePairTokenizer::indexLetters() {
    for (std::size_t byte = 0; byte < m_letterIds.size(); ++byte) {
        const auto value = static_cast<std::uint8_t>(byte);
        const TokenId id = idOf(letterOf(value));
        const bool isUsable =
            id >= 0 && isMergeable(vocabulary().types[static_cast<std::size_t>(id)]);
        m_letterIds[byte] = isUsable ? id : -1;
        if (isUsable || !occursInUtf8(value)) continue;
        if (!isRare(value))
            throw Error(sourceOf(vocabulary()), ": the vocabulary has no piece '", letterOf(value),
                        "' for byte ", byte, ", so it cannot spell every text; get the file again");
        m_lacksLetters = true;
    }
}

TokenId BytePairTokenizer::idOfMergePart(std::size_t merge, std::string_view part) const {
    const TokenId id = idOf(part);
    if (id < 0 || !isMergeable(vocabulary().types[static_cast<std::size_t>(id)]))
        throw Error(sourceOf(vocabulary()), ": merge ", merge, " (",
                    quoted(vocabulary().merges[merge]), ") needs the piece ", quoted(part),
                    ", which ", id < 0 ? "is not in the vocabulary" : "text must not become",
                    "; get the file again");
    return id;
}

void BytePairTokenizer::readMerges() {
    const std::vector<std::string>& merges = vocabulary().merges;
    m_merges.reserve(merges.size());
    for (std::size_t i = 0; i < merges.size(); ++i) {
        const std::string_view merge = merges[i];
        const std::size_t space = merge.find(' ');
        if (space == std::string_view::npos || merge.find(' ', space + 1) != std::string_view::npos)
            throw Error(sourceOf(vocabulary()), ": merge ", i, " (", quoted(merge),
                        ") is not two pieces with a space between; get the file again");
        const std::string_view left = merge.substr(0, space);
        const std::string_view right = merge.substr(space + 1);
        const TokenId merged = idOfMergePart(i, std::string(left).append(right));
        if (!m_merges.add(idOfMergePart(i, left), idOfMergePart(i, right), merged))
            throw Error(sourceOf(vocabulary()), ": merge ", i, " (", quoted(merge),
                        ") stands in the list twice; get the file again");
    }
}

void BytePairTokenizer::encodeOrdinary(std::string_view text, Place /*place*/,
                                       std::vector<TokenId>& ids) const {
    std::string rewritten;
    if (m_lacksLetters) text = rewritten = replaceUnspellable(text);
    std::string composed;
    if (vocabulary().normalizesToNfc) text = composed = toNfc(text);
    std::vector<TokenId> symbols;
    for (const std::string_view stretch : m_cutter.cut(text)) {
        if (const auto whole = m_whole.find(stretch); whole != m_whole.end()) {
            ids.push_back(whole->second);
            continue;
        }
        symbols.clear();
        for (const char byte : stretch)
            symbols.push_back(m_letterIds[static_cast<std::uint8_t>(byte)]);
        m_merges.apply(symbols);
        ids.insert(ids.end(), symbols.begin(), symbols.end());
    }
}

std::string BytePairTokenizer::replaceUnspellable(std::string_view text) const {
    std::string spellable;
    spellable.reserve(text.size());
    for (std::size_t next = 0; next < text.size();) {
        const std::size_t start = next;
        U8_FWD_1_UNSAFE(text.data(), next);
        const std::string_view character = text.substr(start, next - start);
        bool isSpellable = true;
        for (const char byte : character)
            isSpellable = isSpellable && m_letterIds[static_cast<std::uint8_t>(byte)] >= 0;
        spellable.append(isSpellable ? character : kReplacement);
    }
    return spellable;
}

}  // namespace

std::unique_ptr<Tokenizer> makeBytePairTokenizer(Vocabulary vocabulary) {
    checkVocabulary(vocabulary);
    return std::make_unique<BytePairTokenizer>(std::move(vocabulary));
}

}  // namespace asterism
