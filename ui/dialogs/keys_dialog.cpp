#include <algorithm>
#include <utility>

#include <QAction>
#include <QCoreApplication>
#include <QDialogButtonBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeySequenceEdit>
#include <QLabel>
#include <QPixmap>
#include <QPushButton>
#include <QTreeWidget>
#include <QVBoxLayout>

#include "ui/commands.h"
#include "ui/dialogs/dialog_frame.h"
#include "ui/dialogs/dialog_list.h"
#include "ui/settings.h"
#include "ui/theme.h"

namespace asterism {

namespace {

// Shows the keys of all commands and changes them.
class KeysDialog : public QDialog {
    Q_DECLARE_TR_FUNCTIONS(KeysDialog)

  public:
    KeysDialog(CommandSet& commands, Settings& settings, QWidget* parent)
        : QDialog(parent),
          m_commands(commands),
          m_settings(settings),
          m_keysTree(new QTreeWidget(this)),
          m_keyEdit(new QKeySequenceEdit(this)),
          m_setButton(new QPushButton(tr("Use These Keys"), this)),
          m_noteLabel(makeHint({}, this)) {
        setWindowTitle(tr("Keys"));
        m_keysTree->setObjectName(QStringLiteral("keysTree"));
        m_keysTree->setAccessibleName(tr("Commands and their keys"));
        m_keysTree->setHeaderLabels({tr("Command"), tr("Keys")});
        m_keysTree->setRootIsDecorated(false);
        m_keysTree->setUniformRowHeights(true);
        m_keysTree->setAlternatingRowColors(true);
        m_keysTree->header()->resizeSection(0, 280);
        m_keyEdit->setObjectName(QStringLiteral("keyEdit"));
        m_keyEdit->setAccessibleName(tr("New keys"));
        m_setButton->setObjectName(QStringLiteral("setKeysButton"));
        auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
        QPushButton* reset = buttons->addButton(tr("Reset All"), QDialogButtonBox::ResetRole);
        reset->setObjectName(QStringLiteral("resetKeysButton"));
        auto* row = new QHBoxLayout;
        row->addWidget(m_keyEdit, 1);
        row->addWidget(m_setButton);
        auto* layout = new QVBoxLayout(this);
        layout->setSpacing(kGridUnit);
        layout->addWidget(m_keysTree, 1);
        layout->addLayout(row);
        layout->addWidget(m_noteLabel);
        layout->addWidget(buttons);
        resize(560, 600);
        connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
        connect(reset, &QPushButton::clicked, this, [this] { m_settings.resetKeys(); });
        connect(m_setButton, &QPushButton::clicked, this, [this] { setKeys(); });
        connect(m_keysTree, &QTreeWidget::currentItemChanged, this, [this] { showCurrent(); });
        connect(&settings, &Settings::keysChanged, this, [this] { fill(); });
        fill();
    }

  private:
    void fill() {
        const int current = std::max(0, m_keysTree->indexOfTopLevelItem(m_keysTree->currentItem()));
        m_keysTree->clear();
        QPixmap nothing(2 * kGridUnit, 2 * kGridUnit);  // keeps names in one line
        nothing.fill(Qt::transparent);
        for (const auto& [command, action] : m_commands.all()) {
            QStringList keys;
            for (const QKeySequence& sequence : action->shortcuts())
                keys << sequence.toString(QKeySequence::NativeText);
            auto* item = new QTreeWidgetItem(
                m_keysTree, {action->text().remove(QLatin1Char('&')), keys.join(tr(" or "))});
            item->setIcon(0, action->icon().isNull() ? QIcon(nothing) : action->icon());
            item->setData(0, Qt::UserRole, static_cast<int>(command));
        }
        for (const auto& [name, keys] :
             {std::pair{tr("Send the question"), tr("Enter")},
              std::pair{tr("New line in the question"), tr("Shift+Enter")}}) {
            auto* item = new QTreeWidgetItem(m_keysTree, {name, keys});
            item->setFlags(Qt::ItemIsEnabled);
        }
        m_keysTree->setCurrentItem(m_keysTree->topLevelItem(current));
    }

    void showCurrent() {
        const QTreeWidgetItem* item = m_keysTree->currentItem();
        const bool canChange = item && item->data(0, Qt::UserRole).isValid();
        m_keyEdit->setEnabled(canChange);
        m_setButton->setEnabled(canChange);
        m_keyEdit->clear();
        m_noteLabel->setText(canChange ? tr("Click into the field and press the new keys.")
                                       : tr("These keys are fixed."));
    }

    void setKeys() {
        const QKeySequence keys = m_keyEdit->keySequence();
        if (keys.isEmpty() || !m_keysTree->currentItem()) return;
        const auto chosen =
            static_cast<Command>(m_keysTree->currentItem()->data(0, Qt::UserRole).toInt());
        for (const auto& [command, action] : m_commands.all())
            if (command != chosen && action->shortcuts().contains(keys)) {
                m_noteLabel->setText(tr("%1 already does “%2”; choose other keys.")
                                         .arg(keys.toString(QKeySequence::NativeText),
                                              action->text().remove(QLatin1Char('&'))));
                return;
            }
        m_settings.setKeys(CommandSet::nameOf(chosen), keys.toString(QKeySequence::PortableText));
    }

    CommandSet& m_commands;
    Settings& m_settings;
    QTreeWidget* m_keysTree;
    QKeySequenceEdit* m_keyEdit;
    QPushButton* m_setButton;
    QLabel* m_noteLabel;
};

}  // namespace

void openKeys(const DialogParts& parts) {
    openOnce(parts.window, QStringLiteral("keysDialog"),
             [&] { return new KeysDialog(parts.commands, parts.settings, &parts.window); });
}

}  // namespace asterism
