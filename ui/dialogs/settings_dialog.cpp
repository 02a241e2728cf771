#include <algorithm>
#include <utility>

#include <QApplication>
#include <QCheckBox>
#include <QComboBox>
#include <QCoreApplication>
#include <QDialogButtonBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QSpinBox>
#include <QStackedWidget>
#include <QVBoxLayout>

#include "ui/appearance.h"
#include "ui/desktop_parts.h"
#include "ui/dialogs.h"
#include "ui/dialogs/cache_box.h"
#include "ui/dialogs/dialog_frame.h"
#include "ui/dialogs/dialog_list.h"
#include "ui/engine_bridge.h"
#include "ui/figures.h"
#include "ui/icons.h"
#include "ui/settings.h"
#include "ui/theme.h"

namespace asterism {

namespace {

using Choices = std::vector<std::pair<QString, QVariant>>;  // text, value

// The size of text. Its least value stands for the desktop's size; the step up from there begins at
// the size that is shown.
class PointsSpinBox : public QSpinBox {
  public:
    explicit PointsSpinBox(QWidget* parent) : QSpinBox(parent) {
        setRange(kSmallestPoints - 1, kLargestPoints);
    }
    void stepBy(int steps) override {
        if (value() == minimum() && steps > 0)
            setValue(QApplication::font().pointSize() + steps);
        else
            QSpinBox::stepBy(steps);
    }
};

// Settings by pages; each change applies at once.
class SettingsDialog : public QDialog {
    Q_DECLARE_TR_FUNCTIONS(SettingsDialog)

  public:
    SettingsDialog(const DialogParts& parts, QWidget* parent)
        : QDialog(parent),
          m_settings(parts.settings),
          m_desktop(parts.desktop),
          m_bridge(parts.bridge),
          m_pagesList(new QListWidget(this)),
          m_pages(new QStackedWidget(this)) {
        setWindowTitle(tr("Settings"));
        m_pagesList->setObjectName(QStringLiteral("settingsPagesList"));
        m_pagesList->setAccessibleName(tr("Pages"));
        m_pagesList->setIconSize(QSize(20, 20));
        m_pagesList->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
        addPages();
        m_pagesList->setFixedWidth(m_pagesList->sizeHintForColumn(0) + 2 * kGridUnit);
        auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
        QPushButton* reset = buttons->addButton(tr("Reset This Page"), QDialogButtonBox::ResetRole);
        reset->setObjectName(QStringLiteral("resetPageButton"));
        auto* row = new QHBoxLayout;
        row->setSpacing(2 * kGridUnit);
        row->addWidget(m_pagesList);
        row->addWidget(m_pages, 1);
        auto* layout = new QVBoxLayout(this);
        layout->setSpacing(2 * kGridUnit);
        layout->addLayout(row, 1);
        layout->addWidget(buttons);
        resize(720, 480);
        connect(m_pagesList, &QListWidget::currentRowChanged, m_pages,
                &QStackedWidget::setCurrentIndex);
        connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
        connect(reset, &QPushButton::clicked, this, [this] { resetPage(); });
        m_pagesList->setCurrentRow(0);
    }

  private:
    void addPages() {
        addPage(tr("General"), "preferences-desktop-theme", makeGeneral());
        addPage(tr("Models and Devices"), "cpu", makeEngine());
        addPage(tr("Storage"), "drive-harddisk", makeStorage());
        addPage(tr("Answers"), "chat", makeAnswers());
    }

    void addPage(const QString& name, const char* iconName, QWidget* page) {
        new QListWidgetItem(icon(iconName), name, m_pagesList);
        m_pages->addWidget(page);
    }

    void resetPage() {
        const int row = m_pagesList->currentRow();
        const auto shown = static_cast<SettingsPage>(row + 1);
        m_settings.reset(shown);
        if (shown == SettingsPage::storage) m_cacheBox->resetQuota();
        while (m_pages->count() > 0) {
            QWidget* page = m_pages->widget(0);
            m_pages->removeWidget(page);
            page->deleteLater();
        }
        m_pagesList->clear();
        addPages();
        m_pagesList->setCurrentRow(row);
    }

