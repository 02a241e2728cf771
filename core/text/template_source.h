#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace asterism {

// What can be learnt from the Jinja source of a chat template without running it. The families are
// written out in chat_families.cpp; their variants differ in the strings they write and in a few
// expressions.
class TemplateSource {
  public:
    explicit TemplateSource(std::string_view source);

    // The strings the template can write, in order: literals, escapes resolved, and the text
    // outside tags.
    const std::vector<std::string>& literals() const { return m_literals; }
    // True if a literal holds the text.
    bool writes(std::string_view text) const;
    // True if the expressions and statements hold this code. It is compared without white space
    // outside literals and with single quotes: message['content']|trim.
    bool hasCode(std::string_view code) const { return m_code.find(code) != std::string::npos; }
    // The first literal that comes right behind this code; empty if there is none.
    std::string literalBehind(std::string_view code) const;

  private:
    void readText(std::string_view text);
    void readTag(std::string_view tag);

    std::vector<std::string> m_literals;
    std::string m_code;
};

}  // namespace asterism
