#include "core/model/hugging_face_vocabulary.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/base/error.h"
#include "core/base/mapped_file.h"
#include "core/model/fit_vocabulary.h"
#include "core/model/in_quotes.h"
#include "core/model/json_reading.h"
#include "core/model/tokenizer_json.h"
#include "core/text/sentence_piece_model.h"

namespace asterism {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxSettingsBytes = std::size_t{16} << 20;
constexpr std::size_t kMaxTokenizerBytes = std::size_t{128} << 20;

std::string textOf(const MappedFile& file) {
    return {reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()};
}

class VocabularyReader {
  public:
    VocabularyReader(const fs::path& folder, std::int64_t rows) : m_folder(folder), m_rows(rows) {}

    Vocabulary read() {
        readPieces();
        for (std::size_t i = 0; i < m_vocabulary.pieces.size(); ++i)
            m_ids.emplace(m_vocabulary.pieces[i], static_cast<TokenId>(i));
        const Json config = readOptional("config.json");
        const Json tokenizerConfig = readOptional("tokenizer_config.json");
        const Json generationConfig = readOptional("generation_config.json");
        const JsonObject model(config, name("config.json"));
        const JsonObject tokenizer(tokenizerConfig, name("tokenizer_config.json"));
        m_vocabulary.beginId = readSpecial(tokenizer, "bos_token", model, "bos_token_id");
        m_vocabulary.endId = readSpecial(tokenizer, "eos_token", model, "eos_token_id");
        const TokenId unknown = readSpecial(tokenizer, "unk_token", model, "unk_token_id");
        if (unknown >= 0) m_vocabulary.unknownId = unknown;
        m_vocabulary.paddingId = readSpecial(tokenizer, "pad_token", model, "pad_token_id");
        addEnds(model);
        addEnds(JsonObject(generationConfig, name("generation_config.json")));
        readAddsBegin(tokenizer);
        readChatTemplate(tokenizer);
        fitVocabulary(m_vocabulary, m_rows);
        return std::move(m_vocabulary);
    }

  private:
    std::string name(std::string_view file) const { return (m_folder / file).string(); }

    Json readOptional(std::string_view file) const {
        if (!fs::exists(m_folder / file)) return Json::object();
        return readJsonFile(m_folder / file, kMaxSettingsBytes);
    }

    void readPieces() {
        const fs::path sentencePiece = m_folder / "tokenizer.model";
        const fs::path json = m_folder / "tokenizer.json";
        const bool hasJson = fs::exists(json);
        if (!hasJson && !fs::exists(sentencePiece))
            throw Error(m_folder.string(), ": holds neither tokenizer.json nor tokenizer.model");
        Json parsed = Json::object();
        if (hasJson) parsed = readJsonFile(json, kMaxTokenizerBytes);
        const JsonObject tokenizer(parsed, json.string());
        if (fs::exists(sentencePiece)) {
            const MappedFile file(sentencePiece);
            const std::string bytes = textOf(file);
            m_vocabulary = readSentencePieceModel(bytes, sentencePiece.string());
            m_vocabulary.sentencePieceModel = bytes;
        } else {
            m_vocabulary.source = json.string();
            readTokenizerJson(tokenizer, m_vocabulary);
        }
        applyAddedTokens(tokenizer, m_rows, m_vocabulary);
        if (hasJson) m_beginPiece = readBeginPiece(tokenizer);
    }

    TokenId idOf(const std::string& piece, const std::string& where) const {
        const auto found = m_ids.find(piece);
        if (found == m_ids.end())
            throw Error(where, ": token ", inQuotes(piece), " is not in the vocabulary");
        return found->second;
    }

    // By name where the tokenizer's settings have one, else by number from the model's.
    TokenId readSpecial(const JsonObject& tokenizer, std::string_view tokenKey,
                        const JsonObject& model, std::string_view idKey) const {
        if (const Json* token = tokenizer.find(tokenKey)) {
            const std::string piece = token->is_object()
                                          ? tokenizer.object(tokenKey).text("content")
                                          : tokenizer.text(tokenKey);
            return idOf(piece, tokenizer.where());
        }
        const auto last = std::ssize(m_vocabulary.pieces) - 1;
        const std::vector<std::int64_t> ids = model.integers(idKey, 0, last);
        return ids.empty() ? TokenId{-1} : static_cast<TokenId>(ids.front());
    }

    void addEnds(const JsonObject& settings) {
        const auto last = std::ssize(m_vocabulary.pieces) - 1;
        std::vector<TokenId>& ends = m_vocabulary.endOfTurnIds;
        for (const std::int64_t number : settings.integers("eos_token_id", 0, last)) {
            const auto id = static_cast<TokenId>(number);
            if (id != m_vocabulary.endId && std::find(ends.begin(), ends.end(), id) == ends.end())
                ends.push_back(id);
        }
    }

    void readAddsBegin(const JsonObject& tokenizer) {
        // The tokenizers of these two families add it unless they are told not to.
        const std::string family = tokenizer.text("tokenizer_class", "");
        const bool isUsual = family.starts_with("Llama") || family.starts_with("Gemma");
        const bool isInTemplate = m_vocabulary.beginId >= 0 && !m_beginPiece.empty() &&
                                  idOf(m_beginPiece, m_vocabulary.source) == m_vocabulary.beginId;
        m_vocabulary.addsBegin = tokenizer.boolean("add_bos_token", isUsual || isInTemplate);
    }

    void readChatTemplate(const JsonObject& tokenizer) {
        const fs::path file = m_folder / "chat_template.jinja";
        if (fs::exists(file)) {
            const MappedFile source(file);
            if (source.bytes().size() > kMaxSettingsBytes)
                throw Error(file.string(), ": is too long for a chat template");
            m_vocabulary.chatTemplate = textOf(source);
            return;
        }
        const Json* source = tokenizer.find("chat_template");
        if (!source) return;
        if (!source->is_array()) {
            m_vocabulary.chatTemplate = tokenizer.text("chat_template");
            return;
        }
        for (const Json& entry : *source) {
            const JsonObject named(entry, tokenizer.where() + ": chat_template");
            if (named.text("name") == "default") m_vocabulary.chatTemplate = named.text("template");
        }
    }

    fs::path m_folder;
    std::int64_t m_rows;
    Vocabulary m_vocabulary;
    std::unordered_map<std::string, TokenId> m_ids;
    std::string m_beginPiece;
};

}  // namespace

Vocabulary readHuggingFaceVocabulary(const fs::path& folder, std::int64_t rows) {
    return VocabularyReader(folder, rows).read();
}

}  // namespace asterism
