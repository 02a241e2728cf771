#include <QCoreApplication>
#include <QDialogButtonBox>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include "core/base/error.h"
#include "ui/dialogs.h"
#include "ui/dialogs/dialog_frame.h"
#include "ui/dialogs/dialog_list.h"
#include "ui/dialogs/model_list.h"
#include "ui/figures.h"
#include "ui/library.h"
#include "ui/settings.h"
#include "ui/theme.h"

namespace asterism {

namespace {

// Chooses and fetches models.
class ModelsDialog : public QDialog {
    Q_DECLARE_TR_FUNCTIONS(ModelsDialog)

  public:
    ModelsDialog(const DialogParts& parts, const std::function<void()>& onChange)
        : QDialog(&parts.window),
          m_library(parts.library),
          m_onChange(onChange),
          m_list(new ModelList(parts.desktop, parts.library, parts.settings, this)),
          m_projectButton(new QPushButton(tr("Use for This Project"), this)),
          m_standardButton(new QPushButton(tr("Use for New Projects"), this)) {
        setWindowTitle(tr("Models"));
        m_projectButton->setObjectName(QStringLiteral("useForProjectButton"));
        m_standardButton->setObjectName(QStringLiteral("useForNewButton"));
        auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
        buttons->addButton(m_projectButton, QDialogButtonBox::ActionRole);
        buttons->addButton(m_standardButton, QDialogButtonBox::ActionRole);
        auto* layout = new QVBoxLayout(this);
        layout->setSpacing(kGridUnit);
        layout->addWidget(makeHint(tr("Models come over the network only when you press Get; each "
                                      "is checked against its checksum."),
                                   this));
        layout->addWidget(m_list, 1);
        layout->addWidget(buttons);
        resize(860, 440);
        connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
        connect(m_list, &ModelList::choiceChanged, this, [this] { showChoice(); });
        connect(m_list, &ModelList::arrived, this, [this](const QString& model) {
            if (m_library.project().model == model.toStdString()) m_onChange();
            showChoice();
        });
        connect(m_projectButton, &QPushButton::clicked, this, [this] { askChange(); });
        connect(m_standardButton, &QPushButton::clicked, this, [this, &settings = parts.settings] {
            settings.set(Setting::defaultModel, m_list->chosen());
            showChoice();
        });
        showChoice();
    }

    void done(int result) override {
        m_list->leave([this, result] { QDialog::done(result); });
    }

  private:
    void showChoice() {
        const QString model = m_list->chosen();
        const bool isHere = !model.isEmpty() && m_list->isHere(model);
        m_standardButton->setEnabled(isHere);
        m_projectButton->setEnabled(isHere && m_library.hasProject() &&
                                    m_library.project().model != model.toStdString());
    }

    void askChange() {
        std::int64_t tokens = 0;
        for (const DocumentRecord& document : m_library.attempt(
                 [this] { return m_library.documents().list(m_library.project().id); }))
            tokens += document.tokens;
        const QString model = m_list->chosen();
        dialogs::ask(this,
                     {tr("Change the Model"), tr("Use %1 for this project?").arg(model),
                      tr("All %1 tokens must be encoded again. Chats stay.").arg(countText(tokens)),
                      tr("Change"), tokens > 0},
                     [this, model] {
                         try {
                             m_library.projects().setModel(m_library.project().id,
                                                           model.toStdString(), {});
                             m_library.noteProjects();
                             accept();
                             m_onChange();
                         } catch (const Error& error) {
                             dialogs::showError(this, tr("The model was not changed"),
                                                QString::fromUtf8(error.what()));
                         }
                     });
    }

    Library& m_library;
    std::function<void()> m_onChange;
    ModelList* m_list;
    QPushButton* m_projectButton;
    QPushButton* m_standardButton;
};

}  // namespace

void openModels(const DialogParts& parts, const std::function<void()>& onChange) {
    openOnce(parts.window, QStringLiteral("modelsDialog"),
             [&] { return new ModelsDialog(parts, onChange); });
}

}  // namespace asterism
