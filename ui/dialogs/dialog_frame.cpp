#include "ui/dialogs/dialog_frame.h"

#include <QLabel>

#include "ui/widgets/relative_font.h"

namespace asterism {

void openOnce(QWidget& window, const QString& name, const std::function<QDialog*()>& make) {
    auto* dialog = window.findChild<QDialog*>(name);
    if (!dialog) {
        dialog = make();
        dialog->setObjectName(name);
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->open();
    }
    dialog->raise();
    dialog->activateWindow();
}

QLabel* makeHint(const QString& text, QWidget* parent) {
    auto* label = new QLabel(text, parent);
    label->setWordWrap(true);
    label->setTextFormat(Qt::PlainText);
    label->setForegroundRole(QPalette::PlaceholderText);
    return label;
}

QLabel* makeHeading(const QString& text, QWidget* parent) {
    auto* label = new QLabel(text, parent);
    setRelativeFont(label, kHeading, QFont::DemiBold);
    label->setWordWrap(true);
    return label;
}

}  // namespace asterism
