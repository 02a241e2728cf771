#include "core/text/sentences.h"

#include <unicode/brkiter.h>
#include <unicode/uchar.h>
#include <unicode/utext.h>

#include <algorithm>
#include <memory>

#include "core/base/error.h"
#include "core/text/markdown_blocks.h"
#include "core/text/utf8.h"

namespace asterism {

namespace {

// What a full stop shortens rather than ends, in several languages; more of the sentence follows.
// (ICU's lists are each for one known language: "on." is in Italian's.)
constexpr std::string_view kAbbreviations[] = {
    // English
    "e.g.", "i.e.", "cf.", "vs.", "viz.", "resp.", "approx.", "fig.", "figs.", "eq.", "eqs.",
    "sec.", "sect.", "ch.", "vol.", "nos.", "p.", "pp.", "ed.", "eds.", "al.", "dr.", "mr.", "mrs.",
    "ms.", "prof.", "st.", "gen.", "sgt.", "capt.", "jr.", "messrs.",
    // German
    "z.b.", "z.", "d.h.", "d. h.", "u.a.", "u. a.", "bzw.", "ca.", "vgl.", "abb.", "nr.", "kap.",
    "bd.", "hr.", "fr.", "str.", "ggf.", "evtl.", "inkl.",
    // French, Spanish, Italian, Portuguese
    "p. ex.", "env.", "mme.", "p. ej.", "p.ej.", "p\u00E1g.", "p\u00E1gs.", "sr.", "sra.", "ud.",
    "n\u00BA.", "sig.", "dott.", "dra.",
    // Russian
    "\u0440\u0438\u0441.", "\u0442.\u0435.", "\u0442. \u0435.", "\u0441\u043C.", "\u0421\u043C.",
    "\u0441\u0442\u0440.", "\u0433."};

// Throws Error if ICU has no rules: its data is not installed.
std::unique_ptr<icu::BreakIterator> makeSentenceRules() {
    UErrorCode status = U_ZERO_ERROR;
    std::unique_ptr<icu::BreakIterator> rules(
        icu::BreakIterator::createSentenceInstance(icu::Locale::getRoot(), status));
    if (U_FAILURE(status))
        throw Error("cannot split text into sentences: ICU says ", u_errorName(status));
    return rules;
}

bool isBlank(char letter) {
    return letter == ' ' || letter == '\t' || letter == '\r' || letter == '\n';
}

bool isDigit(char letter) {
    return letter >= '0' && letter <= '9';
}

// Hides from the rules what is no end of a sentence, byte for byte: line ends and marks between
// lines, code, emphasis, and reference numbers behind a full stop.
std::string maskedText(std::string_view answer, const MarkdownBlock& block) {
    const ByteRange range = block.range();
    std::string masked(range.bytes(), ' ');
    const auto at = [&](std::size_t offset) {
        return masked.begin() + static_cast<std::ptrdiff_t>(offset - range.begin);
    };
    for (const ByteRange& line : block.lines) {
        const std::string_view content = line.of(answer);
        std::copy(content.begin(), content.end(), at(line.begin));
    }
    for (const ByteRange& code : inlineCode(answer, range))
        std::fill(at(code.begin), at(code.end), 'X');
    // To the rules these are like quotation marks, which stay with what they surround.
    std::replace_if(
        masked.begin(), masked.end(), [](char letter) { return letter == '*' || letter == '`'; },
        '"');
    for (std::size_t open = masked.find('['); open != masked.npos;
         open = masked.find('[', open + 1)) {
        const auto begin = masked.begin() + static_cast<std::ptrdiff_t>(open);
        const auto end = std::find_if_not(begin + 1, masked.end(), isDigit);
        if (end != begin + 1 && end != masked.end() && *end == ']') std::fill(begin, end + 1, ')');
    }
    return masked;
}

bool isLetter(Character character) {
    return character.code >= 0 && u_isalpha(character.code) != 0;
}

bool endsWithLetter(std::string_view text) {
    return isLetter(characterBefore(text, text.size()));
}

bool hasLetter(std::string_view text) {
    for (std::size_t at = 0; at < text.size(); at += characterAt(text, at).bytes)
        if (isLetter(characterAt(text, at))) return true;
    return false;
}

// As a word of its own; a to z in large or small letters.
bool endsWithAbbreviation(std::string_view text, std::string_view abbreviation) {
    if (text.size() < abbreviation.size()) return false;
    const std::string_view end = text.substr(text.size() - abbreviation.size());
    const auto small = [](char letter) {
        return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    };
    if (!std::equal(end.begin(), end.end(), abbreviation.begin(),
                    [&](char ours, char theirs) { return small(ours) == theirs; }))
        return false;
    return !endsWithLetter(text.substr(0, text.size() - abbreviation.size()));
}

// True if the full stop that a text ends with belongs to a word: "Dr.", or "J." of "J. Smith".
bool endsShortened(std::string_view text) {
    while (!text.empty() && isBlank(text.back())) text.remove_suffix(1);
    if (!text.ends_with('.')) return false;
    for (const std::string_view abbreviation : kAbbreviations)
        if (endsWithAbbreviation(text, abbreviation)) return true;
    text.remove_suffix(1);
    const Character initial = characterBefore(text, text.size());
    if (!isLetter(initial) || u_isupper(initial.code) == 0) return false;
    text.remove_suffix(initial.bytes);
    return !endsWithLetter(text) && (text.empty() || !isDigit(text.back()));
}

ByteRange trimmed(std::string_view text, ByteRange range) {
    while (range.begin < range.end && isBlank(text[range.begin])) ++range.begin;
    while (range.begin < range.end && isBlank(text[range.end - 1])) --range.end;
    return range;
}

// Splits prose by ICU's rules and mends what they get wrong.
class SentenceSplitter {
  public:
    SentenceSplitter() : m_rules(makeSentenceRules()) {}

