#include "ui/widgets/warning_bar.h"

#include <algorithm>

namespace asterism {

namespace {

constexpr qsizetype kMostLines = 5;  // that are shown: the window is for other things

}  // namespace

WarningBar::WarningBar(QWidget* parent) : NoticeBar(parent) {
    setObjectName(QStringLiteral("warningBar"));
    connect(this, &NoticeBar::activated, this, [this] {
        m_lines.clear();
        showLines();
    });
}

void WarningBar::add(const QString& line) {
    m_lines.removeAll(line);
    m_lines << line;
    showLines();
}

void WarningBar::showLines() {
    QStringList shown = m_lines.mid(std::max<qsizetype>(0, m_lines.size() - kMostLines));
    const auto others = static_cast<int>(m_lines.size() - shown.size());
    if (others > 0) shown.prepend(tr("%n earlier warning(s)", nullptr, others));
    show(Kind::warning, shown.join(QLatin1Char('\n')), tr("Dismiss"));
}

}  // namespace asterism
