#include <QButtonGroup>
#include <QCoreApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QRadioButton>
#include <QStackedWidget>
#include <QThread>
#include <QVBoxLayout>

#include "ui/desktop_parts.h"
#include "ui/dialogs/dialog_frame.h"
#include "ui/dialogs/dialog_list.h"
#include "ui/dialogs/model_list.h"
#include "ui/figures.h"
#include "ui/icons.h"
#include "ui/library.h"
#include "ui/settings.h"
#include "ui/theme.h"

namespace asterism {

namespace {

// The first start in three steps, each of which can be skipped: a model, a device, the sample.
class FirstRunDialog : public QDialog {
    Q_DECLARE_TR_FUNCTIONS(FirstRunDialog)

  public:
    FirstRunDialog(const DialogParts& parts, const std::function<void()>& onSample)
        : QDialog(&parts.window),
          m_settings(parts.settings),
          m_onSample(onSample),
          m_steps(new QStackedWidget(this)),
          m_stepLabel(makeHint({}, this)),
          m_backButton(new QPushButton(tr("Back"), this)),
          m_skipButton(new QPushButton(tr("Skip"), this)),
          m_nextButton(new QPushButton(this)) {
        setWindowTitle(tr("Welcome to Asterism"));
        m_backButton->setObjectName(QStringLiteral("backButton"));
        m_skipButton->setObjectName(QStringLiteral("skipButton"));
        m_nextButton->setObjectName(QStringLiteral("nextButton"));
        m_nextButton->setDefault(true);
        m_stepLabel->setObjectName(QStringLiteral("stepLabel"));
        m_steps->addWidget(makeModelStep(parts));
        m_steps->addWidget(makeDeviceStep(parts));
        m_steps->addWidget(makeSampleStep(parts));
        auto* row = new QHBoxLayout;
        row->addWidget(m_stepLabel, 1);
        row->addWidget(m_backButton);
        row->addWidget(m_skipButton);
        row->addWidget(m_nextButton);
        auto* layout = new QVBoxLayout(this);
        layout->setContentsMargins(3 * kGridUnit, 3 * kGridUnit, 3 * kGridUnit, 2 * kGridUnit);
        layout->setSpacing(2 * kGridUnit);
        layout->addWidget(m_steps, 1);
        layout->addLayout(row);
        resize(800, 460);
        connect(m_backButton, &QPushButton::clicked, this,
                [this] { show(m_steps->currentIndex() - 1); });
        connect(m_skipButton, &QPushButton::clicked, this, [this] { goOn(false); });
        connect(m_nextButton, &QPushButton::clicked, this, [this] { goOn(true); });
        connect(this, &QDialog::finished, this, [this](int result) {
            m_settings.set(Setting::hasSeenFirstRun, true);
            if (result == QDialog::Accepted && m_takesSample) m_onSample();
        });
        show(0);
    }

    void done(int result) override {
        m_models->leave([this, result] { QDialog::done(result); });
    }

  private:
    static QVBoxLayout* startStep(const QString& title, const QString& text) {
        auto* page = new QWidget;
        auto* layout = new QVBoxLayout(page);
        layout->setContentsMargins(0, 0, 0, 0);
        layout->setSpacing(kGridUnit);
        layout->addWidget(makeHeading(title, page));
        layout->addWidget(makeHint(text, page));
        return layout;
    }

    QWidget* makeModelStep(const DialogParts& parts) {
        QVBoxLayout* layout = startStep(
            tr("A model to read with"),
            tr("Asterism runs it on this machine. The small one is quick everywhere; the larger "
               "ones answer better. You can change it later."));
        m_models =
            new ModelList(parts.desktop, parts.library, parts.settings, layout->parentWidget());
        layout->addWidget(m_models, 1);
        connect(m_models, &ModelList::choiceChanged, this, [this] { showButtons(); });
        connect(m_models, &ModelList::arrived, this, [this] { showButtons(); });
        return layout->parentWidget();
    }

    QWidget* makeDeviceStep(const DialogParts& parts) {
        QVBoxLayout* layout =
            startStep(tr("A device to compute with"),
                      tr("A graphics card encodes long texts many times faster, where there is "
                         "one that Asterism can use."));
        QWidget* page = layout->parentWidget();
        auto* group = new QButtonGroup(page);
        for (const std::string& device : parts.desktop.devices) {
            const QString name = QString::fromStdString(device);
            const bool isProcessor = name == QLatin1String("cpu");
            auto* choice = new QRadioButton(
                isProcessor ? tr("Processor, %n thread(s)", nullptr, QThread::idealThreadCount())
                            : deviceText(device),
                page);
            choice->setObjectName(QStringLiteral("%1DeviceButton").arg(name));
            choice->setChecked(name == m_settings.text(Setting::device));
            connect(choice, &QRadioButton::toggled, this, [this, name](bool isOn) {
                if (isOn) m_settings.set(Setting::device, name);
            });
            group->addButton(choice);
            layout->addWidget(choice);
        }
        if (parts.desktop.devices.size() == 1)
            layout->addWidget(makeHint(tr("This build uses the processor only."), page));
        layout->addStretch(1);
        return page;
    }

    QWidget* makeSampleStep(const DialogParts& parts) {
        m_hasSample = !parts.desktop.sample.empty();
        QVBoxLayout* layout = startStep(
            tr("Something to read"),
            m_hasSample ? tr("The sample project holds Asterism's manual and the source code of "
                             "its star attention. Ask it how Asterism works, or close this and "
                             "drop your own files on the window.")
                        : tr("Drop files or a folder on the window; you see what would be read "
                             "first."));
        auto* sign = new QLabel(layout->parentWidget());
        sign->setPixmap(programIcon().pixmap(QSize(96, 96)));
        sign->setAlignment(Qt::AlignCenter);
        layout->addWidget(sign, 1);
        return layout->parentWidget();
    }

    void show(int step) {
        m_steps->setCurrentIndex(step);
        m_stepLabel->setText(tr("Step %1 of %2").arg(step + 1).arg(m_steps->count()));
        showButtons();
        (m_nextButton->isEnabled() ? m_nextButton : m_skipButton)->setFocus();
    }

    void showButtons() {
        if (m_steps->count() == 0) return;
        const int step = m_steps->currentIndex();
        const bool isLast = step == m_steps->count() - 1;
        m_backButton->setEnabled(step > 0);
        m_nextButton->setText(isLast ? tr("Open the Sample") : tr("Next"));
        m_nextButton->setEnabled(step == 0 ? m_models->isHere(m_models->chosen())
                                           : !isLast || m_hasSample);
        m_skipButton->setText(isLast ? tr("Start Empty") : tr("Skip"));
    }

    void goOn(bool takes) {
        const int step = m_steps->currentIndex();
        if (step == 0 && takes) m_settings.set(Setting::defaultModel, m_models->chosen());
        if (step < m_steps->count() - 1) return show(step + 1);
        m_takesSample = takes;
        accept();
    }

    Settings& m_settings;
    std::function<void()> m_onSample;
    QStackedWidget* m_steps;
    QLabel* m_stepLabel;
    QPushButton* m_backButton;
    QPushButton* m_skipButton;
    QPushButton* m_nextButton;
    ModelList* m_models = nullptr;
    bool m_hasSample = false;
    bool m_takesSample = false;
};

}  // namespace

void openFirstRun(const DialogParts& parts, const std::function<void()>& onSample) {
    openOnce(parts.window, QStringLiteral("firstRunDialog"),
             [&] { return new FirstRunDialog(parts, onSample); });
}

}  // namespace asterism
