#include "ui/figures.h"

#include <gtest/gtest.h>

#include <QLocale>

namespace asterism {
namespace {

class Figures : public testing::Test {
  protected:
    Figures() { QLocale::setDefault(QLocale::c()); }
    ~Figures() override { QLocale::setDefault(m_before); }

  private:
    QLocale m_before;
};

TEST_F(Figures, CompactNumbersFitNarrowColumns) {
    EXPECT_EQ(compactText(950), QStringLiteral("950"));
    EXPECT_EQ(compactText(12'345), QStringLiteral("12.3K"));
    EXPECT_EQ(compactText(99'949), QStringLiteral("99.9K"));
    EXPECT_EQ(compactText(99'950), QStringLiteral("100K"));
    EXPECT_EQ(compactText(999'499), QStringLiteral("999K"));
    EXPECT_EQ(compactText(999'500), QStringLiteral("1.0M"));
}

TEST_F(Figures, MeasuredTimesAreMoreExactThanThoseOfWaiting) {
    EXPECT_EQ(durationText(0.42), QStringLiteral("420 ms"));
    EXPECT_EQ(roughTimeText(0.42), QStringLiteral("0.4 s"));
    EXPECT_EQ(durationText(2.5), QStringLiteral("2.50 s"));
    EXPECT_EQ(roughTimeText(2.5), QStringLiteral("2.5 s"));
    EXPECT_EQ(roughTimeText(9.96), QStringLiteral("10 s"));
    EXPECT_EQ(roughTimeText(59.4), QStringLiteral("59 s"));
    EXPECT_EQ(roughTimeText(59.5), QStringLiteral("1 min 00 s"));
    EXPECT_EQ(roughTimeText(200), durationText(200));
    EXPECT_EQ(roughTimeText(3 * 3600 + 65), QStringLiteral("3 h 01 min"));
}

}  // namespace
}  // namespace asterism
