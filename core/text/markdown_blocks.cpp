#include "core/text/markdown_blocks.h"

#include <algorithm>

namespace asterism {

namespace {

constexpr std::string_view kBlanks = " \t\r";

std::size_t lengthOfRun(std::string_view text, char letter) {
    return std::min(text.find_first_not_of(letter), text.size());
}

// A line as it is taken apart from its front.
class Line {
  public:
    Line(std::string_view text, ByteRange range) : m_text(text), m_range(range) {}

    std::string_view content() const { return m_range.of(m_text); }
    ByteRange range() const { return m_range; }
    bool isBlank() const { return content().find_first_not_of(kBlanks) == std::string_view::npos; }

    void skip(std::size_t bytes) { m_range.begin += std::min(bytes, m_range.bytes()); }
    void skipBlanks() { skip(std::min(content().find_first_not_of(kBlanks), m_range.bytes())); }
    void trim() {
        skipBlanks();
        const std::size_t last = content().find_last_not_of(kBlanks);
        m_range.end = m_range.begin + (last == std::string_view::npos ? 0 : last + 1);
    }
    // True if the line was a quoted one.
    bool skipQuoteMarks() {
        bool isQuoted = false;
        for (Line rest = *this; rest.skipBlanks(), rest.content().starts_with('>');) {
            rest.skip(1);
            if (rest.content().starts_with(' ')) rest.skip(1);
            *this = rest;
            isQuoted = true;
        }
        return isQuoted;
    }

  private:
    std::string_view m_text;
    ByteRange m_range;
};

// Length of "- ", "* ", "+ ", "12. ", "12) " or a bullet in front of a list item; 0 if none.
std::size_t listMarkerLength(std::string_view content) {
    constexpr std::string_view kBullet = "\xE2\x80\xA2";
    std::size_t length = 0;
    if (content.starts_with(kBullet)) {
        length = kBullet.size();
    } else if (!content.empty() && std::string_view("-*+").find(content[0]) != content.npos) {
        length = 1;
    } else {
        const std::size_t digits = content.find_first_not_of("0123456789");
        const bool isNumber = digits != content.npos && digits > 0 && digits <= 9 &&
                              (content[digits] == '.' || content[digits] == ')');
        length = isNumber ? digits + 1 : 0;
    }
    const bool isMarker =
        length > 0 && length < content.size() && kBlanks.find(content[length]) != content.npos;
    return isMarker ? length + 1 : 0;
}

// "# Title", or a line that is bold from end to end, as models title their paragraphs.
bool isHeading(std::string_view content) {
    const std::size_t level = lengthOfRun(content, '#');
    if (level >= 1 && level <= 6 && level < content.size() &&
        kBlanks.find(content[level]) != content.npos)
        return true;
    if (content.ends_with(':')) content.remove_suffix(1);
    return content.size() > 4 && content.starts_with("**") && content.ends_with("**") &&
           content.find("**", 2) == content.size() - 2;
}

// Lines that say nothing: rules, underlines of headings, the row below a table's head.
bool isSeparator(std::string_view content) {
    return content.size() >= 3 && content.find_first_not_of("-=*_|:+ \t\r") == content.npos;
}

// The fence that a line opens code with; empty if none.
std::string_view fenceOf(std::string_view content) {
    if (content.empty() || (content[0] != '`' && content[0] != '~')) return {};
    const std::size_t length = lengthOfRun(content, content[0]);
    const bool isInline = content[0] == '`' && content.find('`', length) != content.npos;
    return length < 3 || isInline ? std::string_view() : content.substr(0, length);
}

class BlockScan {
  public:
    explicit BlockScan(std::string_view text) : m_text(text) {}

    std::vector<MarkdownBlock> run() {
        for (std::size_t begin = 0; begin < m_text.size();) {
            const std::size_t end = std::min(m_text.find('\n', begin), m_text.size());
            Line line(m_text, {begin, end});
            if (m_fence.empty())
                addOutsideCode(line);
            else
                addInsideCode(line);
            begin = end + 1;
        }
        if (!m_fence.empty()) trimCode(m_blocks.back());
        std::erase_if(m_blocks, [](const MarkdownBlock& block) { return block.lines.empty(); });
        return std::move(m_blocks);
    }

  private:
    using Kind = MarkdownBlock::Kind;

