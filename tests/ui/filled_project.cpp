#include "tests/ui/filled_project.h"

#include <algorithm>

#include "tests/support/test_files.h"

namespace asterism::test {

namespace {

constexpr const char* kManual =
    "# Concepts\n\nA context is cut into **blocks**. Every block is encoded behind the same "
    "anchor.\n\n## Anchor\n\nThe anchor is the token run that prefixes every block. It is computed "
    "once and used for all blocks.\n\n- first: the first tokens of the context\n- none: no anchor\n"
    "\n| mode | cost |\n|---|---|\n| star | linear |\n| dense | quadratic |\n";

constexpr const char* kSource =
    "#include <vector>\n\n// Merges two partials.\nPartial merge(const Partial& one, const "
    "Partial& other) {\n    const float most = std::max(one.logSum, other.logSum);\n    return "
    "combine(one, other, most);\n}\n";

constexpr const char* kAnswer =
    "The **anchor** is the token run that prefixes every block. It is computed once and used for "
    "all blocks, so its cost does not grow with their number.\n\n1. The first tokens of the "
    "context become the anchor.\n2. Every other block is encoded behind it.\n\n```cpp\nPartial "
    "merge(const Partial& one, const Partial& other);\n```\n\n| mode | cost |\n|---|---|\n| star | "
    "linear |\n| dense | quadratic |\n\nThe manual calls it \"the heart of the method\".";

std::int64_t addDocument(Library& library, const SourceRecord& source, const std::string& name,
                         DocumentKind kind, const std::string& text, DocumentState state,
                         std::int64_t tokens) {
    DocumentRecord record;
    record.sourceId = source.id;
    record.name = name;
    record.path = source.path / name;
    record.kind = kind;
    const std::vector<TokenId> ids(static_cast<std::size_t>(tokens), 1);
    const std::int64_t id = library.documents().save(library.project().id, record, text, {{}, ids});
    library.documents().setState(id, state,
                                 state == DocumentState::failed
                                     ? "the file is encrypted; save it without a "
                                       "password"
                                     : "");
    return id;
}

std::int64_t addMessage(Library& library, const MessageRecord& message) {
    return library.chats().add(message);
}

}  // namespace

WorkspaceOptions inMemory() {
    WorkspaceOptions options;
    options.isKept = false;
    options.keepsBlocks = false;
    return options;
}

std::int64_t fillProject(Library& library, const std::filesystem::path& folder) {
    const ProjectRecord project =
        library.projects().create("Star attention", "smollm2-135m-instruct", {});
    library.noteProjects();
    library.openProject(QStringLiteral("Star attention"));
    const SourceRecord source = library.projects().addSource(project.id, folder, true);
    writeFile(folder / "concepts.md", kManual);
    const std::int64_t manual =
        addDocument(library, source, "manual/concepts.md", DocumentKind::markdown, kManual,
                    DocumentState::ready, 8120);
    addDocument(library, source, "manual/overview.md", DocumentKind::markdown, kManual,
                DocumentState::changed, 3010);
    addDocument(library, source, "paper.pdf", DocumentKind::pdf, kManual, DocumentState::ready,
                14950);
    addDocument(library, source, "reports/2024.docx", DocumentKind::docx, "", DocumentState::failed,
                0);
    addDocument(library, source, "src/merge.cpp", DocumentKind::source, kSource,
                DocumentState::ready, 96);
    addDocument(library, source, "src/plan.cpp", DocumentKind::source, kSource,
                DocumentState::encoding, 1240);
    const ConversationRecord chat = library.chats().create(project.id, 2048);
    MessageRecord question;
    question.conversationId = chat.id;
    question.text = "What is the anchor, and what does it cost?";
    const std::int64_t asked = addMessage(library, question);
    MessageRecord answer;
    answer.conversationId = chat.id;
    answer.parentId = asked;
    answer.role = MessageRole::answer;
    answer.text = kAnswer;
    answer.model = project.model;
    answer.tokensRead = 27416;
    answer.tokensInScope = 27416;
    answer.firstTokenSeconds = 0.42;
    answer.tokensPerSecond = 31.2;
    const std::int64_t answered = addMessage(library, answer);
    CitationRecord citation;
    citation.document = "manual/concepts.md";
    citation.documentId = manual;
    citation.sentence = 0;
    citation.lineBegin = 7;
    citation.lineEnd = 8;
    citation.place = "Concepts > Anchor";
    citation.quote = "The anchor is the token run that prefixes every block.";
    citation.textBegin = std::string(kManual).find(citation.quote);
    citation.textEnd = citation.textBegin + citation.quote.size();
    citation.mass = 0.31;
    CitationRecord code = citation;
    code.document = "src/merge.cpp";
    code.sentence = 3;
    code.place = "lines 3 to 4";
    code.quote = "// Merges two partials.";
    code.textBegin = std::string(kSource).find(code.quote);
    code.textEnd = code.textBegin + code.quote.size();
    code.mass = 0.12;
    const CitationRecord citations[] = {citation, code};
    library.chats().setCitations(answered, citations);
    QuotationRecord quotation;
    quotation.answerBegin = answer.text.find("\"the heart");
    quotation.answerEnd = answer.text.size() - 1;
    library.chats().setQuotations(answered, std::span(&quotation, 1));
    library.noteDocuments();
    library.noteChats();
    return chat.id;
}

std::int64_t fillLongChat(Library& library, int messages) {
    const ConversationRecord chat = library.chats().create(library.project().id, 2048);
    std::int64_t parent = 0;
    for (int number = 0; number < messages; ++number) {
        MessageRecord message;
        message.conversationId = chat.id;
        message.parentId = parent;
        message.role = number % 2 == 0 ? MessageRole::question : MessageRole::answer;
        message.text = number % 2 == 0 ? "Question " + std::to_string(number) + "?"
                                       : std::string(kAnswer) + "\n\nThat was answer " +
                                             std::to_string(number) + ".";
        parent = addMessage(library, message);
    }
    library.noteChats();
    return chat.id;
}

}  // namespace asterism::test
