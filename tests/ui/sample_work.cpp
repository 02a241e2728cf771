#include "tests/ui/sample_work.h"

#include <array>
#include <stdexcept>

#include <QMarginsF>
#include <QPdfWriter>
#include <QTextDocument>

#include "tests/support/test_files.h"

namespace asterism::test {

namespace {

namespace fs = std::filesystem;

constexpr const char* kQuestion =
    "What is the anchor, and why does encoding cost less than with ordinary attention?";

constexpr const char* kAnswer =
    "The **anchor** is the run of tokens that stands in front of every block while the block is "
    "encoded. It takes up the attention that a model puts on the first tokens of whatever it "
    "reads. It is encoded once and used for all blocks.\n\n"
    "1. A block sees the anchor and itself, and nothing else of the context.\n"
    "2. Blocks do not depend on each other, so any number of workers can share them out.\n\n"
    "| phase | what is run | cost |\n|---|---|---|\n"
    "| context encoding | every block behind the anchor | linear |\n"
    "| query encoding | the query over all blocks | linear |\n\n"
    "```cpp\nPartial merge(const Partial& one, const Partial& other);\n```\n\n"
    "The manual calls this \"the cheapest attention there is\".";

struct SamplePassage {
    const char* document;
    int sentence;
    const char* place;
    const char* quote;
    double mass;
    std::optional<int> page;
};

const std::array<SamplePassage, 3>& passages() {
    static const std::array<SamplePassage, 3> list = {{
        {"02-concepts.md", 0, "Concepts > Block and anchor",
         "The **anchor** is the run of tokens that stands in front of every block while the block "
         "is encoded.",
         0.31, std::nullopt},
        {"overview.pdf", 2, "page 1", "answers questions about long texts", 0.17, 1},
        {"softmax_partial.h", 3, "line 31",
         "// Associative and commutative; two empty partials merge to the empty partial, never to "
         "NaN.",
         0.12, std::nullopt},
    }};
    return list;
}

void copyInto(const fs::path& folder, const char* file) {
    const fs::path path = fs::path(ASTERISM_SOURCE_DIR) / file;
    writeFile(folder / path.filename(), readFile(path));
}

void writePdf(const fs::path& path, const std::string& markdown) {
    QTextDocument document;
    document.setMarkdown(QString::fromStdString(markdown));
    QPdfWriter writer(QString::fromStdString(path.string()));
    writer.setPageSize(QPageSize(QPageSize::A5));
    writer.setPageMargins(QMarginsF(16, 16, 16, 16), QPageLayout::Millimeter);
    document.print(&writer);
}

CitationRecord citationOf(Library& library, const SamplePassage& passage) {
    for (const DocumentRecord& document : library.openDocuments()) {
        if (document.name.find(passage.document) == std::string::npos) continue;
        CitationRecord citation;
        citation.document = document.name;
        citation.documentId = document.id;
        citation.sentence = passage.sentence;
        citation.place = passage.place;
        citation.page = passage.page;
        citation.quote = passage.quote;
        citation.textBegin = library.documents().text(document.id).find(citation.quote);
        if (citation.textBegin == std::string::npos)
            throw std::runtime_error(document.name + " does not say: " + citation.quote);
        citation.textEnd = citation.textBegin + citation.quote.size();
        citation.mass = passage.mass;
        return citation;
    }
    throw std::runtime_error(std::string("the project has not read ") + passage.document);
}

void addSummaries(Library& library, std::int64_t message) {
    SummaryRecord summary;
    for (const DocumentRecord& document : library.openDocuments()) {
        summary.documentId = document.id;
        summary.text = "**" + document.name +
                       "** says how Asterism reads: block by block, behind a common anchor.";
        library.chats().setSummary(library.project().id, summary);
    }
    summary.documentId = 0;
    summary.messageId = message;
    summary.text =
        "These documents describe Asterism, which reads whole collections of documents.\n\n"
        "- The manual explains **blocks**, the **anchor** and the two phases.\n"
        "- The sources show how partial results are merged.\n\n"
        "They agree that the cost of reading grows with the length of the text and no faster.";
    library.chats().setSummary(library.project().id, summary);
}

}  // namespace

void writeSampleDocuments(const fs::path& folder) {
    fs::create_directories(folder);
    for (const char* file :
         {"resources/manual/02-concepts.md", "resources/manual/05-files-and-errors.md",
          "resources/manual/06-questions.md", "core/softmax_partial.h", "core/star/block_plan.h"})
        copyInto(folder, file);
    writePdf(folder / "overview.pdf",
             readFile(fs::path(ASTERISM_SOURCE_DIR) / "resources/manual/01-overview.md"));
}

void addSampleChat(Library& library) {
    ChatStore& chats = library.chats();
    const ConversationRecord chat = chats.create(library.project().id, 2048);
    MessageRecord question;
    question.conversationId = chat.id;
    question.text = kQuestion;
    MessageRecord answer;
    answer.parentId = chats.add(question);
    answer.conversationId = chat.id;
    answer.role = MessageRole::answer;
    answer.text = kAnswer;
    answer.model = library.project().model;
    for (const DocumentRecord& document : library.openDocuments())
        answer.tokensInScope += document.tokens;
    answer.tokensRead = answer.tokensInScope;
    answer.firstTokenSeconds = 0.42;
    answer.tokensPerSecond = 31.2;
    const std::int64_t answered = chats.add(answer);
    std::vector<CitationRecord> citations;
    for (const SamplePassage& passage : passages())
        citations.push_back(citationOf(library, passage));
    chats.setCitations(answered, citations);
    QuotationRecord quotation;
    quotation.answerBegin = answer.text.find("\"the cheapest");
    quotation.answerEnd = answer.text.size() - 1;
    chats.setQuotations(answered, std::span(&quotation, 1));
    addSummaries(library, answered);
    library.noteChats();
    library.openConversation(chat.id);
}

}  // namespace asterism::test