    static QFormLayout* startPage(const QString& title) {
        auto* page = new QWidget;
        auto* form = new QFormLayout(page);
        form->setContentsMargins(0, 0, 0, 0);
        form->setVerticalSpacing(kGridUnit + kGridUnit / 2);
        form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
        form->setRowWrapPolicy(QFormLayout::WrapLongRows);
        form->addRow(makeHeading(title, page));
        return form;
    }

    QComboBox* makeChoice(Setting setting, const QString& name, const Choices& choices) {
        auto* box = new QComboBox(this);
        box->setObjectName(name);
        for (const auto& [text, value] : choices) box->addItem(text, value);
        box->setCurrentIndex(std::max(0, box->findData(m_settings.value(setting))));
        connect(box, &QComboBox::activated, this,
                [this, box, setting] { m_settings.set(setting, box->currentData()); });
        return box;
    }

    QSpinBox* makeNumber(Setting setting, const QString& name, int least, int most) {
        auto* box = new QSpinBox(this);
        box->setObjectName(name);
        box->setRange(least, most);
        box->setGroupSeparatorShown(true);
        // Each change is applied at once: 1 on the way to 16 threads would open the model for it.
        box->setKeyboardTracking(false);
        box->setValue(m_settings.number(setting));
        connect(box, &QSpinBox::valueChanged, this,
                [this, setting](int value) { m_settings.set(setting, value); });
        return box;
    }

    QSpinBox* makePoints() {
        auto* box = new PointsSpinBox(this);
        box->setObjectName(QStringLiteral("fontPointsSpinBox"));
        box->setKeyboardTracking(false);
        box->setSpecialValueText(tr("As the desktop"));
        box->setSuffix(tr(" pt"));
        box->setValue(m_settings.number(Setting::fontPoints));
        connect(box, &QSpinBox::valueChanged, this, [this, box](int value) {
            m_settings.set(Setting::fontPoints, value == box->minimum() ? 0 : value);
        });
        return box;
    }

    QCheckBox* makeSwitch(Setting setting, const QString& text, const QString& name) {
        auto* box = new QCheckBox(text, this);
        box->setObjectName(name);
        box->setChecked(m_settings.isOn(setting));
        connect(box, &QCheckBox::toggled, this,
                [this, setting](bool isOn) { m_settings.set(setting, isOn); });
        return box;
    }

    QWidget* makeGeneral() {
        QFormLayout* form = startPage(tr("General"));
        QWidget* page = form->parentWidget();
        form->addRow(tr("Theme:"), makeChoice(Setting::theme, QStringLiteral("themeComboBox"),
                                              {{tr("As the desktop"), QStringLiteral("system")},
                                               {tr("Light"), QStringLiteral("light")},
                                               {tr("Dark"), QStringLiteral("dark")}}));
        form->addRow(tr("Language:"),
                     makeChoice(Setting::language, QStringLiteral("languageComboBox"),
                                {{tr("As the desktop"), QString()},
                                 {QStringLiteral("English"), QStringLiteral("en")},
                                 {QStringLiteral("Deutsch"), QStringLiteral("de")},
                                 {QStringLiteral("简体中文"), QStringLiteral("zh_CN")}}));
        form->addRow(tr("Text size:"), makePoints());
        return page;
    }

