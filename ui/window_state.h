#pragma once

class QMainWindow;

namespace asterism {

// Where the window and its panels stood, and how large they were, from one start to the next
// (stateFile()). What does not fit the screen any more is moved by Qt.
void restoreWindow(QMainWindow& window);
void keepWindow(const QMainWindow& window);

}  // namespace asterism
