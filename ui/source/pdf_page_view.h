#pragma once

#include <memory>

#include <QScrollArea>

class QLabel;
class QPdfDocument;
class QPdfPageRenderer;

namespace asterism {

// One page of a PDF file as it is printed, drawn on a thread of Qt's, with a passage marked by the
// boxes of its characters.
class PdfPageView : public QScrollArea {
    Q_OBJECT

  public:
    explicit PdfPageView(QWidget* parent);
    ~PdfPageView() override;

    // False if the file cannot be drawn; error() then says why.
    bool open(const QString& file);
    QString error() const;
    int pageCount() const;
    int page() const { return m_page; }  // from 1
    void showPage(int page);
    // Marks a passage on the page and scrolls to it. False if the page does not have it.
    bool mark(int page, const QString& passage);
    bool hasMarks() const { return !m_marks.isEmpty(); }

  signals:
    void pageChanged(int page);
    void pageDrawn();

  protected:
    void resizeEvent(QResizeEvent* event) override;

  private:
    class Sheet;

    void draw();
    double scale() const;  // pixels a point

    std::unique_ptr<QPdfDocument> m_document;
    std::unique_ptr<QPdfPageRenderer> m_renderer;
    Sheet* m_sheet;
    QString m_file;
    QList<QPolygonF> m_marks;  // in points, from the top left
    int m_page = 1;
};

}  // namespace asterism
