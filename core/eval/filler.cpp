#include "core/eval/filler.h"

#include <algorithm>

namespace asterism::eval {

namespace {

constexpr std::string_view kSpaces = " \t\r\n";

// Calls `use` with every line, without its end.
template <typename Use>
void forEachLine(std::string_view text, Use use) {
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        use(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
}

// Collects running text and takes it apart into sentences.
class SentenceReader {
  public:
    void add(std::string_view line) {
        while (true) {
            const std::size_t begin = line.find_first_not_of(kSpaces);
            if (begin == std::string_view::npos) return;
            line.remove_prefix(begin);
            const std::size_t end = std::min(line.find_first_of(kSpaces), line.size());
            addWord(line.substr(0, end));
            line.remove_prefix(end);
        }
    }
    // What has no full stop yet is no sentence.
    void endParagraph() {
        m_sentence.clear();
        m_words = 0;
    }
    std::vector<std::string> take() { return std::move(m_sentences); }

  private:
    void addWord(std::string_view word) {
        if (!m_sentence.empty()) m_sentence += ' ';
        m_sentence += word;
        ++m_words;
        const char last = word.back();
        if (last != '.' && last != '!' && last != '?') return;
        constexpr int kFewestWords = 4;  // shorter ones are mostly abbreviations and list numbers
        if (m_words >= kFewestWords) m_sentences.push_back(m_sentence);
        endParagraph();
    }

    std::vector<std::string> m_sentences;
    std::string m_sentence;
    int m_words = 0;
};

// So many of the kUnitsPerLine parts of a line, cut between two characters.
std::string shareOf(const std::string& line, std::int64_t units) {
    std::size_t end =
        line.size() * static_cast<std::size_t>(units) / static_cast<std::size_t>(kUnitsPerLine);
    const auto isInside = [&] { return (static_cast<unsigned char>(line[end]) & 0xC0U) == 0x80; };
    while (end > 0 && isInside()) --end;
    return line.substr(0, end);
}

bool isProse(std::string_view line) {
    return !line.starts_with("    ") && !line.starts_with('|') && !line.starts_with('#') &&
           !line.starts_with("```") && line.find_first_not_of(kSpaces) != std::string_view::npos;
}

}  // namespace

std::vector<std::string> proseSentences(std::string_view text) {
    SentenceReader reader;
    forEachLine(text, [&](std::string_view line) {
        if (isProse(line))
            reader.add(line);
        else
            reader.endParagraph();
    });
    return reader.take();
}

std::vector<std::string> commentSentences(std::string_view source) {
    SentenceReader reader;
    forEachLine(source, [&](std::string_view line) {
        const std::size_t begin = line.find_first_not_of(kSpaces);
        if (begin != std::string_view::npos && line.substr(begin).starts_with("// "))
            reader.add(line.substr(begin + 3));
        else
            reader.endParagraph();
    });
    return reader.take();
}

std::vector<std::string> proseFiller(const std::vector<std::string>& sentences, std::size_t first,
                                     std::int64_t words) {
    std::vector<std::string> filler;
    for (std::size_t i = first; words > 0; ++i) {
        const std::string& sentence = sentences[i % sentences.size()];
        const std::int64_t count = std::count(sentence.begin(), sentence.end(), ' ') + 1;
        if (count <= words) {
            filler.push_back(sentence);
        } else {
            std::size_t end = 0;
            for (std::int64_t word = 0; word < words; ++word) end = sentence.find(' ', end + 1);
            filler.push_back(sentence.substr(0, end));
        }
        words -= count;
    }
    return filler;
}

std::vector<std::string> lineFiller(const std::function<std::string(std::size_t)>& line,
                                    std::int64_t units) {
    std::vector<std::string> filler;
    for (std::size_t i = 0; units > 0; ++i, units -= kUnitsPerLine) {
        std::string text = line(i);
        if (units < kUnitsPerLine) text = shareOf(text, units);
        filler.push_back(std::move(text));
    }
    return filler;
}

std::string joinWithInserts(const std::vector<std::string>& filler, std::vector<Insert> inserts,
                            std::string_view separator) {
    std::stable_sort(inserts.begin(), inserts.end(),
                     [](const Insert& a, const Insert& b) { return a.depth < b.depth; });
    std::string text;
    const auto add = [&](const std::string& line) {
        if (!text.empty()) text += separator;
        text += line;
    };
    std::size_t next = 0;
    for (std::size_t i = 0; i <= filler.size(); ++i) {
        const auto isHere = [&](const Insert& insert) {
            return insert.depth * static_cast<double>(filler.size()) <= static_cast<double>(i) ||
                   i == filler.size();
        };
        for (; next < inserts.size() && isHere(inserts[next]); ++next) add(inserts[next].text);
        if (i < filler.size()) add(filler[i]);
    }
    return text;
}

}  // namespace asterism::eval
