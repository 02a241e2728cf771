#include "core/model/tokenizer_json.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/base/error.h"
#include "core/model/in_quotes.h"
#include "core/text/sentence_piece_model.h"

namespace asterism {

namespace {

constexpr std::int64_t kMaxTokens = std::int64_t{1} << 24;

struct KnownPattern {
    std::string_view pattern;
    PreTokenizer preTokenizer;
};

// The patterns with which the families cut text, as their files spell them.
constexpr std::array kPatterns{
    KnownPattern{R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|)"
                 R"( ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
                 PreTokenizer::llama3},
    KnownPattern{R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}|)"
                 R"( ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
                 PreTokenizer::qwen2},
};

// The steps of a part of the pipeline, which is absent, one step, or a sequence of steps.
std::vector<JsonObject> readSteps(const JsonObject& file, std::string_view part,
                                  std::string_view sequence) {
    std::vector<JsonObject> steps;
    if (!file.has(part)) return steps;
    const JsonObject object = file.object(part);
    if (object.text("type") != "Sequence") return {object};
    for (const Json& step : object.array(sequence))
        steps.emplace_back(step, object.where() + ": " + std::string(sequence));
    return steps;
}

[[noreturn]] void failUnknown(const JsonObject& file, std::string_view part) {
    throw Error(file.where(), ": ", part,
                " is not one of a known family (GPT-2, SmolLM, Llama 3, Qwen 2, or SentencePiece "
                "as in Llama 2, Mistral and Gemma)");
}

// The pattern or text that a Split or Replace step looks for.
std::string readPattern(const JsonObject& step) {
    const JsonObject pattern = step.object("pattern");
    return pattern.text("Regex", pattern.text("String", ""));
}

PreTokenizer readSplit(const JsonObject& file, const JsonObject& step) {
    const std::string pattern = readPattern(step);
    const bool isIsolated = step.text("behavior") == "Isolated" && !step.boolean("invert", false);
    for (const KnownPattern& known : kPatterns)
        if (isIsolated && known.pattern == pattern) return known.preTokenizer;
    failUnknown(file, "the pattern of pre_tokenizer");
}

PreTokenizer readPreTokenizer(const JsonObject& file, const std::vector<JsonObject>& steps) {
    const JsonObject& byteLevel = steps.back();
    if (byteLevel.boolean("add_prefix_space", true))
        throw Error(file.where(),
                    ": byte-level tokens with a space put in front of the text are "
                    "not supported");
    const bool usesOwnPattern = byteLevel.boolean("use_regex", true);
    if (steps.size() == 1 && usesOwnPattern) return PreTokenizer::gpt2;
    if (steps.size() == 2) {
        const std::string type = steps[0].text("type");
        if (type == "Split" && !usesOwnPattern) return readSplit(file, steps[0]);
        if (type == "Digits" && usesOwnPattern && steps[0].boolean("individual_digits", false))
            return PreTokenizer::smollm;
    }
    failUnknown(file, "pre_tokenizer");
}

struct Merge {
    std::string left;
    std::string right;
};

Merge readMerge(const JsonObject& model, const Json& merge) {
    Merge parts;
    if (merge.is_string()) {
        const std::string& text = merge.get_ref<const std::string&>();
        const std::size_t space = text.find(' ');
        if (space != std::string::npos) parts = {text.substr(0, space), text.substr(space + 1)};
    } else if (merge.is_array() && merge.size() == 2 && merge[0].is_string() &&
               merge[1].is_string()) {
        parts = {merge[0].get<std::string>(), merge[1].get<std::string>()};
    }
    const auto isPiece = [](const std::string& part) {
        return !part.empty() && part.find(' ') == std::string::npos;
    };
    if (!isPiece(parts.left) || !isPiece(parts.right))
        model.fail("merges", "an array of pairs of pieces");
    return parts;
}

std::vector<Merge> readMerges(const JsonObject& model) {
    std::vector<Merge> merges;
    for (const Json& merge : model.array("merges")) merges.push_back(readMerge(model, merge));
    return merges;
}

