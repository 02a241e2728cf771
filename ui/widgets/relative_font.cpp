#include "ui/widgets/relative_font.h"

#include <QEvent>
#include <QWidget>

namespace asterism {

namespace {

class FontFollower : public QObject {
  public:
    FontFollower(QWidget* widget, double share, QFont::Weight weight)
        : QObject(widget), m_widget(widget), m_share(share), m_weight(weight) {
        widget->parentWidget()->installEventFilter(this);
        apply();
    }

    bool eventFilter(QObject* watched, QEvent* event) override {
        if (event->type() == QEvent::FontChange) apply();
        return QObject::eventFilter(watched, event);
    }

  private:
    void apply() {
        QFont font = m_widget->parentWidget()->font();
        font.setPointSizeF(font.pointSizeF() * m_share);
        font.setWeight(m_weight);
        m_widget->setFont(font);
    }

    QWidget* m_widget;
    double m_share;
    QFont::Weight m_weight;
};

}  // namespace

void setRelativeFont(QWidget* widget, double share, QFont::Weight weight) {
    new FontFollower(widget, share, weight);
}

}  // namespace asterism
