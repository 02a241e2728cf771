#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/data_type.h"
#include "core/text/piece_matcher.h"
#include "core/text/vocabulary.h"

namespace asterism {

// Whether text that spells a control token becomes that token. Document text never does.
enum class ControlTokens : bool { asText, parsed };

// A stretch of a text that is one or the other.
struct TextRun {
    std::string_view text;
    ControlTokens control = ControlTokens::asText;
};

// Turns text into token ids and back, exactly as the model's own tokenizer does.
// Immutable after construction: every method may be called from any thread.
class Tokenizer {
  public:
    virtual ~Tokenizer() = default;

    // The ids of exactly this text; nothing is added (no begin token) and nothing dropped. What a
    // model's tokenizer itself rewrites is rewritten: NFC (Qwen), the space in front of a text
    // (Llama 2). A character the vocabulary has no bytes for (SmolLM2 lacks six control codes)
    // becomes U+FFFD, so that the loss shows. Text that is not UTF-8 throws Error with the offset
    // of the first bad byte.
    std::vector<TokenId> encode(std::string_view text, ControlTokens control) const;
    // The same for runs that are one text when joined: ordinary tokens may reach over the border
    // of two runs, control tokens come from within a parsed run only.
    std::vector<TokenId> encode(std::span<const TextRun> runs) const;

    // The bytes one token stands for (control tokens: their name). Throws Error for an id outside
    // the vocabulary. The pieces of a text, joined, are the text (SentencePiece models that put a
    // space in front of a text: with that space); one piece alone may end inside a UTF-8 sequence.
    virtual std::string bytesOf(TokenId id) const = 0;

    // The text of a whole sequence, special tokens rendered, no clean-up but for the space that
    // encoding put in front; bytes that are not UTF-8 become U+FFFD. Throws Error for an id
    // outside the vocabulary.
    std::string decode(std::span<const TokenId> ids) const;

    const Vocabulary& vocabulary() const { return m_vocabulary; }
    std::int64_t size() const { return static_cast<std::int64_t>(m_vocabulary.pieces.size()); }
    // The id of a piece spelled exactly so; -1 if there is none.
    virtual TokenId idOf(std::string_view piece) const = 0;
    // True for tokens that end an answer: end of text and the end-of-turn tokens of the family.
    bool endsAnswer(TokenId id) const;

  protected:
    explicit Tokenizer(Vocabulary vocabulary);
    // Throws Error unless the id is one of the vocabulary's.
    void checkId(TokenId id) const;

    // Where a stretch of ordinary text stands in the whole.
    enum class Place : std::uint8_t { textStart, behindControl, behindUserDefined };

  private:
    // Appends the ids of valid UTF-8 that holds no piece to be matched whole. The text is empty
    // where a user-defined piece comes first at the start of a text or behind a control token.
    virtual void encodeOrdinary(std::string_view text, Place place,
                                std::vector<TokenId>& ids) const = 0;

    Vocabulary m_vocabulary;
    PieceMatcher m_userDefined;
    PieceMatcher m_special;  // user-defined and control pieces
    std::vector<TokenId> m_endIds;
};

// Throws Error if the vocabulary is inconsistent (counts differ, merges name unknown pieces,
// duplicated pieces, a broken SentencePiece model, ids out of range).
std::unique_ptr<Tokenizer> makeTokenizer(Vocabulary vocabulary);

}  // namespace asterism
