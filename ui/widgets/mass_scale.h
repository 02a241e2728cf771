#pragma once

#include <array>

#include <QColor>
#include <QRect>

#include "ui/theme.h"

class QPainter;

namespace asterism {

// Attention mass as colour: a ramp of even steps in perceived lightness (so that it reads the same
// without colour vision), from near the background for none to the far end for the largest mass
// shown. Positions on it go with the square root of the mass: of a few blocks with nearly all of
// it and thousands with traces, both are seen.
class MassScale {
  public:
    static constexpr int kSteps = 256;
    using Ramp = std::array<QRgb, kSteps>;

    // largest: the mass at the far end; 0 if nothing is known yet.
    MassScale(ColorScheme scheme, double largest);

    double largest() const { return m_largest; }
    // Step of the ramp, 0 to kSteps - 1.
    int step(double mass) const;
    QRgb color(double mass) const { return m_ramp[static_cast<std::size_t>(step(mass))]; }

    static const Ramp& ramp(ColorScheme scheme);

    // Draws the ramp with its two ends named, in one line of text's height, right-aligned.
    void paintLegend(QPainter& painter, const QRect& area) const;

  private:
    ColorScheme m_scheme;
    double m_largest;
    const Ramp& m_ramp;
};

}  // namespace asterism
