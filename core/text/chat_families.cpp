#include "core/text/chat_families.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <string_view>

#include "core/base/error.h"

namespace asterism {

namespace {

// Puts a conversation together.
class PieceWriter {
  public:
    void writeTemplate(std::string_view text) {
        if (text.empty()) return;
        if (!m_pieces.empty() && m_pieces.back().isTemplate)
            m_pieces.back().text.append(text);
        else
            m_pieces.push_back({std::string(text), true, -1});
    }
    void writeContent(std::string_view text, std::size_t message) {
        if (!text.empty())
            m_pieces.push_back({std::string(text), false, static_cast<int>(message)});
    }
    std::vector<TemplatePiece> take() { return std::move(m_pieces); }

  private:
    std::vector<TemplatePiece> m_pieces;
};

// What Python's str.strip() takes off: Unicode's white space and the four separator codes.
bool isStripped(UChar32 codePoint) {
    return u_isUWhiteSpace(codePoint) || (codePoint >= 0x1C && codePoint <= 0x1F);
}

std::string_view trimmed(std::string_view text) {
    const auto length = static_cast<std::int64_t>(text.size());
    std::size_t begin = text.size();
    std::size_t end = text.size();
    for (std::int64_t next = 0; next < length;) {
        const auto start = static_cast<std::size_t>(next);
        UChar32 codePoint = 0;
        U8_NEXT(text.data(), next, length, codePoint);
        if (isStripped(codePoint)) continue;
        begin = std::min(begin, start);
        end = static_cast<std::size_t>(next);
    }
    return text.substr(begin, end - begin);
}

std::string_view withoutNewlinesAround(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of('\n'), text.size()));
    return text.substr(0, text.find_last_not_of('\n') + 1);
}

std::string_view withoutNewlinesBefore(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of('\n'), text.size()));
    return text;
}

bool trimsContent(const TemplateSource& source) {
    return source.hasCode("content']|trim") || source.hasCode("content|trim");
}

void checkRoles(std::span<const ChatMessage> messages) {
    if (messages.empty()) throw Error("the conversation has no messages; add one");
    for (std::size_t i = 0; i < messages.size(); ++i) {
        const std::string& role = messages[i].role;
        if (role != "system" && role != "user" && role != "assistant")
            throw Error("message ", i, " of the conversation has the role '", role,
                        "'; known are system, user and assistant");
    }
}

// Throws unless user and assistant take turns behind the first `start` messages.
void checkTurns(std::span<const ChatMessage> messages, std::size_t start,
                const std::string& family) {
    if (start == messages.size())
        throw Error("the conversation has a system message only; ", family,
                    " models need a user message behind it");
    for (std::size_t i = start; i < messages.size(); ++i) {
        const std::string wanted = (i - start) % 2 == 0 ? "user" : "assistant";
        if (messages[i].role != wanted)
            throw Error("message ", i, " of the conversation has the role '", messages[i].role,
                        "', but ", family, " models need '", wanted,
                        "' there: user and assistant take turns");
    }
}

// --- ChatML ---

class ChatMlTemplate final : public ChatTemplate {
  public:
    explicit ChatMlTemplate(const TemplateSource& source)
        : m_trims(trimsContent(source)),
          m_dropsReasoning(source.writes("</think>")),
          m_marksLastReasoning(source.hasCode("last_query_index")) {
        for (const std::string& literal : source.literals()) {
            if (literal.starts_with("<|im_start|>assistant\n")) m_generationPrompt = literal;
            if (m_defaultSystem.empty()) m_defaultSystem = defaultSystemIn(literal);
        }
    }

    std::string family() const override { return "ChatML"; }

    std::vector<TemplatePiece> render(std::span<const ChatMessage> messages,
                                      bool addsGenerationPrompt) const override {
        checkRoles(messages);
        PieceWriter writer;
        if (messages.front().role != "system") writer.writeTemplate(m_defaultSystem);
        for (std::size_t i = 0; i < messages.size(); ++i) {
            writer.writeTemplate("<|im_start|>" + messages[i].role + "\n");
            if (m_dropsReasoning && messages[i].role == "assistant")
                writeAnswer(messages, i, writer);
            else
                writer.writeContent(m_trims ? trimmed(messages[i].content) : messages[i].content,
                                    i);
            writer.writeTemplate("<|im_end|>\n");
        }
        if (addsGenerationPrompt) writer.writeTemplate(m_generationPrompt);
        return writer.take();
    }

  private:
    // The whole system turn that a literal spells out; empty if it spells none.
    static std::string defaultSystemIn(const std::string& literal) {
        constexpr std::string_view kBegin = "<|im_start|>system\n";
        constexpr std::string_view kEnd = "<|im_end|>\n";
        const std::size_t begin = literal.find(kBegin);
        if (begin == std::string::npos) return {};
        const std::size_t end = literal.find(kEnd, begin + kBegin.size());
        if (end == std::string::npos) return {};
        return literal.substr(begin, end + kEnd.size() - begin);
    }

