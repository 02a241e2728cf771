#include "core/text/pre_tokenizer.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <array>
#include <limits>
#include <string>

#include "core/base/check.h"
#include "core/base/error.h"

namespace asterism {

namespace {

// White space as Unicode defines it, for use inside a character class; PCRE2's own \s counts
// U+180E in as well.
const std::string kSpace = R"(\t-\r\x{85}\p{Z})";
const std::string kTrailingSpace = "[" + kSpace + "]+(?![^" + kSpace + "])|[" + kSpace + "]+";
const std::string kContractions = "'s|'t|'re|'ve|'m|'ll|'d";

const std::string kWords = R"(| ?\p{L}+)";
const std::string kSigns = R"(| ?[^\p{L}\p{N})" + kSpace + "]+|";

std::string gpt2Pattern() {
    return kContractions + kWords + R"(| ?\p{N}+)" + kSigns + kTrailingSpace;
}

// The original first sets every digit apart and then cuts what lies between by GPT-2's pattern:
// in one pattern, no space goes with a digit, and a digit ends the text for the look-ahead.
std::string smollmPattern() {
    return R"(\p{N}|)" + kContractions + kWords + kSigns + "[" + kSpace + R"(]+(?![^\p{N})" +
           kSpace + "])|[" + kSpace + "]+";
}

std::string llama3Pattern(const std::string& digits) {
    return "(?i:" + kContractions + R"()|[^\r\n\p{L}\p{N}]?\p{L}+|)" + digits +
           R"(| ?[^\p{L}\p{N})" + kSpace + R"(]+[\r\n]*|[)" + kSpace + R"(]*[\r\n]+|)" +
           kTrailingSpace;
}

// The patterns that the families' own tokenizers were trained with. PCRE2 tries alternatives from
// left to right, and so do the originals.
std::string patternOf(PreTokenizer family) {
    switch (family) {
        case PreTokenizer::gpt2:
            return gpt2Pattern();
        case PreTokenizer::smollm:
            return smollmPattern();
        case PreTokenizer::llama3:
            return llama3Pattern(R"(\p{N}{1,3})");
        case PreTokenizer::qwen2:
            return llama3Pattern(R"(\p{N})");
    }
    throw Error("unknown pre-tokenizer ", static_cast<int>(family));
}

std::string messageOf(int code) {
    std::array<PCRE2_UCHAR, 256> buffer{};
    pcre2_get_error_message(code, buffer.data(), buffer.size());
    return reinterpret_cast<const char*>(buffer.data());
}

struct FreeCode {
    void operator()(pcre2_code* code) const { pcre2_code_free(code); }
};
struct FreeMatchData {
    void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
};
struct FreeMatchContext {
    void operator()(pcre2_match_context* context) const { pcre2_match_context_free(context); }
};

}  // namespace

struct TextCutter::Pattern {
    std::unique_ptr<pcre2_code, FreeCode> code;
    std::unique_ptr<pcre2_match_context, FreeMatchContext> context;
};

TextCutter::TextCutter(PreTokenizer family) {
    int problem = 0;
    PCRE2_SIZE where = 0;
    const std::string pattern = patternOf(family);
    auto made = std::make_unique<Pattern>();
    made->code.reset(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(),
                                   PCRE2_UTF | PCRE2_UCP, &problem, &where, nullptr));
    ASTERISM_CHECK(made->code != nullptr);
    made->context.reset(pcre2_match_context_create(nullptr));
    if (!made->context) throw Error("out of memory for the tokenizer's pattern");
    // The patterns need time linear in a stretch, so a limit would only lose long stretches.
    pcre2_set_match_limit(made->context.get(), std::numeric_limits<std::uint32_t>::max());
    // Where compiling at run time is forbidden the interpreter does the same, more slowly.
    pcre2_jit_compile(made->code.get(), PCRE2_JIT_COMPLETE);
    m_pattern = std::move(made);
}

TextCutter::~TextCutter() = default;

std::vector<std::string_view> TextCutter::cut(std::string_view text) const {
    const std::unique_ptr<pcre2_match_data, FreeMatchData> data(
        pcre2_match_data_create_from_pattern(m_pattern->code.get(), nullptr));
    if (!data) throw Error("out of memory for the tokenizer's pattern");
    const auto* subject = reinterpret_cast<PCRE2_SPTR>(text.data());
    const auto match = [&](std::size_t offset, std::uint32_t options) {
        return pcre2_match(m_pattern->code.get(), subject, text.size(), offset, options, data.get(),
                           m_pattern->context.get());
    };
    std::vector<std::string_view> stretches;
    for (std::size_t offset = 0; offset < text.size();) {
        int result = match(offset, PCRE2_NO_UTF_CHECK);
        if (result == PCRE2_ERROR_JIT_STACKLIMIT)
            result = match(offset, PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT);
        if (result < 0 && result != PCRE2_ERROR_NOMATCH)
            throw Error("cannot cut text at byte ", offset, " of ", text.size(),
                        " into words: ", messageOf(result));
        const PCRE2_SIZE* bounds = pcre2_get_ovector_pointer(data.get());
        const std::size_t begin = result < 0 ? text.size() : bounds[0];
        const std::size_t end = result < 0 ? text.size() : bounds[1];
        ASTERISM_CHECK(begin >= offset && (end > begin || result < 0));
        // Every character is in some alternative; were one not, it would still be kept.
        if (begin > offset) stretches.push_back(text.substr(offset, begin - offset));
        if (end > begin) stretches.push_back(text.substr(begin, end - begin));
        offset = end;
    }
    return stretches;
}

}  // namespace asterism
