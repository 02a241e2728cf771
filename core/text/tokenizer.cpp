#include "core/text/tokenizer.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>

#include "core/base/error.h"
#include "core/text/byte_pair_tokenizer.h"
#include "core/text/sentence_piece_tokenizer.h"
#include "core/text/utf8.h"
#include "core/text/vocabulary_check.h"

namespace asterism {

namespace {

// Names under which the known families of models write the end of a turn or of a text, besides
// the end token that the file names. (Not </s>: Gemma has a piece of that name for HTML.)
constexpr std::array<std::string_view, 8> kEndNames = {
    "<|im_end|>",      "<|eot_id|>",    "<|eom_id|>",      "<end_of_turn>",
    "<|end_of_turn|>", "<|endoftext|>", "<|end_of_text|>", "<|end|>"};

bool isSpecial(PieceType type) {
    return type == PieceType::control || type == PieceType::unknown;
}

// Spelling of a piece in a text. SentencePiece vocabularies write spaces as U+2581.
std::string spellingInText(const Vocabulary& vocabulary, std::size_t id) {
    if (vocabulary.kind == TokenizerKind::sentencePiece &&
        vocabulary.types[id] == PieceType::userDefined)
        return withPlainSpaces(vocabulary.pieces[id]);
    return vocabulary.pieces[id];
}

PieceMatcher makeMatcher(const Vocabulary& vocabulary, bool includesSpecial) {
    std::vector<std::pair<std::string, TokenId>> pieces;
    for (std::size_t id = 0; id < vocabulary.pieces.size(); ++id) {
        const PieceType type = vocabulary.types.at(id);
        if (type == PieceType::userDefined || (includesSpecial && isSpecial(type)))
            pieces.emplace_back(spellingInText(vocabulary, id), static_cast<TokenId>(id));
    }
    return PieceMatcher(std::move(pieces));
}

std::vector<TokenId> findEndIds(const Vocabulary& vocabulary) {
    std::vector<TokenId> ids = vocabulary.endOfTurnIds;
    if (vocabulary.endId >= 0) ids.push_back(vocabulary.endId);
    for (std::size_t id = 0; id < vocabulary.pieces.size(); ++id) {
        // Some files mark the end of a turn as user-defined; as normal text it ends nothing.
        const PieceType type = vocabulary.types[id];
        if (type != PieceType::control && type != PieceType::userDefined) continue;
        if (std::find(kEndNames.begin(), kEndNames.end(), vocabulary.pieces[id]) != kEndNames.end())
            ids.push_back(static_cast<TokenId>(id));
    }
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    return ids;
}

// Walks through the pieces of a text that are matched whole.
class WholePieces {
  public:
    WholePieces(std::string_view text, std::vector<std::pair<std::size_t, std::size_t>> parsed,
                const PieceMatcher& userDefined, const PieceMatcher& special)
        : m_text(text),
          m_parsed(std::move(parsed)),
          m_userDefined(userDefined),
          m_special(special) {}

    // The leftmost and then longest match at or behind `offset`, which never decreases.
    PieceMatcher::Match next(std::size_t offset) {
        if (!m_plain || (m_plain->length > 0 && m_plain->offset < offset))
            m_plain = m_userDefined.find(m_text, offset);
        const PieceMatcher::Match parsed = nextParsed(offset);
        if (parsed.length == 0) return *m_plain;
        if (m_plain->length == 0 || parsed.offset < m_plain->offset) return parsed;
        if (m_plain->offset < parsed.offset) return *m_plain;
        return parsed.length >= m_plain->length ? parsed : *m_plain;
    }

  private:
    PieceMatcher::Match nextParsed(std::size_t offset) {
        while (m_stretch < m_parsed.size()) {
            const auto [begin, end] = m_parsed[m_stretch];
            if (m_inStretch.length == 0 || m_inStretch.offset < offset)
                m_inStretch = m_special.find(m_text.substr(0, end), std::max(begin, offset));
            if (m_inStretch.length > 0) return m_inStretch;
            ++m_stretch;
        }
        return {};
    }

