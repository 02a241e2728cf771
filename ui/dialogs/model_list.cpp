#include "ui/dialogs/model_list.h"

#include <algorithm>

#include <QFileInfo>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QProgressBar>
#include <QPushButton>
#include <QTreeWidget>
#include <QVBoxLayout>

#include "ui/desktop_parts.h"
#include "ui/dialogs.h"
#include "ui/dialogs/dialog_frame.h"
#include "ui/figures.h"
#include "ui/icons.h"
#include "ui/library.h"
#include "ui/model_download.h"
#include "ui/settings.h"
#include "ui/theme.h"

namespace asterism {

namespace {

// Working memory besides the weights, for texts of ordinary length.
constexpr std::uint64_t kWorkBytes = 400'000'000;

}  // namespace

ModelList::ModelList(const DesktopParts& parts, Library& library, Settings& settings,
                     QWidget* parent)
    : QWidget(parent),
      m_parts(parts),
      m_library(library),
      m_settings(settings),
      m_download(new ModelDownload(parts, this)),
      m_modelsTree(new QTreeWidget(this)),
      m_termsLabel(makeHint({}, this)),
      m_progressBar(new QProgressBar(this)),
      m_progressLabel(makeHint({}, this)),
      m_getButton(new QPushButton(tr("Get"), this)),
      m_addButton(new QPushButton(tr("Add a File…"), this)) {
    m_modelsTree->setObjectName(QStringLiteral("modelsTree"));
    m_modelsTree->setAccessibleName(tr("Models"));
    m_modelsTree->setRootIsDecorated(false);
    m_modelsTree->setAlternatingRowColors(true);
    m_modelsTree->setHeaderLabels(
        {tr("Model"), tr("State"), tr("Size"), tr("Memory"), tr("Licence"), tr("Speed here")});
    m_modelsTree->header()->setStretchLastSection(false);
    m_modelsTree->header()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_modelsTree->header()->setSectionResizeMode(0, QHeaderView::Stretch);
    m_getButton->setObjectName(QStringLiteral("getModelButton"));
    m_addButton->setObjectName(QStringLiteral("addModelButton"));
    m_addButton->setToolTip(tr("A GGUF file that is on this machine already"));
    m_termsLabel->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_progressBar->setObjectName(QStringLiteral("downloadProgressBar"));
    m_progressBar->setAccessibleName(tr("Progress of the download"));
    m_progressBar->setRange(0, 1000);
    m_progressBar->setTextVisible(false);
    m_progressBar->setFixedHeight(kGridUnit);
    m_progressBar->hide();
    m_progressLabel->setObjectName(QStringLiteral("downloadLabel"));
    auto* row = new QHBoxLayout;
    row->addWidget(m_progressLabel, 1);
    row->addWidget(m_addButton);
    row->addWidget(m_getButton);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGridUnit);
    layout->addWidget(m_modelsTree, 1);
    layout->addWidget(m_termsLabel);
    layout->addWidget(m_progressBar);
    layout->addLayout(row);
    connect(m_modelsTree, &QTreeWidget::currentItemChanged, this, &ModelList::showChoice);
    connect(m_getButton, &QPushButton::clicked, this, &ModelList::toggleDownload);
    connect(m_addButton, &QPushButton::clicked, this, [this] {
        dialogs::chooseFiles(this, tr("Add a Model"), [this](const QStringList& paths) {
            m_settings.set(Setting::defaultModel, paths.value(0));
            fill();
            choose(paths.value(0));
            emit arrived(paths.value(0));
        });
    });
    connect(m_download, &ModelDownload::progressed, this, &ModelList::showProgress);
    const auto onEnd = [this](const QString& text) {
        m_progressBar->hide();
        fill();
        m_progressLabel->setText(text);
    };
    connect(m_download, &ModelDownload::finished, this, [this, onEnd] {
        onEnd(tr("%1 is here, and its checksum is right.").arg(m_download->model()));
        emit arrived(m_download->model());
    });
    connect(m_download, &ModelDownload::stopped, this,
            [onEnd] { onEnd(tr("Paused. What has arrived is kept.")); });
    connect(m_download, &ModelDownload::failed, this, onEnd);
    fill();
}

void ModelList::fill() {
    const QString before = chosen();
    m_modelsTree->clear();
    for (const CatalogueEntry& entry : m_parts.catalogue->entries()) {
        const QString name = QString::fromStdString(entry.name);
        addRow(name,
               {QString::fromStdString(entry.title),
                {},
                bytesText(entry.bytes),
                bytesText(entry.bytes + kWorkBytes),
                QString::fromStdString(entry.licence),
                speedOf(entry.name)},
               isHere(name));
    }
    const QString own = m_settings.text(Setting::defaultModel);
    if (!own.isEmpty() && !m_parts.catalogue->find(own.toStdString())) {
        const QFileInfo file(own);
        const auto bytes = static_cast<std::uint64_t>(std::max<qint64>(0, file.size()));
        addRow(own,
               {file.fileName(),
                {},
                bytesText(bytes),
                bytesText(bytes + kWorkBytes),
                tr("as its maker says"),
                speedOf(own.toStdString())},
               file.exists());
    }
    choose(before.isEmpty() ? usual() : before);
    showChoice();
}

