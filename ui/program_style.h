#pragma once

#include <QProxyStyle>

namespace asterism {

// Qt's Fusion style with room around the text of lists, tables and buttons, and with scroll bars
// that are a slim handle without arrows, shown only where there is something to scroll.
class ProgramStyle : public QProxyStyle {
  public:
    ProgramStyle();

    int pixelMetric(PixelMetric metric, const QStyleOption* option,
                    const QWidget* widget) const override;
    QSize sizeFromContents(ContentsType type, const QStyleOption* option, const QSize& contents,
                           const QWidget* widget) const override;
    QRect subControlRect(ComplexControl control, const QStyleOptionComplex* option, SubControl part,
                         const QWidget* widget) const override;
    void drawControl(ControlElement element, const QStyleOption* option, QPainter* painter,
                     const QWidget* widget) const override;
    void drawComplexControl(ComplexControl control, const QStyleOptionComplex* option,
                            QPainter* painter, const QWidget* widget) const override;
};

}  // namespace asterism
