#include "ui/dialogs.h"

#include <QCoreApplication>
#include <QFileDialog>
#include <QInputDialog>
#include <QMessageBox>
#include <QPushButton>
#include <QSaveFile>

namespace asterism::dialogs {

namespace {

QStringList& testAnswers() {
    static QStringList answers;
    return answers;
}

QMessageBox* makeBox(QWidget* parent, QMessageBox::Icon sign, const QString& title,
                     const QString& text) {
    auto* box = new QMessageBox(sign, title, text, QMessageBox::NoButton, parent);
    box->setObjectName(QStringLiteral("messageBox"));
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setTextFormat(Qt::PlainText);
    return box;
}

void pick(QWidget* parent, QFileDialog* picker,
          const std::function<void(const QStringList&)>& onPaths) {
    if (!testAnswers().isEmpty()) {
        picker->deleteLater();
        onPaths({testAnswers().takeFirst()});
        return;
    }
    picker->setAttribute(Qt::WA_DeleteOnClose);
    QObject::connect(picker, &QFileDialog::filesSelected, parent, onPaths);
    picker->open();
}

}  // namespace

void ask(QWidget* parent, const Question& question, const std::function<void()>& onAction) {
    QMessageBox* box =
        makeBox(parent, question.isDestructive ? QMessageBox::Warning : QMessageBox::Question,
                question.title, question.text);
    box->setInformativeText(question.detail);
    QPushButton* action =
        box->addButton(question.action, question.isDestructive ? QMessageBox::DestructiveRole
                                                               : QMessageBox::AcceptRole);
    action->setObjectName(QStringLiteral("actionButton"));
    QPushButton* cancel = box->addButton(QMessageBox::Cancel);
    cancel->setObjectName(QStringLiteral("cancelButton"));
    box->setDefaultButton(question.isDestructive ? cancel : action);
    QObject::connect(action, &QPushButton::clicked, parent, onAction);
    box->open();
}

void showError(QWidget* parent, const QString& title, const QString& text) {
    QMessageBox* box = makeBox(parent, QMessageBox::Warning, title, text);
    box->addButton(QMessageBox::Close)->setObjectName(QStringLiteral("closeButton"));
    box->open();
}

void askText(QWidget* parent, const QString& title, const QString& label, const QString& text,
             const std::function<void(const QString&)>& onText) {
    auto* dialog = new QInputDialog(parent);
    dialog->setObjectName(QStringLiteral("textDialog"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(title);
    dialog->setLabelText(label);
    dialog->setTextValue(text);
    dialog->resize(420, dialog->sizeHint().height());
    QObject::connect(dialog, &QInputDialog::textValueSelected, parent, onText);
    dialog->open();
}

void chooseFiles(QWidget* parent, const QString& title,
                 const std::function<void(const QStringList&)>& onFiles) {
    auto* picker = new QFileDialog(parent, title);
    picker->setFileMode(QFileDialog::ExistingFiles);
    pick(parent, picker, onFiles);
}

void chooseFolder(QWidget* parent, const QString& title,
                  const std::function<void(const QString&)>& onFolder) {
    auto* picker = new QFileDialog(parent, title);
    picker->setFileMode(QFileDialog::Directory);
    picker->setOption(QFileDialog::ShowDirsOnly);
    pick(parent, picker, [onFolder](const QStringList& paths) { onFolder(paths.first()); });
}

void saveNewFile(QWidget* parent, const QString& title, const QString& name,
                 const QByteArray& content) {
    auto* picker = new QFileDialog(parent, title);
    picker->setAcceptMode(QFileDialog::AcceptSave);
    picker->selectFile(name);
    pick(parent, picker, [parent, title, content](const QStringList& paths) {
        QSaveFile file(paths.first());
        const bool isWritten = file.open(QIODevice::WriteOnly) &&
                               file.write(content) == content.size() && file.commit();
        if (!isWritten)
            showError(parent, title,
                      QCoreApplication::translate("Dialogs", "%1 could not be written: %2")
                          .arg(paths.first(), file.errorString()));
    });
}

void answerPickers(const QStringList& paths) {
    testAnswers() = paths;
}

}  // namespace asterism::dialogs
