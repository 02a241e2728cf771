#pragma once

#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include <QString>

#include "tests/ui/desktop_fixture.h"
#include "ui/models/document_tree_model.h"

namespace asterism::test {

// A small model of the catalogue, for tests that need sensible answers.
inline constexpr const char* kSmallModelFile = "smollm2-135m-instruct-q4_1.gguf";

// What a person does with the desktop, one step a function, with the real engine.
class DesktopFlow : public testing::Test {
  protected:
    ~DesktopFlow() override;

    // A desktop over the folder notes(), not shown yet.
    void start(const std::filesystem::path& model);
    // The same with a model of random weights, for what does not depend on the answers' sense; it
    // is shown, past the first run, and answers are short.
    void startTiny();
    void write(const char* name, const std::string& text) const;
    std::filesystem::path notes() const { return under->folder() / "notes"; }

    // Drops the folder on the window, as a file manager does.
    void dropFolder() const;
    void openPreflight() const;
    // From the drop to the last block.
    void encodeNotes() const;
    bool isIdle() const { return !under->desktop().bridge().isWorking(); }
    DocumentTreeModel::Figures figures() const;
    bool allReady() const;

    // Types a question and sends it.
    void ask(const QString& question) const;
    // The same, and waits for the end of the answer.
    void askAndWait(const QString& question) const;
    QString lastAnswer() const;
    // Runs the command of an action, as its menu entry does.
    void trigger(const char* action) const;
    // Of the message that was shown last and has such a widget.
    template <typename Widget>
    Widget* lastOf(const char* name) const {
        Widget* last = nullptr;
        for (Widget* widget : under->window().findChildren<Widget*>(QLatin1String(name)))
            if (widget->isVisible() && (!last || bottomOf(*widget) >= bottomOf(*last)))
                last = widget;
        if (!last) throw std::runtime_error(std::string("there is no widget ") + name);
        return last;
    }

    std::optional<DesktopUnderTest> under;

  private:
    static int bottomOf(const QWidget& widget);

    TempDir m_models;
};

}  // namespace asterism::test