    std::string_view m_text;
    std::vector<std::pair<std::size_t, std::size_t>> m_parsed;  // begin, end; ascending
    const PieceMatcher& m_userDefined;
    const PieceMatcher& m_special;
    std::optional<PieceMatcher::Match> m_plain;  // empty: not looked for yet
    PieceMatcher::Match m_inStretch;
    std::size_t m_stretch = 0;
};

// The stretches of the joined runs in which control tokens are parsed, neighbours made one.
std::vector<std::pair<std::size_t, std::size_t>> parsedStretches(std::span<const TextRun> runs) {
    std::vector<std::pair<std::size_t, std::size_t>> stretches;
    std::size_t offset = 0;
    for (const TextRun& run : runs) {
        const std::size_t end = offset + run.text.size();
        if (run.control == ControlTokens::parsed && end > offset) {
            if (!stretches.empty() && stretches.back().second == offset)
                stretches.back().second = end;
            else
                stretches.emplace_back(offset, end);
        }
        offset = end;
    }
    return stretches;
}

void checkText(std::string_view text) {
    // PCRE2, ICU and SentencePiece count in 32 bits, and U+2581 takes three bytes for a space.
    constexpr std::size_t kMostBytes = std::numeric_limits<std::int32_t>::max() / 4;
    if (text.size() > kMostBytes)
        throw Error("text of ", text.size(), " bytes is too long to tokenize at once (at most ",
                    kMostBytes, "); split it");
    const std::size_t bad = findInvalidUtf8(text);
    if (bad != std::string_view::npos)
        throw Error("text is not UTF-8: invalid byte at offset ", bad,
                    "; convert it to UTF-8 first");
}

}  // namespace

Tokenizer::Tokenizer(Vocabulary vocabulary)
    : m_vocabulary(std::move(vocabulary)),
      m_userDefined(makeMatcher(m_vocabulary, false)),
      m_special(makeMatcher(m_vocabulary, true)),
      m_endIds(findEndIds(m_vocabulary)) {}

std::vector<TokenId> Tokenizer::encode(std::string_view text, ControlTokens control) const {
    const TextRun run{text, control};
    return encode(std::span(&run, 1));
}

std::vector<TokenId> Tokenizer::encode(std::span<const TextRun> runs) const {
    std::string joined;
    for (const TextRun& run : runs) joined.append(run.text);
    checkText(joined);
    const std::string_view text = joined;
    std::vector<TokenId> ids;
    WholePieces pieces(text, parsedStretches(runs), m_userDefined, m_special);
    Place place = Place::textStart;
    for (std::size_t offset = 0; offset < text.size();) {
        const PieceMatcher::Match match = pieces.next(offset);
        const std::size_t end = match.length > 0 ? match.offset : text.size();
        const bool isControl =
            match.length > 0 && isSpecial(m_vocabulary.types[static_cast<std::size_t>(match.id)]);
        if (end > offset || (place != Place::behindUserDefined && !isControl))
            encodeOrdinary(text.substr(offset, end - offset), place, ids);
        if (match.length > 0) ids.push_back(match.id);
        place = isControl ? Place::behindControl : Place::behindUserDefined;
        offset = end + match.length;
    }
    return ids;
}

std::string Tokenizer::decode(std::span<const TokenId> ids) const {
    std::string bytes;
    for (const TokenId id : ids) bytes.append(bytesOf(id));
    std::string text = replaceInvalidUtf8(bytes);
    if (m_vocabulary.addsSpacePrefix && m_vocabulary.kind == TokenizerKind::sentencePiece &&
        text.starts_with(' '))
        text.erase(0, 1);
    return text;
}

bool Tokenizer::endsAnswer(TokenId id) const {
    return std::binary_search(m_endIds.begin(), m_endIds.end(), id);
}

void Tokenizer::checkId(TokenId id) const {
    if (id < 0 || id >= size())
        throw Error("token id ", id, " is outside the vocabulary of ", size(), " pieces");
}

std::unique_ptr<Tokenizer> makeTokenizer(Vocabulary vocabulary) {
    if (vocabulary.kind == TokenizerKind::sentencePiece)
        return makeSentencePieceTokenizer(std::move(vocabulary));
    return makeBytePairTokenizer(std::move(vocabulary));
}

}  // namespace asterism
