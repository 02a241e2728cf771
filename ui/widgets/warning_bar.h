#pragma once

#include <QStringList>

#include "ui/widgets/notice_bar.h"

namespace asterism {

// Warnings that a person should have seen: each stands, once, until all of them are dismissed.
class WarningBar : public NoticeBar {
    Q_OBJECT

  public:
    explicit WarningBar(QWidget* parent = nullptr);

    void add(const QString& line);

  private:
    void showLines();

    QStringList m_lines;  // the newest last
};

}  // namespace asterism