// Puts a piece at its id; ids left out before it become unused pieces.
void placePiece(Vocabulary& vocabulary, std::int64_t id, const std::string& piece) {
    const auto index = static_cast<std::size_t>(id);
    for (std::size_t next = vocabulary.pieces.size(); next <= index; ++next) {
        vocabulary.pieces.push_back("[PAD" + std::to_string(next) + "]");
        vocabulary.types.push_back(PieceType::unused);
        if (vocabulary.kind == TokenizerKind::sentencePiece) vocabulary.scores.push_back(0.0F);
    }
    vocabulary.pieces[index] = piece;
}

void readPieces(const JsonObject& model, Vocabulary& vocabulary) {
    const JsonObject pieces = model.object("vocab");
    const Json& members = model.get("vocab");
    // Ids may leave gaps, but not so wide that the gaps are most of the table.
    const auto limit = std::min(kMaxTokens, 4 * static_cast<std::int64_t>(members.size()) + 4096);
    for (const auto& [piece, id] : members.items()) {
        const std::int64_t index = pieces.integer(piece, 0, limit - 1);
        const auto place = static_cast<std::size_t>(index);
        if (place < vocabulary.types.size() && vocabulary.types[place] != PieceType::unused)
            throw Error(pieces.where(), ": id ", index, " is given to two pieces");
        placePiece(vocabulary, index, piece);
        vocabulary.types[place] = PieceType::normal;
    }
    if (vocabulary.pieces.empty()) throw Error(pieces.where(), ": is empty");
}

void readByteLevel(const JsonObject& file, const JsonObject& model,
                   const std::vector<JsonObject>& steps, Vocabulary& vocabulary) {
    vocabulary.kind = TokenizerKind::bytePair;
    vocabulary.preTokenizer = readPreTokenizer(file, steps);
    for (const JsonObject& step : readSteps(file, "normalizer", "normalizers")) {
        if (step.text("type") != "NFC") failUnknown(file, "normalizer");
        vocabulary.normalizesToNfc = true;
    }
    vocabulary.ignoresMerges = model.boolean("ignore_merges", false);
    readPieces(model, vocabulary);
    for (const Merge& merge : readMerges(model))
        vocabulary.merges.push_back(merge.left + " " + merge.right);
}

// Whether a space is put in front of a text; refuses pipelines that do anything else than that and
// turn spaces into SentencePiece's mark.
bool readSpacePrefix(const JsonObject& file, const std::vector<JsonObject>& preTokenizers) {
    bool addsPrefix = false;
    bool marksSpaces = false;
    for (const JsonObject& step : readSteps(file, "normalizer", "normalizers")) {
        const std::string type = step.text("type");
        if (type == "Prepend" && step.text("prepend") == kSpaceLetter)
            addsPrefix = true;
        else if (type == "Replace" && readPattern(step) == " " &&
                 step.text("content") == kSpaceLetter)
            marksSpaces = true;
        else
            failUnknown(file, "normalizer");
    }
    for (const JsonObject& step : preTokenizers) {
        const std::string type = step.text("type");
        if (type == "Metaspace" && step.text("replacement") == kSpaceLetter) {
            const bool isUsual = step.boolean("add_prefix_space", true);
            addsPrefix = step.text("prepend_scheme", isUsual ? "always" : "never") != "never";
            marksSpaces = true;
        } else if (type != "Split" || readPattern(step) != " ") {
            // After the normaliser no space is left for a Split to find.
            failUnknown(file, "pre_tokenizer");
        }
    }
    if (!marksSpaces) failUnknown(file, "normalizer");
    return addsPrefix;
}

std::int64_t codePoints(std::string_view piece) {
    return std::count_if(piece.begin(), piece.end(), [](char letter) {
        return (static_cast<unsigned char>(letter) & 0xc0U) != 0x80U;
    });
}

bool isBytePiece(std::string_view piece) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    return piece.size() == 6 && piece.starts_with("<0x") && piece.back() == '>' &&
           kDigits.find(piece[3]) != std::string_view::npos &&
           kDigits.find(piece[4]) != std::string_view::npos;
}