    QWidget* makeEngine() {
        QFormLayout* form = startPage(tr("Models and Devices"));
        QWidget* page = form->parentWidget();
        Choices models{{tr("%1 (default)")
                            .arg(QString::fromStdString(m_desktop.catalogue->defaultEntry().name)),
                        QString()}};
        for (const CatalogueEntry& entry : m_desktop.catalogue->entries())
            models.emplace_back(QString::fromStdString(entry.title),
                                QString::fromStdString(entry.name));
        const QString own = m_settings.text(Setting::defaultModel);
        if (!own.isEmpty() && !m_desktop.catalogue->find(own.toStdString()))
            models.emplace_back(own, own);
        form->addRow(tr("Model of new projects:"),
                     makeChoice(Setting::defaultModel, QStringLiteral("modelComboBox"), models));
        Choices devices;
        for (const std::string& device : m_desktop.devices)
            devices.emplace_back(deviceText(device), QString::fromStdString(device));
        form->addRow(tr("Device:"),
                     makeChoice(Setting::device, QStringLiteral("deviceComboBox"), devices));
        QSpinBox* threads = makeNumber(Setting::threads, QStringLiteral("threadsSpinBox"), 0, 256);
        threads->setSpecialValueText(tr("All cores"));
        form->addRow(tr("Threads:"), threads);
        auto* folder = new QLabel(QString::fromStdString(m_desktop.modelFolder.string()), page);
        folder->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
        folder->setWordWrap(true);
        form->addRow(tr("Models are in:"), folder);
        form->addRow(makeHint(tr("A change of device or threads opens the model again."), page));
        return page;
    }

    QWidget* makeStorage() {
        QFormLayout* form = startPage(tr("Storage"));
        QWidget* page = form->parentWidget();
        m_cacheBox = new CacheBox(m_desktop.workspace.blocks.folder, m_settings, page);
        connect(m_cacheBox, &CacheBox::changed, &m_bridge, &EngineBridge::noteCache);
        form->addRow(m_cacheBox);
        form->addRow(tr("KV cache of new projects:"),
                     makeChoice(Setting::kvType, QStringLiteral("kvTypeComboBox"),
                                {{tr("8 bits (q8)"), QStringLiteral("q8")},
                                 {tr("16 bits (bf16)"), QStringLiteral("bf16")},
                                 {tr("32 bits (f32)"), QStringLiteral("f32")}}));
        form->addRow(tr("Block size of new projects:"),
                     makeChoice(Setting::blockTokens, QStringLiteral("blockTokensComboBox"),
                                {{tr("2,048 tokens"), 2048},
                                 {tr("4,096 tokens"), 4096},
                                 {tr("6,144 tokens"), 6144},
                                 {tr("8,192 tokens"), 8192},
                                 {tr("16,384 tokens"), 16384}}));
        form->addRow(QString(),
                     makeSwitch(Setting::watchesSources, tr("Notice when source files change"),
                                QStringLiteral("watchCheckBox")));
        return page;
    }

    QWidget* makeAnswers() {
        QFormLayout* form = startPage(tr("Answers"));
        QWidget* page = form->parentWidget();
        QSpinBox* longest =
            makeNumber(Setting::maxTokens, QStringLiteral("maxTokensSpinBox"), 16, 8192);
        longest->setSuffix(tr(" tokens"));
        form->addRow(tr("Longest answer:"), longest);
        QSpinBox* room = makeNumber(Setting::room, QStringLiteral("roomSpinBox"), 256, 32768);
        room->setSuffix(tr(" tokens"));
        form->addRow(tr("Room for a chat:"), room);
        form->addRow(makeHint(tr("Questions and answers of one chat share this room. It is fixed "
                                 "when a chat begins."),
                              page));
        auto* temperature = new QDoubleSpinBox(this);
        temperature->setObjectName(QStringLiteral("temperatureSpinBox"));
        temperature->setRange(0, 2);
        temperature->setSingleStep(0.1);
        temperature->setDecimals(1);
        temperature->setSpecialValueText(tr("None: always the likeliest word"));
        temperature->setValue(m_settings.value(Setting::temperature).toDouble());
        connect(temperature, &QDoubleSpinBox::valueChanged, this,
                [this](double value) { m_settings.set(Setting::temperature, value); });
        form->addRow(tr("Chance in the choice of words:"), temperature);
        return page;
    }

    Settings& m_settings;
    const DesktopParts& m_desktop;
    EngineBridge& m_bridge;
    CacheBox* m_cacheBox = nullptr;
    QListWidget* m_pagesList;
    QStackedWidget* m_pages;
};

}  // namespace

void openSettings(const DialogParts& parts) {
    openOnce(parts.window, QStringLiteral("settingsDialog"),
             [&] { return new SettingsDialog(parts, &parts.window); });
}

}  // namespace asterism
