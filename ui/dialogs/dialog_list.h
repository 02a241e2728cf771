#pragma once

#include <functional>

#include "storage/projects/project_session.h"

class QWidget;

namespace asterism {

class CommandSet;
class EngineBridge;
class Library;
class Settings;
struct DesktopParts;

// What dialogs work with; all of it outlives them.
struct DialogParts {
    const DesktopParts& desktop;
    Settings& settings;
    Library& library;
    EngineBridge& bridge;
    CommandSet& commands;
    QWidget& window;
};

// Each opens its dialog over the window and returns at once; a dialog that is open already is
// brought to the front.
void openSearch(const DialogParts& parts, const std::function<void(const ChatHit&)>& onHit);
void openSettings(const DialogParts& parts);
void openKeys(const DialogParts& parts);
// onChange: the project's model has changed or has arrived, so that it can be opened now.
void openModels(const DialogParts& parts, const std::function<void()>& onChange);
// onCitation: a source of a summary is to be shown.
void openSummaries(const DialogParts& parts,
                   const std::function<void(const CitationRecord&)>& onCitation);
// onSample: the sample project is wanted.
void openFirstRun(const DialogParts& parts, const std::function<void()>& onSample);
void showExplanation(QWidget& window, const Explanation& explanation);
void showAbout(QWidget& window);

}  // namespace asterism
