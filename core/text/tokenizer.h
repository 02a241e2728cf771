#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/data_type.h"
#include "core/text/vocabulary.h"

namespace asterism {

// Whether text that spells a control token becomes that token. Document text never does.
enum class ControlTokens : bool { asText, parsed };

// Turns text into token ids and back, exactly as the model's own tokenizer does.
// Immutable after construction: every method may be called from any thread.
class Tokenizer {
  public:
    virtual ~Tokenizer() = default;

    // The ids of exactly these bytes; nothing is added (no begin token) and nothing dropped. Text
    // that is not UTF-8 throws Error with the offset of the first bad byte.
    virtual std::vector<TokenId> encode(std::string_view text, ControlTokens control) const = 0;

    // The bytes one token stands for (control tokens: their name). Throws Error for an id outside
    // the vocabulary. The pieces of a text, joined, are the text; one piece alone may end inside a
    // UTF-8 sequence.
    virtual std::string bytesOf(TokenId id) const = 0;

    // The text of a whole sequence, special tokens rendered, no clean-up; bytes that are not UTF-8
    // become U+FFFD. Throws Error for an id outside the vocabulary.
    std::string decode(std::span<const TokenId> ids) const;

    const Vocabulary& vocabulary() const { return m_vocabulary; }
    std::int64_t size() const { return static_cast<std::int64_t>(m_vocabulary.pieces.size()); }
    // The id of a piece spelled exactly so; -1 if there is none.
    virtual TokenId idOf(std::string_view piece) const = 0;
    // True for tokens that end an answer: end of text and the end-of-turn tokens of the family.
    bool endsAnswer(TokenId id) const;

  protected:
    explicit Tokenizer(Vocabulary vocabulary);

  private:
    Vocabulary m_vocabulary;
    std::vector<TokenId> m_endIds;
};

// Throws Error if the vocabulary is inconsistent (counts differ, merges name unknown pieces,
// duplicated pieces, a broken SentencePiece model, ids out of range).
std::unique_ptr<Tokenizer> makeTokenizer(Vocabulary vocabulary);

}  // namespace asterism
