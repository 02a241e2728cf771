#pragma once

#include <functional>

#include <QByteArray>
#include <QString>
#include <QStringList>

class QWidget;

namespace asterism::dialogs {

// The one door to message boxes and file pickers. None of them waits: each returns at once and
// calls back on the GUI thread, unless its parent has gone meanwhile. Message boxes have the
// objectName "messageBox".

struct Question {
    QString title;
    QString text;    // one sentence: what would happen
    QString detail;  // what it costs; may be empty
    QString action;  // on the button that does it: a verb
    bool isDestructive = false;
};

void ask(QWidget* parent, const Question& question, const std::function<void()>& onAction);
// One cause and one button; nothing happens without a press.
void showError(QWidget* parent, const QString& title, const QString& text);
void askText(QWidget* parent, const QString& title, const QString& label, const QString& text,
             const std::function<void(const QString&)>& onText);

void chooseFiles(QWidget* parent, const QString& title,
                 const std::function<void(const QStringList&)>& onFiles);
void chooseFolder(QWidget* parent, const QString& title,
                  const std::function<void(const QString&)>& onFolder);
// Asks for a place and writes a file there, whole or not at all; says if that failed.
void saveNewFile(QWidget* parent, const QString& title, const QString& name,
                 const QByteArray& content);

// For tests: the file pickers give these paths, the next one first, instead of opening.
void answerPickers(const QStringList& paths);

}  // namespace asterism::dialogs
