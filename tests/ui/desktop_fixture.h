#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include <QString>

#include "tests/support/test_files.h"
#include "ui/desktop.h"

namespace asterism::test {

struct DesktopSetup {
    // Without a model no engine can be opened, and everything else works.
    std::optional<std::filesystem::path> model = {};
    // Where all files of the desktop are; a new one if empty.
    std::filesystem::path folder = {};
    const Catalogue* catalogue = nullptr;  // the program's if null
};

// A desktop whose files are all below a folder of its own, as after an installation.
class DesktopUnderTest {
  public:
    explicit DesktopUnderTest(DesktopSetup setup = {});
    ~DesktopUnderTest();

    Desktop& desktop() const { return *m_desktop; }
    MainWindow& window() const { return m_desktop->window(); }
    Library& library() const { return m_desktop->library(); }
    const std::filesystem::path& folder() const { return m_setup.folder; }

    // Ends the program and starts it again over the same files.
    void restart();

    // The widget of a name, in any window; fails the test if there is none.
    template <typename Widget>
    Widget* find(const char* name) const;
    // Presses a button as a person does.
    void click(const char* name) const;
    // Waits without blocking; false if it took too long.
    static bool wait(const std::function<bool()>& isDone, int seconds = 60);
    // Writes build/.../screenshots/NAME.png.
    void picture(const QString& name, QWidget* widget = nullptr) const;

  private:
    DesktopParts parts() const;

    std::map<const char*, QByteArray> m_environment;  // as it was
    std::optional<TempDir> m_newFolder;
    DesktopSetup m_setup;
    std::unique_ptr<Desktop> m_desktop;
};

QWidget* findWidget(const QString& name);
// Texts of the message boxes that are open, to say in a failure what went wrong.
std::string messagesShown();

template <typename Widget>
Widget* DesktopUnderTest::find(const char* name) const {
    auto* widget = qobject_cast<Widget*>(findWidget(QString::fromLatin1(name)));
    if (!widget) throw std::runtime_error(std::string("there is no widget ") + name);
    return widget;
}

}  // namespace asterism::test
