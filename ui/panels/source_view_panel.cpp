#include "ui/panels/source_view_panel.h"

#include <algorithm>

#include <QButtonGroup>
#include <QHBoxLayout>
#include <QLabel>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>

#include "core/base/error.h"
#include "ui/icons.h"
#include "ui/library.h"
#include "ui/source/find_bar.h"
#include "ui/source/numbered_text_view.h"
#include "ui/source/passage_finder.h"
#include "ui/source/pdf_page_view.h"
#include "ui/source/reading_view.h"
#include "ui/theme.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/notice_bar.h"
#include "ui/widgets/panel_header.h"

namespace asterism {

namespace {

bool hasOriginal(DocumentKind kind) {
    return kind == DocumentKind::pdf || kind == DocumentKind::markdown ||
           kind == DocumentKind::html || kind == DocumentKind::docx || kind == DocumentKind::odt ||
           kind == DocumentKind::epub;
}

// Characters of UTF-16 before a byte of UTF-8.
int characters(const std::string& text, std::size_t bytes) {
    return static_cast<int>(
        QString::fromUtf8(text.data(), static_cast<qsizetype>(std::min(bytes, text.size())))
            .size());
}

}  // namespace

SourceViewPanel::SourceViewPanel(Library& library, QWidget* parent)
    : QWidget(parent),
      m_library(library),
      m_views(new QStackedWidget(this)),
      m_emptyState(new EmptyState(this)),
      m_textView(new NumberedTextView(this)),
      m_readingView(new ReadingView(this)),
      m_pdfView(new PdfPageView(this)),
      m_noticeBar(new NoticeBar(this)),
      m_findBar(new FindBar(this)) {
    setObjectName(QStringLiteral("sourceViewPanel"));
    m_emptyState->show("text-x-generic", tr("No source is shown"),
                       tr("Choose a source on the left, or the number of a source in an answer."),
                       {});
    m_noticeBar->setObjectName(QStringLiteral("sourceNoticeBar"));
    m_views->addWidget(m_emptyState);
    m_views->addWidget(m_textView);
    m_views->addWidget(m_readingView);
    m_views->addWidget(m_pdfView);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(makeHead());
    layout->addWidget(m_findBar);
    layout->addWidget(m_noticeBar);
    layout->addWidget(m_views, 1);
    connect(m_findBar, &FindBar::findAsked, this, &SourceViewPanel::findWords);
    connect(m_pdfView, &PdfPageView::pageChanged, this, &SourceViewPanel::showPageNumber);
    connect(&library, &Library::projectOpened, this, &SourceViewPanel::clear);
    clear();
}

QWidget* SourceViewPanel::makeHead() {
    auto* head = new QWidget(this);
    m_nameLabel = new QLabel(head);
    m_nameLabel->setObjectName(QStringLiteral("sourceNameLabel"));
    m_nameLabel->setTextFormat(Qt::PlainText);
    m_nameLabel->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    const auto makeChoice = [&](const QString& text, const QString& name) {
        auto* button = new QToolButton(head);
        button->setObjectName(name);
        button->setText(text);
        button->setCheckable(true);
        button->setFocusPolicy(Qt::TabFocus);
        return button;
    };
    m_originalButton = makeChoice(tr("Original"), QStringLiteral("originalButton"));
    m_extractedButton = makeChoice(tr("Extracted text"), QStringLiteral("extractedButton"));
    m_extractedButton->setToolTip(tr("The text that the model was given"));
    auto* choices = new QButtonGroup(head);
    choices->addButton(m_originalButton);
    choices->addButton(m_extractedButton);
    m_pageRow = new QWidget(head);
    m_pageLabel = new QLabel(m_pageRow);
    m_pageLabel->setObjectName(QStringLiteral("pageLabel"));
    QToolButton* previous = makeIconButton("go-previous", tr("Previous page"),
                                           QStringLiteral("previousPageButton"), m_pageRow);
    QToolButton* next =
        makeIconButton("go-next", tr("Next page"), QStringLiteral("nextPageButton"), m_pageRow);
    auto* pages = new QHBoxLayout(m_pageRow);
    pages->setContentsMargins(0, 0, 0, 0);
    pages->setSpacing(2);
    pages->addWidget(previous);
    pages->addWidget(m_pageLabel);
    pages->addWidget(next);
    auto* layout = new QHBoxLayout(head);
    layout->setContentsMargins(kGridUnit, kGridUnit / 2, kGridUnit, kGridUnit / 2);
    layout->setSpacing(kGridUnit / 2);
    layout->addWidget(m_nameLabel, 1);
    layout->addWidget(m_pageRow);
    layout->addWidget(m_originalButton);
    layout->addWidget(m_extractedButton);
    connect(m_originalButton, &QToolButton::clicked, this, [this] { chooseView(true); });
    connect(m_extractedButton, &QToolButton::clicked, this, [this] { chooseView(false); });
    connect(previous, &QToolButton::clicked, this,
            [this] { m_pdfView->showPage(m_pdfView->page() - 1); });
    connect(next, &QToolButton::clicked, this,
            [this] { m_pdfView->showPage(m_pdfView->page() + 1); });
    return head;
}

void SourceViewPanel::clear() {
    m_document = {};
    m_text.clear();
    m_citation = {};
    m_nameLabel->clear();
    m_noticeBar->show(NoticeBar::Kind::information, {});
    for (QWidget* part : {static_cast<QWidget*>(m_originalButton),
                          static_cast<QWidget*>(m_extractedButton), m_pageRow})
        part->hide();
    m_views->setCurrentWidget(m_emptyState);
}

void SourceViewPanel::showDocument(const QString& name) {
    CitationRecord nothing;
    nothing.document = name.toStdString();
    showCitation(nothing);
}

void SourceViewPanel::showCitation(const CitationRecord& citation) {
    for (const DocumentRecord& document : m_library.openDocuments())
        if (document.name == citation.document) {
            m_citation = citation;
            open(document);
            return;
        }
    clear();
    m_noticeBar->show(NoticeBar::Kind::warning,
                      tr("%1 is no longer a source of this project. It said: “%2”")
                          .arg(QString::fromStdString(citation.document),
                               QString::fromStdString(citation.quote)));
}

void SourceViewPanel::open(const DocumentRecord& document) {
    m_document = document;
    m_text = m_library.attempt([&] { return m_library.documents().text(document.id); });
    m_nameLabel->setText(QString::fromStdString(document.name));
    m_nameLabel->setToolTip(QString::fromStdString(document.path.string()));
    m_noticeBar->show(NoticeBar::Kind::information, {});
    if (document.state == DocumentState::failed)
        m_noticeBar->show(NoticeBar::Kind::error, QString::fromStdString(document.reason));
    else if (document.quality != TextQuality::good)
        m_noticeBar->show(NoticeBar::Kind::warning,
                          tr("The text of this file may differ from what a person sees; look at "
                             "“Extracted text”."));
    m_textView->setPlainText(QString::fromStdString(m_text));
    const bool isBoth = hasOriginal(document.kind);
    m_originalButton->setVisible(isBoth);
    m_extractedButton->setVisible(isBoth);
    chooseView(isBoth);
}

void SourceViewPanel::chooseView(bool isOriginal) {
    const bool isPdf = m_document.kind == DocumentKind::pdf;
    bool isShown = isOriginal;
    if (isOriginal && isPdf) {
        isShown = m_pdfView->open(QString::fromStdString(m_document.path.string()));
        if (!isShown) m_noticeBar->show(NoticeBar::Kind::warning, m_pdfView->error());
    } else if (isOriginal) {
        m_readingView->showText(QString::fromStdString(m_text));
    }
    m_originalButton->setChecked(isShown);
    m_extractedButton->setChecked(!isShown);
    m_pageRow->setVisible(isShown && isPdf);
    QWidget* original = isPdf ? static_cast<QWidget*>(m_pdfView) : m_readingView;
    m_views->setCurrentWidget(isShown ? original : m_textView);
    markPassage();
}

void SourceViewPanel::markPassage() {
    const QString quote = QString::fromStdString(m_citation.quote);
    if (m_views->currentWidget() == m_textView) {
        markInText();
    } else if (m_views->currentWidget() == m_pdfView) {
        const int page = m_citation.page.value_or(1);
        if (quote.isEmpty())
            m_pdfView->showPage(page);
        else if (!m_pdfView->mark(page, quote))
            m_noticeBar->show(NoticeBar::Kind::warning,
                              tr("The passage was not found on this page as it is now; it is "
                                 "marked in “Extracted text”."));
    } else if (!quote.isEmpty()) {
        // The quote is of the source's text, with the marks that are not shown here.
        QTextDocument shown;
        shown.setMarkdown(quote,
                          QTextDocument::MarkdownFeatures(QTextDocument::MarkdownDialectGitHub |
                                                          QTextDocument::MarkdownNoHTML));
        const TextStretch found =
            findPassage(m_readingView->document()->toRawText(), shown.toPlainText());
        if (found.isEmpty()) return chooseView(false);
        m_readingView->mark(static_cast<int>(found.begin), static_cast<int>(found.end));
    }
}

void SourceViewPanel::markInText() {
    const int begin = characters(m_text, m_citation.textBegin);
    const int end = characters(m_text, m_citation.textEnd);
    const QString quote = QString::fromStdString(m_citation.quote);
    const QString text = m_textView->toPlainText();
    if (end > begin && (quote.isEmpty() || text.mid(begin, end - begin) == quote))
        return m_textView->mark(begin, end);
    const TextStretch found = findPassage(text, quote);
    m_textView->mark(static_cast<int>(found.begin), static_cast<int>(found.end));
    if (!quote.isEmpty() && found.isEmpty())
        m_noticeBar->show(NoticeBar::Kind::warning,
                          tr("The source has changed since; it said: “%1”").arg(quote));
}

void SourceViewPanel::find() {
    if (m_document.id == 0) return;
    if (m_views->currentWidget() == m_pdfView) chooseView(false);
    m_findBar->open();
}

void SourceViewPanel::findWords(const QString& words, QTextDocument::FindFlags flags) {
    const auto findIn = [&](auto* view) {
        if (view->find(words, flags)) return true;
        view->moveCursor(flags & QTextDocument::FindBackward ? QTextCursor::End
                                                             : QTextCursor::Start);
        return view->find(words, flags);
    };
    m_findBar->showFound(m_views->currentWidget() == m_textView ? findIn(m_textView)
                                                                : findIn(m_readingView));
}

void SourceViewPanel::showPageNumber(int page) {
    m_pageLabel->setText(tr("Page %1 of %2").arg(page).arg(m_pdfView->pageCount()));
}

}  // namespace asterism
