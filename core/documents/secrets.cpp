#define PCRE2_CODE_UNIT_WIDTH 8

#include "core/documents/secrets.h"

#include <pcre2.h>

#include <algorithm>
#include <memory>
#include <string>

#include "core/base/check.h"

namespace asterism {

namespace {

struct Form {
    const char* kind;
    const char* pattern;
};

// Every pattern begins with fixed letters, so that a search runs at the speed of memory.
constexpr Form kForms[] = {
    {"private key", "-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----"},
    {"AWS access key", "\\bA(?:KIA|SIA)[0-9A-Z]{16}\\b"},
    {"GitHub token", "\\bgh[pousr]_[0-9A-Za-z]{36,255}\\b"},
    {"GitHub token", "\\bgithub_pat_[0-9A-Za-z_]{40,255}\\b"},
    {"GitLab token", "\\bglpat-[0-9A-Za-z_-]{20,64}"},
    {"Slack token", "\\bxox[abeoprs]-[0-9A-Za-z-]{20,255}"},
    {"Google API key", "\\bAIza[0-9A-Za-z_-]{35}"},
    {"Stripe key", "\\b[rs]k_live_[0-9A-Za-z]{20,255}"},
    {"npm token", "\\bnpm_[0-9A-Za-z]{36}\\b"},
    {"PyPI token", "\\bpypi-AgE[0-9A-Za-z_-]{50,255}"},
    {"API key", "\\bsk-[0-9A-Za-z_-]{32,255}"},
    {"Hugging Face token", "\\bhf_[0-9A-Za-z]{30,64}\\b"},
    {"Azure storage key", "AccountKey=[0-9A-Za-z+/]{80,128}"},
    {"JSON web token",
     "\\beyJ[0-9A-Za-z_-]{10,4000}\\.eyJ[0-9A-Za-z_-]{10,4000}\\.[0-9A-Za-z_-]{10}"},
    {"password in an address", "://[^\\s/:@\"'<>]{1,64}:[^\\s/:@\"'<>]{6,64}@"},
};

class Pattern {
  public:
    explicit Pattern(const Form& form) : m_kind(form.kind) {
        int error = 0;
        PCRE2_SIZE offset = 0;
        const auto* text = reinterpret_cast<PCRE2_SPTR>(form.pattern);
        m_code.reset(pcre2_compile(text, PCRE2_ZERO_TERMINATED, 0, &error, &offset, nullptr));
        ASTERISM_CHECK(m_code != nullptr);
        // Where the system forbids it, the search is only slower.
        pcre2_jit_compile(m_code.get(), PCRE2_JIT_COMPLETE);
    }

    const char* kind() const { return m_kind; }

    // Calls `visit(begin)` for every place until it returns false.
    template <typename Visit>
    void search(std::string_view text, Visit visit) const {
        const std::unique_ptr<pcre2_match_data, decltype(&pcre2_match_data_free)> match(
            pcre2_match_data_create_from_pattern(m_code.get(), nullptr), &pcre2_match_data_free);
        const auto* subject = reinterpret_cast<PCRE2_SPTR>(text.data());
        for (PCRE2_SIZE at = 0; at < text.size();) {
            if (pcre2_match(m_code.get(), subject, text.size(), at, 0, match.get(), nullptr) < 0)
                return;
            const PCRE2_SIZE* range = pcre2_get_ovector_pointer(match.get());
            if (!visit(range[0])) return;
            at = range[1];
        }
    }

  private:
    struct Free {
        void operator()(pcre2_code* code) const { pcre2_code_free(code); }
    };

    const char* m_kind;
    std::unique_ptr<pcre2_code, Free> m_code;
};

const std::vector<Pattern>& patterns() {
    static const std::vector<Pattern> compiled(std::begin(kForms), std::end(kForms));
    return compiled;
}

}  // namespace

std::vector<PossibleSecret> findPossibleSecrets(std::string_view text) {
    std::vector<PossibleSecret> secrets;
    for (const Pattern& pattern : patterns()) {
        std::size_t counted = 0;  // line ends are counted up to here
        std::int64_t line = 1;
        std::size_t found = 0;
        pattern.search(text, [&](std::size_t begin) {
            const std::string_view between = text.substr(counted, begin - counted);
            line += std::count(between.begin(), between.end(), '\n');
            counted = begin;
            const bool isSameLine = found > 0 && secrets.back().line == line;
            if (isSameLine) return true;
            secrets.push_back({pattern.kind(), line});
            return ++found < kMostSecrets;
        });
    }
    std::stable_sort(
        secrets.begin(), secrets.end(),
        [](const PossibleSecret& a, const PossibleSecret& b) { return a.line < b.line; });
    if (secrets.size() > kMostSecrets) secrets.resize(kMostSecrets);
    return secrets;
}

}  // namespace asterism