// SentencePiece merges the neighbours whose joined piece has the best score, so the score of a
// piece is the rank of its first merge, negated. Pieces that no merge makes are never produced.
void scorePieces(const std::vector<Merge>& merges, Vocabulary& vocabulary) {
    std::unordered_map<std::string, std::size_t> ranks;
    for (std::size_t rank = 0; rank < merges.size(); ++rank)
        ranks.emplace(merges[rank].left + merges[rank].right, rank);
    vocabulary.scores.resize(vocabulary.pieces.size());
    for (std::size_t i = 0; i < vocabulary.pieces.size(); ++i) {
        const std::string& piece = vocabulary.pieces[i];
        const auto rank = ranks.find(piece);
        const std::size_t place = rank == ranks.end() ? merges.size() : rank->second;
        vocabulary.scores[i] = -static_cast<float>(place);
        if (isBytePiece(piece))
            vocabulary.types[i] = PieceType::byte;
        else if (rank == ranks.end() && codePoints(piece) > 1)
            vocabulary.types[i] = PieceType::unused;
    }
}

void readSentencePieceLike(const JsonObject& file, const JsonObject& model,
                           const std::vector<JsonObject>& preTokenizers, Vocabulary& vocabulary) {
    if (!model.boolean("byte_fallback", false)) failUnknown(file, "model");
    vocabulary.kind = TokenizerKind::sentencePiece;
    vocabulary.addsSpacePrefix = readSpacePrefix(file, preTokenizers);
    readPieces(model, vocabulary);
    scorePieces(readMerges(model), vocabulary);
    const std::string unknown = model.text("unk_token", "");
    const auto found = std::find(vocabulary.pieces.begin(), vocabulary.pieces.end(), unknown);
    if (found == vocabulary.pieces.end()) return;
    const auto id = found - vocabulary.pieces.begin();
    vocabulary.types[static_cast<std::size_t>(id)] = PieceType::unknown;
    vocabulary.unknownId = static_cast<TokenId>(id);
}

}  // namespace

void readTokenizerJson(const JsonObject& file, Vocabulary& vocabulary) {
    const JsonObject model = file.object("model");
    const std::string type = model.text("type", "BPE");
    if (type != "BPE")
        throw Error(file.where(), ": tokenizer model ", inQuotes(type),
                    " is not supported; BPE is, and SentencePiece's tokenizer.model");
    for (const std::string_view affix : {"continuing_subword_prefix", "end_of_word_suffix"})
        if (!model.text(affix, "").empty())
            throw Error(model.where(), ": ", affix, " is not supported");
    const std::vector<JsonObject> steps = readSteps(file, "pre_tokenizer", "pretokenizers");
    if (!steps.empty() && steps.back().text("type") == "ByteLevel")
        readByteLevel(file, model, steps, vocabulary);
    else
        readSentencePieceLike(file, model, steps, vocabulary);
}

void applyAddedTokens(const JsonObject& file, std::int64_t rows, Vocabulary& vocabulary) {
    if (!file.has("added_tokens")) return;
    for (const Json& token : file.array("added_tokens")) {
        const JsonObject entry(token, file.where() + ": added_tokens");
        const std::int64_t id = entry.integer("id", 0, kMaxTokens - 1);
        if (id >= rows) continue;
        placePiece(vocabulary, id, entry.text("content"));
        PieceType& type = vocabulary.types[static_cast<std::size_t>(id)];
        if (type == PieceType::unknown || type == PieceType::byte) continue;
        type = entry.boolean("special", false) ? PieceType::control : PieceType::userDefined;
    }
}

std::string readBeginPiece(const JsonObject& file) {
    for (const JsonObject& step : readSteps(file, "post_processor", "processors")) {
        if (step.text("type") != "TemplateProcessing") continue;
        const Json& single = step.array("single");
        if (single.empty()) return "";
        const JsonObject first(single[0], step.where() + ": single");
        return first.has("SpecialToken") ? first.object("SpecialToken").text("id") : "";
    }
    return "";
}

}  // namespace asterism
