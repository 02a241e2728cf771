#pragma once

#include <functional>

#include <QDialog>

class QLabel;

namespace asterism {

// Opens a dialog, or brings the one of this name to the front. It is deleted when it closes.
void openOnce(QWidget& window, const QString& name, const std::function<QDialog*()>& make);

// A muted line or two under or beside a field.
QLabel* makeHint(const QString& text, QWidget* parent);
// A heading inside a dialog.
QLabel* makeHeading(const QString& text, QWidget* parent);

}  // namespace asterism