    void split(std::string_view answer, const MarkdownBlock& block,
               std::vector<ByteRange>& sentences) {
        const std::string masked = maskedText(answer, block);
        std::size_t begin = 0;
        for (const std::size_t end : endsIn(masked)) {
            const std::string_view sentence = std::string_view(masked).substr(begin, end - begin);
            const bool goesOn = !hasLetter(sentence) || endsShortened(sentence);
            if (goesOn && end < masked.size()) continue;
            const ByteRange range = trimmed(masked, {begin, end});
            if (range.bytes() > 0)
                sentences.push_back(
                    {block.range().begin + range.begin, block.range().begin + range.end});
            begin = end;
        }
    }

  private:
    std::vector<std::size_t> endsIn(const std::string& text) {
        UErrorCode status = U_ZERO_ERROR;
        const std::unique_ptr<UText, decltype(&utext_close)> source(
            utext_openUTF8(nullptr, text.data(), static_cast<std::int64_t>(text.size()), &status),
            utext_close);
        m_rules->setText(source.get(), status);
        if (U_FAILURE(status))
            throw Error("cannot split ", text.size(), " bytes of text into sentences: ICU says ",
                        u_errorName(status));
        std::vector<std::size_t> ends;
        m_rules->first();
        for (auto end = m_rules->next(); end != icu::BreakIterator::DONE; end = m_rules->next())
            ends.push_back(static_cast<std::size_t>(end));
        return ends;
    }

    std::unique_ptr<icu::BreakIterator> m_rules;
};

}  // namespace

std::vector<ByteRange> splitSentences(std::string_view answer) {
    std::vector<ByteRange> sentences;
    SentenceSplitter splitter;
    for (const MarkdownBlock& block : markdownBlocks(answer)) {
        if (block.kind == MarkdownBlock::Kind::prose)
            splitter.split(answer, block, sentences);
        else
            sentences.push_back(block.range());
    }
    return sentences;
}

std::vector<TokenRange> sentenceTokens(std::span<const ByteRange> sentences,
                                       std::span<const std::string> pieces) {
    std::vector<TokenRange> ranges(sentences.size());
    std::vector<bool> hasTokens(sentences.size(), false);
    Utf8Stream text;
    std::size_t begin = 0;
    std::size_t first = 0;  // sentence that may reach behind `begin`
    for (std::size_t token = 0; token < pieces.size(); ++token) {
        const std::size_t end = begin + text.add(pieces[token]).size();
        // A token that ends inside a character counts where the character will stand.
        const std::size_t reach = std::max(end, begin + pieces[token].size());
        while (first < sentences.size() && sentences[first].end <= begin) ++first;
        std::size_t most = 0;
        std::size_t owner = sentences.size();
        for (std::size_t i = first; i < sentences.size(); ++i) {
            const std::size_t last = std::min(reach, sentences[i].end);
            if (sentences[i].begin >= last) break;
            const std::size_t shared = last - std::max(begin, sentences[i].begin);
            if (shared > most) {
                most = shared;
                owner = i;
            }
        }
        begin = end;
        if (owner == sentences.size()) continue;
        const auto index = static_cast<std::int64_t>(token);
        if (!hasTokens[owner]) ranges[owner].begin = index;
        ranges[owner].end = index + 1;
        hasTokens[owner] = true;
    }
    return ranges;
}

}  // namespace asterism
