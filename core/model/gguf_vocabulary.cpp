#include "core/model/gguf_vocabulary.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "core/base/error.h"
#include "core/model/in_quotes.h"

namespace asterism {

namespace {

// A value of tokenizer.ggml.pre and what it implies.
struct PreTokenizerName {
    std::string_view name;
    PreTokenizer preTokenizer;
    bool normalizesToNfc;
    bool ignoresMerges;
    bool addsBegin;  // where tokenizer.ggml.add_bos_token is not given
};

constexpr std::array kPreTokenizers{
    PreTokenizerName{"gpt-2", PreTokenizer::gpt2, false, false, false},
    PreTokenizerName{"default", PreTokenizer::gpt2, false, false, false},
    PreTokenizerName{"smollm", PreTokenizer::smollm, false, false, false},
    PreTokenizerName{"llama-bpe", PreTokenizer::llama3, false, true, true},
    PreTokenizerName{"qwen2", PreTokenizer::qwen2, true, false, false},
};

std::string knownPreTokenizers() {
    std::string names;
    for (const PreTokenizerName& known : kPreTokenizers) {
        if (!names.empty()) names += ", ";
        names += known.name;
    }
    return names;
}

class VocabularyReader {
  public:
    explicit VocabularyReader(const Metadata& metadata) : m_metadata(metadata) {}

    Vocabulary read() {
        m_vocabulary.source = m_metadata.source();
        const std::string model = m_metadata.text("tokenizer.ggml.model");
        if (model != "gpt2" && model != "llama")
            throw Error(m_metadata.source(), ": tokenizer.ggml.model is ", inQuotes(model),
                        "; known are gpt2 (byte-level BPE) and llama (SentencePiece)");
        m_vocabulary.pieces = m_metadata.texts("tokenizer.ggml.tokens");
        if (m_vocabulary.pieces.empty())
            throw Error(m_metadata.source(), ": tokenizer.ggml.tokens is empty");
        readTypes();
        if (model == "gpt2")
            readBytePair();
        else
            readSentencePiece();
        readSpecialIds();
        m_vocabulary.chatTemplate = m_metadata.text("tokenizer.chat_template", "");
        return std::move(m_vocabulary);
    }

  private:
    void checkCount(std::string_view key, std::size_t count) const {
        if (count != m_vocabulary.pieces.size())
            throw Error(m_metadata.source(), ": ", key, " has ", count, " entries for ",
                        m_vocabulary.pieces.size(), " tokens");
    }

    void readTypes() {
        m_vocabulary.types.assign(m_vocabulary.pieces.size(), PieceType::normal);
        if (!m_metadata.has("tokenizer.ggml.token_type")) return;
        const std::vector<std::int64_t> types = m_metadata.integers("tokenizer.ggml.token_type");
        checkCount("tokenizer.ggml.token_type", types.size());
        for (std::size_t i = 0; i < types.size(); ++i) {
            if (types[i] < 1 || types[i] > 6)
                throw Error(m_metadata.source(), ": tokenizer.ggml.token_type of token ", i, " is ",
                            types[i], "; 1 to 6 are known");
            m_vocabulary.types[i] = static_cast<PieceType>(types[i]);
        }
    }

    void readBytePair() {
        m_vocabulary.kind = TokenizerKind::bytePair;
        const std::string pre = m_metadata.text("tokenizer.ggml.pre");
        const auto known = std::find_if(kPreTokenizers.begin(), kPreTokenizers.end(),
                                        [&](const auto& one) { return one.name == pre; });
        if (known == kPreTokenizers.end())
            throw Error(m_metadata.source(), ": tokenizer.ggml.pre is ", inQuotes(pre),
                        "; known are ", knownPreTokenizers());
        m_vocabulary.preTokenizer = known->preTokenizer;
        m_vocabulary.normalizesToNfc = known->normalizesToNfc;
        m_vocabulary.ignoresMerges = known->ignoresMerges;
        m_vocabulary.merges = m_metadata.texts("tokenizer.ggml.merges");
        m_vocabulary.addsBegin =
            m_metadata.boolean("tokenizer.ggml.add_bos_token", known->addsBegin);
        m_vocabulary.addsSpacePrefix = m_metadata.boolean("tokenizer.ggml.add_space_prefix", false);
    }

    void readSentencePiece() {
        m_vocabulary.kind = TokenizerKind::sentencePiece;
        const std::vector<double> scores = m_metadata.numbers("tokenizer.ggml.scores");
        checkCount("tokenizer.ggml.scores", scores.size());
        for (std::size_t i = 0; i < scores.size(); ++i)
            if (!std::isfinite(static_cast<float>(scores[i])))
                throw Error(m_metadata.source(), ": tokenizer.ggml.scores of token ", i,
                            " is not a finite number");
        m_vocabulary.scores.assign(scores.begin(), scores.end());
        m_vocabulary.addsBegin = m_metadata.boolean("tokenizer.ggml.add_bos_token", true);
        m_vocabulary.addsSpacePrefix = m_metadata.boolean("tokenizer.ggml.add_space_prefix", true);
    }

    TokenId readId(std::string_view key, TokenId otherwise) const {
        const auto last = static_cast<std::int64_t>(m_vocabulary.pieces.size()) - 1;
        return static_cast<TokenId>(m_metadata.integer(key, 0, last, otherwise));
    }

    void readSpecialIds() {
        // SentencePiece files may leave out the ids that its trainer gives by default.
        const bool isSentencePiece = m_vocabulary.kind == TokenizerKind::sentencePiece;
        const auto usual = [&](TokenId id) {
            const bool isThere = static_cast<std::size_t>(id) < m_vocabulary.pieces.size();
            return isSentencePiece && isThere ? id : TokenId{-1};
        };
        m_vocabulary.beginId = readId("tokenizer.ggml.bos_token_id", usual(1));
        m_vocabulary.endId = readId("tokenizer.ggml.eos_token_id", usual(2));
        m_vocabulary.unknownId = readId("tokenizer.ggml.unknown_token_id", usual(0));
        m_vocabulary.paddingId = readId("tokenizer.ggml.padding_token_id", -1);
        for (const char* key : {"tokenizer.ggml.eot_token_id", "tokenizer.ggml.eom_token_id"})
            if (const TokenId id = readId(key, -1); id >= 0)
                m_vocabulary.endOfTurnIds.push_back(id);
    }

    const Metadata& m_metadata;
    Vocabulary m_vocabulary;
};

}  // namespace

Vocabulary readGgufVocabulary(const Metadata& metadata) {
    return VocabularyReader(metadata).read();
}

}  // namespace asterism
