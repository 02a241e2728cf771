#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/check.h"
#include "core/base/error.h"
#include "core/text/byte_letters.h"
#include "core/text/chat_template.h"
#include "core/text/tokenizer.h"
#include "core/text/utf8.h"

// A vocabulary and a text from the input: whatever makeTokenizer accepts must encode and give the
// text back, and nothing but Error may be thrown.

namespace {

using namespace asterism;

// Takes the input apart: fields end at byte 0xFF, which no UTF-8 holds.
class Input {
  public:
    Input(const std::uint8_t* data, std::size_t size)
        : m_rest(reinterpret_cast<const char*>(data), size) {}

    std::uint8_t byte() {
        if (m_rest.empty()) return 0;
        const auto value = static_cast<std::uint8_t>(m_rest.front());
        m_rest.remove_prefix(1);
        return value;
    }
    std::string field() {
        const std::size_t end = m_rest.find('\xFF');
        const std::string_view taken = m_rest.substr(0, end);
        m_rest.remove_prefix(end == std::string_view::npos ? m_rest.size() : end + 1);
        return std::string(taken);
    }
    bool isAtEnd() const { return m_rest.empty(); }

  private:
    std::string_view m_rest;
};

void addPiece(Vocabulary& vocabulary, const std::string& piece, std::uint8_t type) {
    vocabulary.pieces.push_back(piece);
    vocabulary.types.push_back(static_cast<PieceType>(type));
    vocabulary.scores.push_back(-static_cast<float>(vocabulary.pieces.size()));
}

// The pieces without which no vocabulary is accepted, so that the fuzzer gets further than that.
void addBytePieces(Vocabulary& vocabulary) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    for (std::size_t byte = 0; byte < 256; ++byte) {
        const std::string hex = {'<', '0', 'x', kDigits[byte >> 4], kDigits[byte & 15], '>'};
        const bool isSentencePiece = vocabulary.kind == TokenizerKind::sentencePiece;
        const auto type = isSentencePiece ? PieceType::byte : PieceType::normal;
        addPiece(vocabulary, isSentencePiece ? hex : letterOf(static_cast<std::uint8_t>(byte)),
                 static_cast<std::uint8_t>(type));
    }
}

Vocabulary readVocabulary(Input& input) {
    Vocabulary vocabulary;
    const std::uint8_t kinds = input.byte();
    vocabulary.kind = kinds & 1 ? TokenizerKind::sentencePiece : TokenizerKind::bytePair;
    vocabulary.preTokenizer = static_cast<PreTokenizer>(kinds >> 1 & 3);
    vocabulary.ignoresMerges = kinds & 8;
    vocabulary.addsSpacePrefix = kinds & 16;
    vocabulary.addsBegin = kinds & 32;
    if (kinds & 64) addBytePieces(vocabulary);
    if (kinds & 128) vocabulary.sentencePieceModel = input.field();
    for (std::uint8_t left = input.byte() % 32; left > 0; --left) {
        const std::uint8_t type = input.byte() % 8;
        addPiece(vocabulary, input.field(), type);
    }
    for (std::uint8_t left = input.byte() % 32; left > 0; --left)
        vocabulary.merges.push_back(input.field());
    const auto id = [&input] { return static_cast<TokenId>(input.byte()) - 1; };
    vocabulary.beginId = id();
    vocabulary.endId = id();
    vocabulary.unknownId = id() + (kinds & 64 ? 256 : 0);
    vocabulary.chatTemplate = input.field();
    return vocabulary;
}

void encodeAndDecode(const Tokenizer& tokenizer, const std::string& text, ControlTokens control) {
    std::string decoded;
    const std::vector<TokenId> ids = tokenizer.encode(text, control);
    for (const TokenId id : ids) {
        ASTERISM_CHECK(id >= 0 && id < tokenizer.size());
        decoded += tokenizer.bytesOf(id);
    }
    ASTERISM_CHECK(text.empty() == ids.empty());
    // The space letter reads as a space afterwards, and vocabularies may lack control codes.
    const bool isKept = text.find("\xE2\x96\x81") == std::string::npos &&
                        decoded.find("\xEF\xBF\xBD") == std::string::npos;
    if (isKept && control == ControlTokens::asText) ASTERISM_CHECK(tokenizer.decode(ids) == text);
}

void render(const Vocabulary& vocabulary, const Tokenizer& tokenizer, const std::string& text) {
    const std::vector<ChatMessage> messages = {{"system", text}, {"user", text}};
    idsOf(tokenizer, makeChatTemplate(vocabulary)->render(messages, true));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    try {
        Input input(data, size);
        const Vocabulary vocabulary = readVocabulary(input);
        const auto tokenizer = makeTokenizer(vocabulary);
        const std::string text = replaceInvalidUtf8(input.field());
        encodeAndDecode(*tokenizer, text, ControlTokens::asText);
        encodeAndDecode(*tokenizer, text, ControlTokens::parsed);
        render(tokenizer->vocabulary(), *tokenizer, text);
    } catch (const Error&) {
        // What a broken vocabulary is answered with.
    }
    return 0;
}
