#include "core/documents/html_text.h"

#include <gumbo.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace asterism {

namespace {

// The parser walks its stack of open elements for most tags and frees its tree by recursion, it
// opens unclosed formatting anew in every paragraph, and it compares every attribute of a tag with
// all others. Pages that people read stay far below.
constexpr std::size_t kDeepest = 20'000;
constexpr std::uint64_t kMostSteps = 2'000'000'000;
constexpr std::uint64_t kMostReopened = 4'000'000;
constexpr std::size_t kMostAttributes = 1'000;  // of a tag

// The tree takes up to 200 bytes a node, so 600 MB. A page of 16 MB has fewer nodes even
// if it is code with its syntax in colours.
constexpr std::size_t kMostNodes = 3'000'000;

bool isOneOf(std::string_view name, std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

// Follows the tags roughly, without parsing, to know what parsing them would cost.
class NestingGuard {
  public:
    void open(const std::string& name) {
        const bool isForeign = m_open["svg"] + m_open["math"] > 0;
        if (!isForeign && isClosedByOthers(name)) {
            count();
            return;
        }
        ++m_open[name];
        ++m_depth;
        if (isFormatting(name)) ++m_formatting;
        count();
        if (m_depth > kDeepest)
            throw RefusedFile(LeftOutCause::unsafe, "tags are nested more than ", kDeepest,
                              " levels deep");
    }

    void close(const std::string& name) {
        const auto found = m_open.find(name);
        if (found == m_open.end() || found->second == 0) return;
        --found->second;
        --m_depth;
        if (isFormatting(name)) --m_formatting;
    }

  private:
    // Elements without content, and those whose end tag may be left out.
    static bool isClosedByOthers(std::string_view name) {
        return isOneOf(name, {"area",  "base", "br",    "col",   "embed",  "hr",       "img",
                              "input", "link", "meta",  "param", "source", "track",    "wbr",
                              "p",     "li",   "dt",    "dd",    "option", "optgroup", "tr",
                              "td",    "th",   "thead", "tbody", "tfoot",  "colgroup", "html",
                              "head",  "body", "rb",    "rt",    "rp",     "rtc"});
    }

    static bool isFormatting(std::string_view name) {
        return isOneOf(name, {"a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small",
                              "strike", "strong", "tt", "u"});
    }

    void count() {
        m_steps += m_depth;
        m_reopened += m_formatting;
        if (m_steps > kMostSteps || m_reopened > kMostReopened)
            throw RefusedFile(LeftOutCause::unsafe, "too many tags are open at once");
    }

    std::unordered_map<std::string, std::size_t> m_open;
    std::size_t m_depth = 0;
    std::size_t m_formatting = 0;
    std::uint64_t m_steps = 0;
    std::uint64_t m_reopened = 0;
};

// The end of a tag whose attributes begin at `at`; adds their number to `nodes`. Throws RefusedFile
// if they are too many.
std::size_t skipAttributes(std::string_view html, std::size_t at, std::size_t& nodes) {
    constexpr std::string_view kBetween = " \t\n\r\f/";
    std::size_t count = 0;
    while (at < html.size()) {
        at = std::min(html.find_first_not_of(kBetween, at), html.size());
        if (at == html.size() || html[at] == '>') return at;
        if (++count > kMostAttributes)
            throw RefusedFile(LeftOutCause::unsafe, "a tag has more than ", kMostAttributes,
                              " attributes");
        ++nodes;
        // The first character belongs to the name whatever it is.
        at = std::min(html.find_first_of(" \t\n\r\f/>=", at + 1), html.size());
        const std::size_t equals = html.find_first_not_of(" \t\n\r\f", at);
        if (equals == html.npos || html[equals] != '=') continue;
        at = std::min(html.find_first_not_of(" \t\n\r\f", equals + 1), html.size());
        if (at < html.size() && (html[at] == '"' || html[at] == '\''))
            at = std::min(html.find(html[at], at + 1), html.size() - 1) + 1;
        else
            at = std::min(html.find_first_of(" \t\n\r\f>", at), html.size());
    }
    return at;
}

std::string tagNameAt(std::string_view html, std::size_t at) {
    constexpr std::size_t kLongestName = 12;  // longer ones are counted under their beginning
    std::string name;
    for (; at < html.size() && name.size() < kLongestName; ++at) {
        const auto c = static_cast<unsigned char>(html[at]);
        if (!std::isalnum(c) && c != '-') break;
        name.push_back(static_cast<char>(std::tolower(c)));
    }
    return name;
}

void checkCost(std::string_view html) {
    constexpr std::size_t kMostLooks = 20;
    NestingGuard guard;
    std::size_t looked = 0;
    std::size_t nodes = 0;  // elements, texts, comments and attributes
    for (std::size_t at = html.find('<'); at != html.npos; at = html.find('<', at + 1)) {
        const bool isEnd = at + 1 < html.size() && html[at + 1] == '/';
        const std::size_t begin = at + (isEnd ? 2 : 1);
        const std::string name = tagNameAt(html, begin);
        nodes += at > 0 && html[at - 1] != '>';  // the text before it
        // Some end tags without a beginning are elements all the same, those without a name
        // comments.
        nodes += !isEnd || name.empty() || name == "p" || name == "br";
        if (nodes > kMostNodes)
            throw RefusedFile(LeftOutCause::unsafe, "has more than ", kMostNodes,
                              " elements, texts and attributes");
        if (name.empty() || std::isdigit(static_cast<unsigned char>(name[0]))) continue;
        // What looks like a tag may be part of a script, so the search goes on right behind its
        // name, and what is looked at more than once is bounded.
        const std::size_t nameEnd = begin + name.size();
        looked += skipAttributes(html, nameEnd, nodes) - nameEnd;
        if (looked > kMostLooks * html.size())
            throw RefusedFile(LeftOutCause::unsafe, "its tags are not closed");
        if (isEnd)
            guard.close(name);
        else
            guard.open(name);
    }
}

enum class Layout { running, block, paragraph };

Layout layoutOf(GumboTag tag) {
    switch (tag) {
        case GUMBO_TAG_P:
        case GUMBO_TAG_UL:
        case GUMBO_TAG_OL:
        case GUMBO_TAG_DL:
        case GUMBO_TAG_TABLE:
        case GUMBO_TAG_PRE:
        case GUMBO_TAG_BLOCKQUOTE:
        case GUMBO_TAG_FIGURE:
        case GUMBO_TAG_HR:
        case GUMBO_TAG_SECTION:
        case GUMBO_TAG_ARTICLE:
        case GUMBO_TAG_ASIDE:
        case GUMBO_TAG_NAV:
        case GUMBO_TAG_HEADER:
        case GUMBO_TAG_FOOTER:
        case GUMBO_TAG_MAIN:
        case GUMBO_TAG_FORM:
        case GUMBO_TAG_FIELDSET:
            return Layout::paragraph;
        case GUMBO_TAG_DIV:
        case GUMBO_TAG_DT:
        case GUMBO_TAG_DD:
        case GUMBO_TAG_BR:
        case GUMBO_TAG_CAPTION:
        case GUMBO_TAG_FIGCAPTION:
        case GUMBO_TAG_ADDRESS:
        case GUMBO_TAG_DETAILS:
        case GUMBO_TAG_SUMMARY:
        case GUMBO_TAG_OPTION:
        case GUMBO_TAG_LEGEND:
            return Layout::block;
        default:
            return Layout::running;
    }
}

bool isSkipped(GumboTag tag) {
    return tag == GUMBO_TAG_SCRIPT || tag == GUMBO_TAG_STYLE || tag == GUMBO_TAG_TEMPLATE ||
           tag == GUMBO_TAG_NOSCRIPT || tag == GUMBO_TAG_HEAD || tag == GUMBO_TAG_IFRAME;
}

int headingLevel(GumboTag tag) {
    switch (tag) {
        case GUMBO_TAG_H1:
            return 1;
        case GUMBO_TAG_H2:
            return 2;
        case GUMBO_TAG_H3:
            return 3;
        case GUMBO_TAG_H4:
            return 4;
        case GUMBO_TAG_H5:
            return 5;
        case GUMBO_TAG_H6:
            return 6;
        default:
            return 0;
    }
}

bool isList(GumboTag tag) {
    return tag == GUMBO_TAG_UL || tag == GUMBO_TAG_OL;
}

bool isCell(GumboTag tag) {
    return tag == GUMBO_TAG_TD || tag == GUMBO_TAG_TH;
}

// Walks the tree with a stack of its own: pages may be nested deeper than calls can be.
class HtmlWalk {
  public:
    explicit HtmlWalk(TextBuilder& builder) : m_builder(builder) {}

    void run(const GumboNode* root) {
        enter(root);
        while (!m_stack.empty()) {
            Step& step = m_stack.back();
            const GumboVector& children = childrenOf(*step.node);
            if (step.next == children.length) {
                leave(*step.node);
                m_stack.pop_back();
            } else {
                enter(static_cast<const GumboNode*>(children.data[step.next++]));
            }
        }
    }

  private:
    struct Step {
        const GumboNode* node;
        unsigned next;
    };

    static const GumboVector& childrenOf(const GumboNode& node) {
        return node.type == GUMBO_NODE_DOCUMENT ? node.v.document.children
                                                : node.v.element.children;
    }

    void enter(const GumboNode* node) {
        switch (node->type) {
            case GUMBO_NODE_DOCUMENT:
                m_stack.push_back({node, 0});
                break;
            case GUMBO_NODE_ELEMENT:
                enterElement(node);
                break;
            case GUMBO_NODE_TEXT:
            case GUMBO_NODE_CDATA:
            case GUMBO_NODE_WHITESPACE:
                if (m_verbatim > 0)
                    m_builder.addVerbatim(node->v.text.text);
                else
                    m_builder.addText(node->v.text.text);
                break;
            default:
                break;  // comments, templates
        }
    }

    void enterElement(const GumboNode* node) {
        const GumboTag tag = node->v.element.tag;
        if (isSkipped(tag)) return;
        if (const int level = headingLevel(tag))
            m_builder.beginHeading(level);
        else if (tag == GUMBO_TAG_LI)
            m_builder.beginItem(std::max(m_lists, 1));
        else if (tag == GUMBO_TAG_TR)
            m_builder.beginRow();
        else if (isCell(tag))
            m_builder.beginCell();
        else if (tag == GUMBO_TAG_IMG)
            addImage(node->v.element);
        else
            addBreak(tag);
        if (isList(tag)) ++m_lists;
        if (tag == GUMBO_TAG_PRE || tag == GUMBO_TAG_TEXTAREA) ++m_verbatim;
        m_stack.push_back({node, 0});
    }

    void leave(const GumboNode& node) {
        if (node.type != GUMBO_NODE_ELEMENT) return;
        const GumboTag tag = node.v.element.tag;
        if (isList(tag)) --m_lists;
        if (tag == GUMBO_TAG_PRE || tag == GUMBO_TAG_TEXTAREA) --m_verbatim;
        if (headingLevel(tag))
            m_builder.endHeading();
        else if (isCell(tag))
            m_builder.endCell();
        else if (tag == GUMBO_TAG_LI || tag == GUMBO_TAG_TR)
            m_builder.breakLine();
        else if (tag != GUMBO_TAG_BR)
            addBreak(tag);
    }

    void addBreak(GumboTag tag) {
        const Layout layout = layoutOf(tag);
        // A list in a list goes on without an empty line.
        if (layout == Layout::block || (isList(tag) && m_lists > 0))
            m_builder.breakLine();
        else if (layout == Layout::paragraph)
            m_builder.breakParagraph();
    }

    void addImage(const GumboElement& element) {
        const GumboAttribute* alt = gumbo_get_attribute(&element.attributes, "alt");
        if (!alt || std::strspn(alt->value, " \t\n\r\f") == std::strlen(alt->value)) return;
        m_builder.addText(" [image: ");
        m_builder.addText(alt->value);
        m_builder.addText("] ");
    }

    TextBuilder& m_builder;
    std::vector<Step> m_stack;
    int m_lists = 0;     // open lists
    int m_verbatim = 0;  // open elements that keep white space
};

}  // namespace

void addHtml(std::string_view html, TextBuilder& builder) {
    checkCost(html);
    GumboOptions options = kGumboDefaultOptions;
    options.max_errors = 0;
    const auto destroy = [](GumboOutput* output) {
        gumbo_destroy_output(&kGumboDefaultOptions, output);
    };
    const std::unique_ptr<GumboOutput, decltype(destroy)> output(
        gumbo_parse_with_options(&options, html.data(), html.size()), destroy);
    HtmlWalk(builder).run(output->document);
}

std::string_view statedHtmlEncoding(std::string_view bytes) {
    constexpr std::size_t kSearched = 2048;
    constexpr std::string_view kQuotes = "\"' \t\r\n";
    const std::string_view head = bytes.substr(0, kSearched);
    const std::string_view key = head.starts_with("<?xml") ? "encoding" : "charset";
    std::size_t at = head.find(key);
    if (at == head.npos) return {};
    at = head.find_first_not_of(kQuotes, at + key.size());
    if (at == head.npos || head[at] != '=') return {};
    at = head.find_first_not_of(kQuotes, at + 1);
    if (at == head.npos) return {};
    return head.substr(at, head.find_first_of("\"' \t\r\n;/>?", at) - at);
}

}  // namespace asterism