void ModelList::choose(const QString& model) {
    for (int row = 0; row < m_modelsTree->topLevelItemCount(); ++row)
        if (row == 0 || m_modelsTree->topLevelItem(row)->data(0, Qt::UserRole) == model)
            m_modelsTree->setCurrentItem(m_modelsTree->topLevelItem(row));
}

// That of new projects or, where it is not here, one that can be used without the network.
QString ModelList::usual() const {
    QString set = m_settings.text(Setting::defaultModel);
    if (!set.isEmpty() && isHere(set)) return set;
    const auto isFetched = [this](const CatalogueEntry& entry) {
        return isHere(QString::fromStdString(entry.name));
    };
    return QString::fromStdString(m_parts.catalogue->usualEntry(isFetched).name);
}

void ModelList::addRow(const QString& model, const QStringList& texts, bool isHere) {
    auto* item = new QTreeWidgetItem(m_modelsTree, texts);
    item->setData(0, Qt::UserRole, model);
    item->setIcon(0, icon("cpu"));
    item->setText(1, isHere ? tr("on this machine") : tr("not here yet"));
    item->setIcon(1, icon(isHere ? "state-ready" : "download"));
    for (const int column : {2, 3, 5})
        item->setTextAlignment(column, Qt::AlignRight | Qt::AlignVCenter);
    item->setToolTip(0, texts.value(0));
}

// What this machine was measured at with the model, in any project that uses it.
QString ModelList::speedOf(const std::string& model) const {
    const std::string device = m_settings.text(Setting::device).toStdString();
    for (const ProjectRecord& project :
         m_library.attempt([this] { return m_library.projects().list(); })) {
        if (project.model != model || project.modelFingerprint.empty()) continue;
        const double rate = m_library.attempt([&] {
            return m_library.documents().rate(device, project.modelFingerprint,
                                              project.settings.blockTokens);
        });
        if (rate > 0) return tr("%1 tokens/s").arg(QLocale().toString(rate, 'f', 0));
    }
    return tr("not measured");
}

QString ModelList::chosen() const {
    const QTreeWidgetItem* item = m_modelsTree->currentItem();
    return item ? item->data(0, Qt::UserRole).toString() : QString();
}

bool ModelList::isHere(const QString& model) const {
    const CatalogueEntry* entry = m_parts.catalogue->find(model.toStdString());
    if (!entry) return QFileInfo::exists(model);
    return std::filesystem::exists(m_parts.modelFolder / entry->fileName);
}

// Whether a part of it was fetched before.
bool ModelList::hasBegun(const CatalogueEntry& entry) const {
    const std::filesystem::path part = m_parts.modelFolder / (entry.fileName + ".part");
    return QFileInfo(QString::fromStdString(part.string())).size() > 0;
}

void ModelList::showChoice() {
    const CatalogueEntry* entry = m_parts.catalogue->find(chosen().toStdString());
    m_termsLabel->setText(entry ? QString::fromStdString(entry->title) + QLatin1Char('\n') +
                                      tr("Terms: %1\nSHA-256: %2")
                                          .arg(QString::fromStdString(entry->terms),
                                               QString::fromStdString(entry->sha256))
                                : tr("Added by hand: %1").arg(chosen()));
    const bool isRunning = m_download->isRunning();
    m_getButton->setText(isRunning                   ? tr("Pause")
                         : entry && hasBegun(*entry) ? tr("Resume")
                                                     : tr("Get"));
    m_getButton->setEnabled(isRunning || (entry && !isHere(chosen())));
    emit choiceChanged();
}

void ModelList::toggleDownload() {
    if (m_download->isRunning()) return m_download->stop();
    const CatalogueEntry* entry = m_parts.catalogue->find(chosen().toStdString());
    if (!entry) return;
    m_progressBar->setValue(0);
    m_progressBar->show();
    m_progressLabel->setText(tr("Looking for %1…").arg(chosen()));
    m_download->start(*entry);
    showChoice();
}

void ModelList::leave(const std::function<void()>& onLeave) {
    if (!m_download->isRunning()) return onLeave();
    dialogs::ask(this,
                 {tr("A Model Is Being Fetched"), tr("Stop getting %1?").arg(m_download->model()),
                  tr("What has arrived is kept: Resume under Models goes on from there."),
                  tr("Stop and Close"), false},
                 onLeave);
}

void ModelList::showProgress(bool isChecking, double share) {
    m_progressBar->setValue(static_cast<int>(share * 1000));
    m_progressLabel->setText((isChecking ? tr("Checking %1: %2") : tr("Getting %1: %2"))
                                 .arg(m_download->model(), shareText(share)));
}

}  // namespace asterism
