#pragma once

#include <string>

#include <QTextDocument>
#include <QWidget>

#include "storage/records.h"

class QLabel;
class QStackedWidget;
class QToolButton;

namespace asterism {

class EmptyState;
class FindBar;
class Library;
class NoticeBar;
class NumberedTextView;
class PdfPageView;
class ReadingView;

// Shows a source with a passage marked: a PDF page as it is printed, Markdown as it is read, other
// text with line numbers; beside it "Extracted text": what the model was given.
class SourceViewPanel : public QWidget {
    Q_OBJECT

  public:
    explicit SourceViewPanel(Library& library, QWidget* parent = nullptr);

    void showDocument(const QString& name);
    void showCitation(const CitationRecord& citation);
    void find();

  private:
    QWidget* makeHead();
    void open(const DocumentRecord& document);
    void chooseView(bool isOriginal);
    void markPassage();
    void markInText();
    void findWords(const QString& words, QTextDocument::FindFlags flags);
    void showPageNumber(int page);
    void clear();

    Library& m_library;
    QLabel* m_nameLabel;
    QToolButton* m_originalButton;
    QToolButton* m_extractedButton;
    QWidget* m_pageRow;
    QLabel* m_pageLabel;
    QStackedWidget* m_views;
    EmptyState* m_emptyState;
    NumberedTextView* m_textView;
    ReadingView* m_readingView;
    PdfPageView* m_pdfView;
    NoticeBar* m_noticeBar;
    FindBar* m_findBar;
    DocumentRecord m_document;  // id 0: none is shown
    std::string m_text;         // of the document
    CitationRecord m_citation;  // the passage; empty quote: none
};

}  // namespace asterism
