#include <utility>

#include <iostream>

#include <gtest/gtest.h>

#include <QAccessible>
#include <QAction>
#include <QDialog>
#include <QTest>

#include "tests/ui/desktop_fixture.h"
#include "tests/ui/filled_project.h"
#include "tests/ui/thread_clock.h"

namespace asterism {
namespace {

using test::DesktopUnderTest;

bool isControl(QAccessible::Role role) {
    switch (role) {
        case QAccessible::Button:
        case QAccessible::CheckBox:
        case QAccessible::RadioButton:
        case QAccessible::ComboBox:
        case QAccessible::EditableText:
        case QAccessible::SpinBox:
        case QAccessible::List:
        case QAccessible::Tree:
        case QAccessible::Table:
        case QAccessible::ProgressBar:
        case QAccessible::MenuItem:
            return true;
        default:
            return false;
    }
}

std::string placeOf(QAccessibleInterface* part) {
    const QObject* object = part->object();
    if (!object) return "(no object)";
    std::string place = object->metaObject()->className();
    place += " " + object->objectName().toStdString();
    if (const QObject* parent = object->parent())
        place += " in " + parent->objectName().toStdString() + " (" +
                 parent->metaObject()->className() + ")";
    return place;
}

// Adds what has no name or no role, below and with `part`.
void addUnnamed(QAccessibleInterface* part, std::vector<std::string>& unnamed) {
    if (!part || !part->isValid() || part->state().invisible) return;
    if (part->role() == QAccessible::NoRole) unnamed.push_back("no role: " + placeOf(part));
    const bool isInner =
        part->object() && part->object()->objectName().startsWith(QStringLiteral("qt_"));
    if (isControl(part->role()) && part->text(QAccessible::Name).trimmed().isEmpty() && !isInner)
        unnamed.push_back("no name: " + placeOf(part));
    // Items of lists and trees are the models' matter.
    const bool hasItems = part->role() == QAccessible::List || part->role() == QAccessible::Tree ||
                          part->role() == QAccessible::Table ||
                          part->role() == QAccessible::ComboBox ||
                          part->role() == QAccessible::SpinBox;
    if (hasItems) return;
    for (int i = 0; i < part->childCount(); ++i) addUnnamed(part->child(i), unnamed);
}

std::vector<std::string> unnamedIn(QWidget* widget) {
    std::vector<std::string> unnamed;
    addUnnamed(QAccessible::queryAccessibleInterface(widget), unnamed);
    return unnamed;
}

class DesktopAccess : public testing::Test {
  protected:
    DesktopAccess() {
        under.desktop().settings().set(Setting::hasSeenFirstRun, true);
        const std::int64_t chat = test::fillProject(under.library(), under.folder());
        under.window().resize(1280, 800);
        under.desktop().show({});
        under.library().openProject(QStringLiteral("Star attention"));
        under.library().openConversation(chat);
        QTest::qWait(50);
    }
    void expectNamed(QWidget* widget) {
        for (const std::string& place : unnamedIn(widget)) ADD_FAILURE() << place;
    }

    DesktopUnderTest under;
};

TEST_F(DesktopAccess, EveryControlOfTheWindowHasANameAndARole) {
    expectNamed(&under.window());
}

TEST_F(DesktopAccess, EveryControlOfTheDialogsHasANameAndARole) {
    for (const auto& [action, dialog] :
         {std::pair{"settingsAction", "settingsDialog"}, std::pair{"keysAction", "keysDialog"},
          std::pair{"modelsAction", "modelsDialog"},
          std::pair{"searchChatsAction", "searchDialog"}}) {
        under.window().findChild<QAction*>(QLatin1String(action))->trigger();
        auto* shown = under.find<QDialog>(dialog);
        expectNamed(shown);
        shown->close();
    }
}

TEST_F(DesktopAccess, TabReachesEveryButton) {
    std::vector<std::string> unreached;
    for (QWidget* widget : under.window().findChildren<QWidget*>()) {
        const QAccessibleInterface* part = QAccessible::queryAccessibleInterface(widget);
        const bool isInner = widget->objectName().startsWith(QStringLiteral("qt_"));
        if (!part || part->role() != QAccessible::Button || !widget->isVisible() || isInner)
            continue;
        if (!(widget->focusPolicy() & Qt::TabFocus))
            unreached.push_back(widget->objectName().toStdString());
    }
    EXPECT_TRUE(unreached.empty()) << testing::PrintToString(unreached);
}

TEST_F(DesktopAccess, AnAnswerCanBeReadLineByLine) {
    auto* answer = under.find<QWidget>("answerWidget");
    QWidget* body = answer->findChild<QWidget*>(QStringLiteral("messageBody"));
    QAccessibleInterface* part = QAccessible::queryAccessibleInterface(body);
    ASSERT_NE(part, nullptr);
    ASSERT_NE(part->textInterface(), nullptr);
    EXPECT_GT(part->textInterface()->characterCount(), 100);
}

TEST(DesktopStart, ShowsItsWindowInASecond) {
    DesktopUnderTest first;  // libraries and fonts are warm after this
    const double begin = test::threadSeconds();
    first.restart();
    first.desktop().settings().set(Setting::hasSeenFirstRun, true);
    first.desktop().show({});
    QApplication::processEvents();
    const double seconds = test::threadSeconds() - begin;
    std::cout << "start: " << seconds * 1000 << " ms of work" << std::endl;
    EXPECT_LT(seconds, 1.0);
}

}  // namespace
}  // namespace asterism
