#include "ui/source/pdf_page_view.h"

#include <algorithm>

#include <QPainter>
#include <QPdfDocument>
#include <QPdfPageRenderer>
#include <QPdfSelection>
#include <QScrollBar>

#include "ui/source/passage_finder.h"
#include "ui/theme.h"

namespace asterism {

// The page's picture with the marks over it.
class PdfPageView::Sheet : public QWidget {
  public:
    explicit Sheet(PdfPageView* view) : QWidget(view), m_view(*view) {}

    QImage image;

  protected:
    void paintEvent(QPaintEvent*) override {
        QPainter painter(this);
        painter.fillRect(rect(), Qt::white);
        if (!image.isNull()) painter.drawImage(rect(), image);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setCompositionMode(QPainter::CompositionMode_Multiply);
        painter.scale(m_view.scale(), m_view.scale());
        painter.setPen(Qt::NoPen);
        painter.setBrush(QColor(0xff, 0xe0, 0x70));
        for (const QPolygonF& box : m_view.m_marks)
            painter.drawRect(box.boundingRect().adjusted(-0.5, -0.5, 0.5, 0.5));
    }

  private:
    PdfPageView& m_view;
};

PdfPageView::PdfPageView(QWidget* parent)
    : QScrollArea(parent),
      m_document(std::make_unique<QPdfDocument>()),
      m_renderer(std::make_unique<QPdfPageRenderer>()),
      m_sheet(new Sheet(this)) {
    setObjectName(QStringLiteral("pdfPageView"));
    setAccessibleName(tr("Page of the source"));
    setFrameShape(QFrame::NoFrame);
    setAlignment(Qt::AlignHCenter | Qt::AlignTop);
    setBackgroundRole(QPalette::Mid);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOn);
    setWidget(m_sheet);
    m_renderer->setRenderMode(QPdfPageRenderer::RenderMode::MultiThreaded);
    m_renderer->setDocument(m_document.get());
    connect(m_renderer.get(), &QPdfPageRenderer::pageRendered, this,
            [this](int page, QSize, const QImage& image) {
                if (page + 1 != m_page) return;
                m_sheet->image = image;
                m_sheet->update();
                emit pageDrawn();
            });
}

PdfPageView::~PdfPageView() = default;

bool PdfPageView::open(const QString& file) {
    if (file == m_file && m_document->pageCount() > 0) return true;
    m_file = file;
    m_marks.clear();
    m_page = 1;
    const bool isOpen = m_document->load(file) == QPdfDocument::Error::None;
    if (isOpen) showPage(1);
    return isOpen;
}

QString PdfPageView::error() const {
    switch (m_document->error()) {
        case QPdfDocument::Error::FileNotFound:
            return tr("The file %1 is not there any more. Its text was kept.").arg(m_file);
        case QPdfDocument::Error::IncorrectPassword:
            return tr("The file %1 asks for a password.").arg(m_file);
        default:
            return tr("The file %1 cannot be drawn. Its text was kept.").arg(m_file);
    }
}

int PdfPageView::pageCount() const {
    return m_document->pageCount();
}

void PdfPageView::showPage(int page) {
    const int wanted = std::clamp(page, 1, std::max(1, pageCount()));
    if (wanted != m_page) m_marks.clear();
    m_page = wanted;
    m_sheet->image = {};
    draw();
    verticalScrollBar()->setValue(0);
    emit pageChanged(m_page);
}

bool PdfPageView::mark(int page, const QString& passage) {
    showPage(page);
    m_marks.clear();
    const QString text = m_document->getAllText(m_page - 1).text();
    const TextStretch found = findPassage(text, passage);
    if (!found.isEmpty())
        m_marks = m_document
                      ->getSelectionAtIndex(m_page - 1, static_cast<int>(found.begin),
                                            static_cast<int>(found.end - found.begin))
                      .bounds();
    m_sheet->update();
    if (!m_marks.isEmpty()) {
        const QPointF place = m_marks.first().boundingRect().topLeft() * scale();
        ensureVisible(0, static_cast<int>(place.y()) + height() / 3, 0, height() / 3);
    }
    return !m_marks.isEmpty();
}

double PdfPageView::scale() const {
    const QSizeF points = m_document->pagePointSize(m_page - 1);
    return points.width() > 0 ? m_sheet->width() / points.width() : 1;
}

void PdfPageView::draw() {
    if (pageCount() == 0) return;
    const QSizeF points = m_document->pagePointSize(m_page - 1);
    if (points.isEmpty()) return;
    const int width = std::max(50, viewport()->width() - 2 * kGridUnit);
    const QSize size(width, static_cast<int>(width * points.height() / points.width()));
    m_sheet->setFixedSize(size);
    m_renderer->requestPage(m_page - 1, size * devicePixelRatioF());
}

void PdfPageView::resizeEvent(QResizeEvent* event) {
    QScrollArea::resizeEvent(event);
    draw();
}

}  // namespace asterism