    // Models that think aloud get earlier answers without their thoughts; Qwen 3 writes a place
    // for thoughts into an answer that no question follows.
    void writeAnswer(std::span<const ChatMessage> messages, std::size_t index,
                     PieceWriter& writer) const {
        constexpr std::string_view kThought = "<think>";
        constexpr std::string_view kThoughtEnd = "</think>";
        std::string_view content = messages[index].content;
        std::string_view thought;
        if (const std::size_t end = content.rfind(kThoughtEnd); end != std::string_view::npos) {
            thought = content.substr(0, content.find(kThoughtEnd));
            if (const std::size_t begin = thought.rfind(kThought); begin != std::string_view::npos)
                thought.remove_prefix(begin + kThought.size());
            content = withoutNewlinesBefore(content.substr(end + kThoughtEnd.size()));
        }
        thought = withoutNewlinesAround(thought);
        const auto isQuestion = [](const ChatMessage& message) { return message.role == "user"; };
        const auto lastQuestion = std::find_if(messages.rbegin(), messages.rend(), isQuestion);
        // Messages up to the last question; 0 if none is asked.
        const auto answered = static_cast<std::size_t>(messages.rend() - lastQuestion);
        const bool isLast = index + 1 == messages.size();
        if (m_marksLastReasoning && answered > 0 && index >= answered &&
            (isLast || !thought.empty())) {
            writer.writeTemplate("<think>\n");
            writer.writeContent(thought, index);
            writer.writeTemplate("\n</think>\n\n");
            content = withoutNewlinesBefore(content);
        }
        writer.writeContent(content, index);
    }

    bool m_trims;
    bool m_dropsReasoning;
    bool m_marksLastReasoning;
    std::string m_defaultSystem;
    std::string m_generationPrompt = "<|im_start|>assistant\n";
};

// --- Llama 3 ---

class Llama3Template final : public ChatTemplate {
  public:
    explicit Llama3Template(const TemplateInput& input)
        : m_trims(trimsContent(input.source)),
          m_begin(input.source.hasCode("bos_token") ? input.begin : std::string()) {
        for (const std::string& literal : input.source.literals())
            if (literal.starts_with("Cutting Knowledge Date: ")) m_dates = literal;
        if (m_dates.empty()) return;
        // A date that changes every day would make every encoded context worthless the day after.
        const std::string today = input.source.literalBehind("setdate_string=");
        if (today.empty())
            throw Error(input.file,
                        ": the Llama 3 chat template writes a date but has no default "
                        "for it; use the published template of Llama 3.1, 3.2 or 3.3");
        m_dates += "Today Date: " + today + "\n\n";
    }

    std::string family() const override { return "Llama 3"; }

    std::vector<TemplatePiece> render(std::span<const ChatMessage> messages,
                                      bool addsGenerationPrompt) const override {
        checkRoles(messages);
        PieceWriter writer;
        writer.writeTemplate(m_begin);
        // With dates there is a system turn in every conversation, which holds them.
        if (!m_dates.empty() && messages.front().role != "system")
            writer.writeTemplate(header("system") + m_dates + kTurnEnd);
        for (std::size_t i = 0; i < messages.size(); ++i) {
            writer.writeTemplate(header(messages[i].role));
            if (i == 0 && messages[i].role == "system") writer.writeTemplate(m_dates);
            writer.writeContent(m_trims ? trimmed(messages[i].content) : messages[i].content, i);
            writer.writeTemplate(kTurnEnd);
        }
        if (addsGenerationPrompt) writer.writeTemplate(header("assistant"));
        return writer.take();
    }

  private:
    static constexpr const char* kTurnEnd = "<|eot_id|>";

    static std::string header(const std::string& role) {
        return "<|start_header_id|>" + role + "<|end_header_id|>\n\n";
    }

    bool m_trims;
    std::string m_begin;
    std::string m_dates;  // empty before Llama 3.1
};

// --- Mistral ---

class MistralTemplate final : public ChatTemplate {
  public:
    explicit MistralTemplate(const TemplateInput& input)
        : m_begin(input.source.hasCode("bos_token") ? input.begin : std::string()),
          m_userPrefix(markIn(input, "[INST]")),
          m_userSuffix(markIn(input, "[/INST]")),
          m_trimsAnswers(input.source.hasCode("content']|trim+eos_token")),
          m_end(input.end) {
        const TemplateSource& source = input.source;
        if (source.hasCode("' '+message['content']")) m_answerPrefix = " ";
        if (source.hasCode("eos_token+' '")) m_end += " ";
        if (source.hasCode("loop.lastandsystem_message"))
            m_systemPlace = SystemPlace::lastQuestion;
        else if (source.hasCode("loop.firstandsystem_message"))
            m_systemPlace = SystemPlace::firstQuestion;
    }