    void addInsideCode(Line line) {
        if (m_blocks.back().isQuoted) line.skipQuoteMarks();
        Line end = line;
        end.trim();
        const std::string_view content = end.content();
        const bool closes =
            content.size() >= m_fence.size() && lengthOfRun(content, m_fence[0]) == content.size();
        if (closes) {
            m_fence = {};
            trimCode(m_blocks.back());
        } else {
            m_blocks.back().lines.push_back(line.range());
        }
    }

    // Empty lines at the ends of code are none of it.
    void trimCode(MarkdownBlock& code) const {
        const auto isBlank = [&](const ByteRange& line) { return Line(m_text, line).isBlank(); };
        auto& lines = code.lines;
        while (!lines.empty() && isBlank(lines.back())) lines.pop_back();
        lines.erase(lines.begin(), std::find_if_not(lines.begin(), lines.end(), isBlank));
    }

    void addOutsideCode(Line line) {
        const bool isQuoted = line.skipQuoteMarks();
        line.trim();
        std::string_view content = line.content();
        const bool continues = m_isOpen && m_blocks.back().isQuoted == isQuoted;
        if (content.empty()) {
            m_isOpen = false;
        } else if (const std::string_view fence = fenceOf(content); !fence.empty()) {
            m_blocks.push_back({Kind::code, isQuoted, {}});
            m_fence = fence;
            m_isOpen = false;
        } else if (isSeparator(content)) {
            closeAbove(content);
        } else if (isHeading(content)) {
            line.skip(lengthOfRun(content, '#'));
            line.trim();
            open(Kind::heading, isQuoted, line);
            m_isOpen = false;
        } else if (isTableRow(line)) {
            open(Kind::tableRow, isQuoted, line);
            m_isOpen = false;
        } else if (const std::size_t marker = listMarkerLength(content); marker > 0) {
            line.skip(marker);
            line.trim();
            open(Kind::prose, isQuoted, line);
        } else if (continues) {
            m_blocks.back().lines.push_back(line.range());
        } else {
            open(Kind::prose, isQuoted, line);
        }
    }

    void open(Kind kind, bool isQuoted, const Line& line) {
        if (line.content().empty()) return;
        m_blocks.push_back({kind, isQuoted, {line.range()}});
        m_isOpen = true;
    }

    // An underline makes the paragraph above it a heading.
    void closeAbove(std::string_view content) {
        const bool isUnderline = lengthOfRun(content, content[0]) == content.size() &&
                                 (content[0] == '=' || content[0] == '-');
        if (m_isOpen && isUnderline) m_blocks.back().kind = Kind::heading;
        m_isOpen = false;
    }

    // Rows begin with a bar, or stand next to the row that separates a table's head.
    bool isTableRow(const Line& line) const {
        const std::string_view content = line.content();
        if (content.starts_with('|')) return true;
        if (content.find('|') == content.npos) return false;
        if (!m_isOpen && !m_blocks.empty() && m_blocks.back().kind == Kind::tableRow) return true;
        const std::size_t next = m_text.find('\n', line.range().end);
        if (next == m_text.npos) return false;
        Line below(m_text, {next + 1, std::min(m_text.find('\n', next + 1), m_text.size())});
        below.trim();
        return isSeparator(below.content()) && below.content().find('|') != content.npos;
    }

    std::string_view m_text;
    std::vector<MarkdownBlock> m_blocks;
    std::string_view m_fence;  // what opened the code that we are in
    bool m_isOpen = false;     // the last block takes further lines
};

}  // namespace

std::vector<MarkdownBlock> markdownBlocks(std::string_view text) {
    return BlockScan(text).run();
}

std::vector<ByteRange> inlineCode(std::string_view text, ByteRange range) {
    std::vector<ByteRange> found;
    const std::string_view within = text.substr(0, range.end);
    for (std::size_t at = within.find('`', range.begin); at != within.npos;) {
        const std::size_t length = lengthOfRun(within.substr(at), '`');
        const std::size_t begin = at + length;
        std::size_t end = within.find('`', begin);
        while (end != within.npos && lengthOfRun(within.substr(end), '`') != length)
            end = within.find('`', end + lengthOfRun(within.substr(end), '`'));
        if (end == within.npos) {
            at = within.find('`', begin);
            continue;
        }
        Line code(text, {begin, end});
        code.trim();
        if (!code.content().empty()) found.push_back(code.range());
        at = within.find('`', end + length);
    }
    return found;
}

}  // namespace asterism
