#include "ui/widgets/mass_scale.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

namespace asterism::test {
namespace {

double linear(int byte) {
    const double value = byte / 255.0;
    return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
}

// Perceived lightness (CIE 1976), 0 to 100: another measure than the one the ramp was made with.
double lightness(double luminance) {
    return luminance > 216.0 / 24389 ? 116 * std::cbrt(luminance) - 16 : luminance * 24389 / 27;
}

double lightness(QRgb color) {
    return lightness(0.2126 * linear(qRed(color)) + 0.7152 * linear(qGreen(color)) +
                     0.0722 * linear(qBlue(color)));
}

// The same as people without the red, or the green, cones see it (Viénot and others, 1999).
double dichromatLightness(QRgb color, double redShare) {
    const double mixed = redShare * linear(qRed(color)) + (1 - redShare) * linear(qGreen(color));
    return lightness(std::clamp(0.9278 * mixed + 0.0722 * linear(qBlue(color)), 0.0, 1.0));
}

class MassScaleTest : public testing::TestWithParam<ColorScheme> {};

INSTANTIATE_TEST_SUITE_P(Schemes, MassScaleTest,
                         testing::Values(ColorScheme::light, ColorScheme::dark));

TEST_P(MassScaleTest, StepsAreEvenInLightness) {
    const MassScale::Ramp& ramp = MassScale::ramp(GetParam());
    const double whole = lightness(ramp.back()) - lightness(ramp.front());
    EXPECT_GE(std::abs(whole), 55);
    // Over every 16 steps, so that rounding to bytes does not matter.
    for (std::size_t i = 0; i + 16 < ramp.size(); i += 8) {
        const double part = (lightness(ramp[i + 16]) - lightness(ramp[i])) / whole;
        EXPECT_NEAR(part * (MassScale::kSteps - 1) / 16, 1, 0.4) << "from step " << i;
    }
}

TEST_P(MassScaleTest, MoreMassStandsOutMoreAlsoWithoutColorVision) {
    const MassScale::Ramp& ramp = MassScale::ramp(GetParam());
    const double sign = GetParam() == ColorScheme::dark ? 1 : -1;
    for (const double redShare : {0.1124, 0.2927})
        for (std::size_t i = 0; i + 8 < ramp.size(); i += 8)
            EXPECT_GT(sign * (dichromatLightness(ramp[i + 8], redShare) -
                              dichromatLightness(ramp[i], redShare)),
                      0)
                << "from step " << i;
    const QColor base = Theme::of(GetParam()).base;
    EXPECT_GE(contrastRatio(QColor(ramp.back()), base), 7);
    EXPECT_LE(contrastRatio(QColor(ramp.front()), base), 2);
}

TEST(MassScaleTest, GoesFromNoneToTheLargest) {
    const MassScale scale(ColorScheme::light, 0.4);
    EXPECT_EQ(scale.step(0), 0);
    EXPECT_EQ(scale.step(0.4), MassScale::kSteps - 1);
    EXPECT_EQ(scale.step(0.1), (MassScale::kSteps - 1 + 1) / 2);
    EXPECT_EQ(scale.step(2), MassScale::kSteps - 1);
    EXPECT_EQ(scale.step(-1), 0);
    EXPECT_EQ(scale.step(std::nan("")), 0);
    EXPECT_EQ(MassScale(ColorScheme::light, 0).step(0.5), 0);
}

}  // namespace
}  // namespace asterism::test