    std::string family() const override { return "Mistral"; }

    // The template ends a question with what the answer follows: there is no generation prompt.
    std::vector<TemplatePiece> render(std::span<const ChatMessage> messages,
                                      bool /*addsGenerationPrompt*/) const override {
        checkRoles(messages);
        const bool hasSystem = messages.front().role == "system";
        if (hasSystem && m_systemPlace == SystemPlace::none)
            throw Error(
                "this Mistral model's chat template has no place for a system message; put "
                "it into the first question");
        const std::size_t start = hasSystem ? 1 : 0;
        checkTurns(messages, start, family());
        const std::size_t lastQuestion = start + (messages.size() - start - 1) / 2 * 2;
        const std::size_t systemAt =
            m_systemPlace == SystemPlace::firstQuestion ? start : lastQuestion;
        PieceWriter writer;
        writer.writeTemplate(m_begin);
        for (std::size_t i = start; i < messages.size(); ++i) {
            if (messages[i].role == "assistant") {
                const std::string_view answer = messages[i].content;
                writer.writeTemplate(m_answerPrefix);
                writer.writeContent(m_trimsAnswers ? trimmed(answer) : answer, i);
                writer.writeTemplate(m_end);
                continue;
            }
            writer.writeTemplate(m_userPrefix);
            if (hasSystem && i == systemAt) {
                writer.writeContent(messages.front().content, 0);
                writer.writeTemplate("\n\n");
            }
            writer.writeContent(messages[i].content, i);
            writer.writeTemplate(m_userSuffix);
        }
        return writer.take();
    }

  private:
    enum class SystemPlace : std::uint8_t { none, firstQuestion, lastQuestion };

    // The mark with the spaces that this model's template writes around it.
    static std::string markIn(const TemplateInput& input, std::string_view mark) {
        for (const std::string& literal : input.source.literals())
            if (trimmed(literal) == mark) return literal;
        throw Error(input.file, ": the Mistral chat template never writes ", mark,
                    " by itself; use the model's published template");
    }

    std::string m_begin;
    std::string m_userPrefix;
    std::string m_userSuffix;
    std::string m_answerPrefix;
    bool m_trimsAnswers;
    std::string m_end;
    SystemPlace m_systemPlace = SystemPlace::none;
};

// --- Gemma ---

class GemmaTemplate final : public ChatTemplate {
  public:
    explicit GemmaTemplate(const TemplateInput& input)
        : m_begin(input.source.hasCode("bos_token") ? input.begin : std::string()),
          m_foldsSystem(input.source.hasCode("first_user_prefix")) {}

    std::string family() const override { return "Gemma"; }

    std::vector<TemplatePiece> render(std::span<const ChatMessage> messages,
                                      bool addsGenerationPrompt) const override {
        checkRoles(messages);
        const bool hasSystem = messages.front().role == "system";
        if (hasSystem && !m_foldsSystem)
            throw Error(
                "this Gemma model's chat template has no place for a system message; put "
                "it into the first question");
        const std::size_t start = hasSystem ? 1 : 0;
        checkTurns(messages, start, family());
        PieceWriter writer;
        writer.writeTemplate(m_begin);
        for (std::size_t i = start; i < messages.size(); ++i) {
            const bool isAnswer = messages[i].role == "assistant";
            writer.writeTemplate(isAnswer ? kAnswerBegin : "<start_of_turn>user\n");
            if (hasSystem && i == start) {
                writer.writeContent(messages.front().content, 0);
                writer.writeTemplate("\n\n");
            }
            writer.writeContent(trimmed(messages[i].content), i);
            writer.writeTemplate("<end_of_turn>\n");
        }
        if (addsGenerationPrompt) writer.writeTemplate(kAnswerBegin);
        return writer.take();
    }

  private:
    static constexpr const char* kAnswerBegin = "<start_of_turn>model\n";

    std::string m_begin;
    bool m_foldsSystem;  // into the first question; Gemma 1 and 2 refuse system messages
};

}  // namespace

std::unique_ptr<ChatTemplate> makeChatMl(const TemplateInput& input) {
    return std::make_unique<ChatMlTemplate>(input.source);
}

std::unique_ptr<ChatTemplate> makeLlama3(const TemplateInput& input) {
    return std::make_unique<Llama3Template>(input);
}

std::unique_ptr<ChatTemplate> makeMistral(const TemplateInput& input) {
    return std::make_unique<MistralTemplate>(input);
}

std::unique_ptr<ChatTemplate> makeGemma(const TemplateInput& input) {
    return std::make_unique<GemmaTemplate>(input);
}

}  // namespace asterism
