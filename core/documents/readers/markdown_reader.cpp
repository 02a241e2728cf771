#include <algorithm>
#include <optional>

#include "core/documents/reader_list.h"
#include "core/documents/text_encoding.h"

namespace asterism {

namespace {

constexpr std::string_view kBlanks = " \t";

std::string_view trimmed(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(kBlanks);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(kBlanks) + 1 - begin);
}

std::size_t lengthOfRun(std::string_view text, char c) {
    return std::min(text.find_first_not_of(c), text.size());
}

// Goes over the lines of a text and keeps its headings: "# Title" and underlined ones. Lines
// inside fenced code are no headings, nor are lines indented like code.
class HeadingScan {
  public:
    void add(std::string_view line, std::size_t offset) {
        const std::size_t indent = lengthOfRun(line, ' ');
        const std::string_view content = trimmed(line);
        if (isFenceLine(content, indent)) {
            m_above.reset();
        } else if (m_fence.empty()) {
            addOutsideCode(content, indent, offset);
        }
    }

    std::vector<Mark> take() { return std::move(m_marks); }

  private:
    struct Above {
        std::string_view text;
        std::size_t offset;
    };

    // Also opens and closes fenced code.
    bool isFenceLine(std::string_view content, std::size_t indent) {
        if (indent > 3 || content.empty() || (content[0] != '`' && content[0] != '~')) return false;
        const std::size_t length = lengthOfRun(content, content[0]);
        if (!m_fence.empty()) {
            const bool isEnd =
                content[0] == m_fence[0] && length >= m_fence.size() && length == content.size();
            if (isEnd) m_fence = {};
            return isEnd;
        }
        if (length < 3 || (content[0] == '`' && content.find('`', length) != content.npos))
            return false;
        m_fence = content.substr(0, length);
        return true;
    }

    void addOutsideCode(std::string_view content, std::size_t indent, std::size_t offset) {
        const std::size_t level = lengthOfRun(content, '#');
        const bool isMarked =
            indent <= 3 && level >= 1 && level <= 6 &&
            (level == content.size() || kBlanks.find(content[level]) != kBlanks.npos);
        if (isMarked) {
            addHeading(offset, static_cast<int>(level), trimmed(content.substr(level)));
            m_above.reset();
        } else if (const int underline = levelOfUnderline(content); underline && m_above) {
            addHeading(m_above->offset, underline, m_above->text);
            m_above.reset();
        } else if (content.empty() || indent > 3 || startsOtherBlock(content)) {
            m_above.reset();
        } else if (m_above) {
            m_above->text = {m_above->text.data(),
                             static_cast<std::size_t>(content.end() - m_above->text.begin())};
        } else {
            m_above = Above{content, offset};
        }
    }

    static int levelOfUnderline(std::string_view content) {
        if (content.empty() || lengthOfRun(content, content[0]) != content.size()) return 0;
        return content[0] == '=' ? 1 : content[0] == '-' ? 2 : 0;
    }

    // A line below such a line ends a list, a quote or a table; it underlines nothing.
    static bool startsOtherBlock(std::string_view content) {
        return content[0] == '>' || content[0] == '|' || content.starts_with("- ") ||
               content.starts_with("* ") || content.starts_with("+ ") || content == "---";
    }

    void addHeading(std::size_t offset, int level, std::string_view title) {
        const std::size_t last = title.find_last_not_of('#');
        const bool isClosed = last != title.npos && last + 1 < title.size() &&
                              kBlanks.find(title[last]) != kBlanks.npos;
        if (isClosed) title = trimmed(title.substr(0, last));
        std::string text(title);
        std::replace(text.begin(), text.end(), '\n', ' ');
        m_marks.push_back({Mark::Kind::heading, offset, level, std::move(text)});
    }

    std::vector<Mark> m_marks;
    std::string_view m_fence;      // what opened the code that we are in
    std::optional<Above> m_above;  // the paragraph so far, which an underline makes a heading
};

// The end of the settings between "---" lines that some files begin with; 0 without them.
std::size_t endOfFrontMatter(std::string_view text) {
    if (!text.starts_with("---\n")) return 0;
    const std::size_t end = text.find("\n---\n", 3);
    return end == text.npos ? 0 : end + 5;
}

class MarkdownReader : public DocumentReader {
  public:
    DocumentKind kind() const override { return DocumentKind::markdown; }

    bool accepts(std::string_view fileName, std::string_view) const override {
        return hasSuffix(fileName, {".md", ".markdown", ".mdown", ".mkd", ".mdx"});
    }

    // The text stays as it is: models know the markup, and lines stay those of the file.
    ReadText read(std::string_view bytes, const ReadLimits&) const override {
        ReadText result = readEncodedText(bytes);
        const std::string_view text = result.text;
        HeadingScan headings;
        for (std::size_t begin = endOfFrontMatter(text); begin < text.size();) {
            const std::size_t end = std::min(text.find('\n', begin), text.size());
            headings.add(text.substr(begin, end - begin), begin);
            begin = end + 1;
        }
        result.marks = headings.take();
        return result;
    }
};

}  // namespace

const DocumentReader& markdownReader() {
    static const MarkdownReader reader;
    return reader;
}

}  // namespace asterism
