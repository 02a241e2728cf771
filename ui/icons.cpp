#include "ui/icons.h"

#include <utility>

#include <QApplication>
#include <QFile>
#include <QIconEngine>
#include <QPainter>
#include <QPalette>
#include <QPixmapCache>
#include <QSvgRenderer>

// The macro works outside of namespaces only.
static void initResources() {
    Q_INIT_RESOURCE(resources);  // of a static library, so the linker would leave them out
}

namespace asterism {

namespace {

// Draws an SVG whose strokes are "currentColor".
class TintedSvg : public QIconEngine {
  public:
    TintedSvg(QString name, const QColor& color) : m_name(std::move(name)), m_color(color) {}

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State) override {
        painter->drawPixmap(rect, draw(rect.size() * painter->device()->devicePixelRatio(), mode));
    }
    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State) override {
        return draw(size, mode);
    }
    QPixmap scaledPixmap(const QSize& size, QIcon::Mode mode, QIcon::State, qreal) override {
        return draw(size, mode);
    }
    QIconEngine* clone() const override { return new TintedSvg(*this); }

  private:
    QColor colorFor(QIcon::Mode mode) const {
        const QPalette palette = QApplication::palette();
        if (mode == QIcon::Disabled) return palette.color(QPalette::Disabled, QPalette::ButtonText);
        if (mode == QIcon::Selected) return palette.color(QPalette::HighlightedText);
        return m_color.isValid() ? m_color : palette.color(QPalette::ButtonText);
    }

    QPixmap draw(const QSize& size, QIcon::Mode mode) const {
        const QString color = colorFor(mode).name();
        const QString key =
            QStringLiteral("asterism/%1/%2/%3").arg(m_name, color).arg(size.width());
        QPixmap pixmap;
        if (QPixmapCache::find(key, &pixmap)) return pixmap;
        pixmap = QPixmap(size);
        pixmap.fill(Qt::transparent);
        QFile file(QStringLiteral(":/icons/%1.svg").arg(m_name));
        if (file.open(QIODevice::ReadOnly)) {
            QSvgRenderer renderer(file.readAll().replace("currentColor", color.toLatin1()));
            QPainter painter(&pixmap);
            renderer.render(&painter);
        }
        QPixmapCache::insert(key, pixmap);
        return pixmap;
    }

    QString m_name;
    QColor m_color;
};

}  // namespace

QIcon icon(const char* name) {
    return icon(name, QColor());
}

QIcon icon(const char* name, const QColor& color) {
    initResources();
    return QIcon(new TintedSvg(QString::fromLatin1(name), color));
}

QIcon programIcon() {
    initResources();
    return QIcon(QStringLiteral(":/icons/asterism.svg"));
}

}  // namespace asterism
