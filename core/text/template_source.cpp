#include "core/text/template_source.h"

#include <algorithm>

namespace asterism {

namespace {

// One past the quote that closes the literal beginning at `begin`; the end if none does.
std::size_t literalEnd(std::string_view code, std::size_t begin) {
    const char quote = code[begin];
    for (std::size_t i = begin + 1; i < code.size(); ++i) {
        if (code[i] == '\\')
            ++i;
        else if (code[i] == quote)
            return i + 1;
    }
    return code.size();
}

bool isQuote(char character) {
    return character == '\'' || character == '"';
}

// Where the tag that begins at `begin` is closed; quotes inside it may hold the closing mark.
std::size_t tagEnd(std::string_view source, std::size_t begin, std::string_view mark) {
    for (std::size_t i = begin; i < source.size();) {
        if (source.substr(i, mark.size()) == mark) return i;
        i = isQuote(source[i]) && mark != "#}" ? literalEnd(source, i) : i + 1;
    }
    return source.size();
}

std::string unescape(std::string_view literal) {
    std::string text;
    for (std::size_t i = 0; i < literal.size(); ++i) {
        if (literal[i] != '\\' || i + 1 == literal.size()) {
            text.push_back(literal[i]);
            continue;
        }
        ++i;
        switch (literal[i]) {
            case 'n':
                text.push_back('\n');
                break;
            case 't':
                text.push_back('\t');
                break;
            case 'r':
                text.push_back('\r');
                break;
            case '\\':
            case '\'':
            case '"':
                text.push_back(literal[i]);
                break;
            default:
                text.append({'\\', literal[i]});
        }
    }
    return text;
}

// What stands between the quotes of the literal at `begin`.
std::string_view insideQuotes(std::string_view code, std::size_t begin, std::size_t end) {
    const bool isClosed = end > begin + 1 && code[end - 1] == code[begin];
    return code.substr(begin + 1, end - begin - (isClosed ? 2 : 1));
}

// The inside of a literal, as it is written between single quotes.
std::string inSingleQuotes(std::string_view literal) {
    std::string inside;
    for (std::size_t i = 0; i < literal.size(); ++i) {
        if (literal[i] == '\'') inside.push_back('\\');
        inside.push_back(literal[i]);
        if (literal[i] == '\\' && i + 1 < literal.size()) inside.push_back(literal[++i]);
    }
    return inside;
}

}  // namespace

TemplateSource::TemplateSource(std::string_view source) {
    for (std::size_t next = 0; next < source.size();) {
        const std::size_t open = source.find('{', next);
        if (open == std::string_view::npos || open + 1 >= source.size()) {
            readText(source.substr(next));
            break;
        }
        const char kind = source[open + 1];
        if (kind != '{' && kind != '%' && kind != '#') {
            readText(source.substr(next, open + 1 - next));
            next = open + 1;
            continue;
        }
        readText(source.substr(next, open - next));
        const std::string_view mark = kind == '{' ? "}}" : kind == '%' ? "%}" : "#}";
        const std::size_t end = tagEnd(source, open + 2, mark);
        if (kind != '#') readTag(source.substr(open + 2, end - open - 2));
        next = end + mark.size();
    }
}

void TemplateSource::readText(std::string_view text) {
    if (!text.empty()) m_literals.emplace_back(text);
}

void TemplateSource::readTag(std::string_view tag) {
    for (std::size_t i = 0; i < tag.size();) {
        if (!isQuote(tag[i])) {
            const bool isSpace =
                tag[i] == ' ' || tag[i] == '\t' || tag[i] == '\n' || tag[i] == '\r';
            if (!isSpace) m_code.push_back(tag[i]);
            ++i;
            continue;
        }
        const std::size_t end = literalEnd(tag, i);
        const std::string_view literal = insideQuotes(tag, i, end);
        m_literals.push_back(unescape(literal));
        m_code.append("'").append(inSingleQuotes(literal)).append("'");
        i = end;
    }
}

bool TemplateSource::writes(std::string_view text) const {
    return std::any_of(m_literals.begin(), m_literals.end(), [&](const std::string& literal) {
        return literal.find(text) != std::string::npos;
    });
}

std::string TemplateSource::literalBehind(std::string_view code) const {
    for (std::size_t found = m_code.find(code); found != std::string::npos;
         found = m_code.find(code, found + 1)) {
        const std::size_t begin = found + code.size();
        if (begin < m_code.size() && isQuote(m_code[begin]))
            return unescape(insideQuotes(m_code, begin, literalEnd(m_code, begin)));
    }
    return {};
}

}  // namespace asterism
