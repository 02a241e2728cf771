#include "ui/theme.h"

#include <array>

#include <gtest/gtest.h>

#include <QApplication>
#include <QSignalSpy>

#include "storage/records.h"
#include "ui/system_color_scheme.h"

namespace asterism::test {
namespace {

constexpr std::array kStates = {DocumentState::queued,   DocumentState::reading,
                                DocumentState::encoding, DocumentState::ready,
                                DocumentState::changed,  DocumentState::failed};

class ThemeTest : public testing::TestWithParam<ColorScheme> {
  protected:
    const Theme& m_theme = Theme::of(GetParam());
};

INSTANTIATE_TEST_SUITE_P(Schemes, ThemeTest, testing::Values(ColorScheme::light, ColorScheme::dark),
                         [](const auto& scheme) {
                             return scheme.param == ColorScheme::dark ? "dark" : "light";
                         });

TEST_P(ThemeTest, TextAndStatesAreReadableOnEveryGround) {
    for (const QColor& ground :
         {m_theme.window, m_theme.base, m_theme.alternateBase, m_theme.button}) {
        for (const QColor& text : {m_theme.text, m_theme.mutedText, m_theme.accent})
            EXPECT_GE(contrastRatio(text, ground), 4.5)
                << qPrintable(text.name()) << " on " << qPrintable(ground.name());
        for (const DocumentState state : kStates)
            EXPECT_GE(contrastRatio(m_theme.stateColor(state), ground), 3.0)
                << qPrintable(m_theme.stateColor(state).name()) << " on "
                << qPrintable(ground.name());
        EXPECT_GE(contrastRatio(m_theme.outline, ground), 3.0);
    }
    EXPECT_GE(contrastRatio(m_theme.onAccent, m_theme.accent), 4.5);
}

TEST_P(ThemeTest, ThePaletteKeepsTheContrastOfEveryPairOfTextAndGround) {
    const QPalette palette = m_theme.palette();
    const std::array<std::array<QPalette::ColorRole, 2>, 6> pairs = {{
        {QPalette::WindowText, QPalette::Window},
        {QPalette::Text, QPalette::Base},
        {QPalette::PlaceholderText, QPalette::Base},
        {QPalette::ButtonText, QPalette::Button},
        {QPalette::ToolTipText, QPalette::ToolTipBase},
        {QPalette::HighlightedText, QPalette::Highlight},
    }};
    for (const auto& [text, ground] : pairs)
        EXPECT_GE(contrastRatio(palette.color(text), palette.color(ground)), 4.5) << text;
}

TEST_P(ThemeTest, AWidgetFindsItsThemeByItsPalette) {
    EXPECT_EQ(schemeOf(m_theme.palette()), GetParam());
    EXPECT_EQ(&Theme::of(m_theme.palette()), &m_theme);
}

TEST_P(ThemeTest, StatesAndStepPartsDifferInColor) {
    for (std::size_t one = 0; one < kStates.size(); ++one)
        for (std::size_t other = one + 1; other < kStates.size(); ++other)
            EXPECT_NE(m_theme.stateColor(kStates[one]), m_theme.stateColor(kStates[other]));
    for (int part = 0; part + 1 < Theme::kStepParts; ++part)
        EXPECT_NE(m_theme.stepPartColor(part), m_theme.stepPartColor(part + 1));
}

TEST(ContrastTest, IsThatOfWcag) {
    EXPECT_NEAR(contrastRatio(Qt::black, Qt::white), 21.0, 1e-6);
    EXPECT_NEAR(contrastRatio(QColor(0x77, 0x77, 0x77), Qt::white), 4.48, 0.01);
    EXPECT_EQ(contrastRatio(Qt::red, Qt::red), 1.0);
}

TEST(SystemColorSchemeTest, ReadsThePortalsFigures) {
    EXPECT_EQ(SystemColorScheme::fromPortal(1, ColorScheme::light), ColorScheme::dark);
    EXPECT_EQ(SystemColorScheme::fromPortal(2, ColorScheme::dark), ColorScheme::light);
    EXPECT_EQ(SystemColorScheme::fromPortal(0, ColorScheme::dark), ColorScheme::dark);
    EXPECT_EQ(SystemColorScheme::fromPortal(77, ColorScheme::light), ColorScheme::light);
}

TEST(SystemColorSchemeTest, GoesByThePaletteWhereThereIsNoPortal) {
    const QPalette before = QApplication::palette();
    qputenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus");
    for (const ColorScheme scheme : {ColorScheme::dark, ColorScheme::light}) {
        QApplication::setPalette(Theme::of(scheme).palette());
        EXPECT_EQ(SystemColorScheme().scheme(), scheme);
    }
    QApplication::setPalette(before);
}

}  // namespace
}  // namespace asterism::test
