#include "ui/dialogs/cache_box.h"

#include <algorithm>
#include <utility>

#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QSignalBlocker>
#include <QThread>

#include "core/base/error.h"
#include "storage/cache_settings.h"
#include "storage/disk_block_store.h"
#include "ui/dialogs.h"
#include "ui/figures.h"
#include "ui/settings.h"
#include "ui/theme.h"

namespace asterism {

namespace {

constexpr double kGigabyte = 1e9;

}  // namespace

CacheBox::CacheBox(std::filesystem::path folder, Settings& settings, QWidget* parent)
    : QWidget(parent),
      m_folder(std::move(folder)),
      m_settings(settings),
      m_folderLabel(new QLabel(this)),
      m_quotaSpinBox(new QDoubleSpinBox(this)),
      m_usageBar(new QProgressBar(this)),
      m_usageLabel(new QLabel(tr("Counting…"), this)),
      m_clearButton(new QPushButton(tr("Clear…"), this)) {
    const QString kept = settings.text(Setting::cacheFolder);
    const QString used = QString::fromStdString(m_folder.string());
    m_folderLabel->setObjectName(QStringLiteral("cacheFolderLabel"));
    m_folderLabel->setText(
        kept.isEmpty() || kept == used ? used : tr("%1 (from the next start on)").arg(kept));
    m_folderLabel->setWordWrap(true);
    m_folderLabel->setTextInteractionFlags(Qt::TextSelectableByMouse |
                                           Qt::TextSelectableByKeyboard);
    auto* moveButton = new QPushButton(tr("Move…"), this);
    moveButton->setObjectName(QStringLiteral("moveCacheButton"));
    moveButton->setToolTip(tr("Choose another folder; it is used from the next start on"));
    m_clearButton->setObjectName(QStringLiteral("clearCacheButton"));
    m_quotaSpinBox->setObjectName(QStringLiteral("quotaSpinBox"));
    m_quotaSpinBox->setRange(0.1, 100'000);
    m_quotaSpinBox->setDecimals(1);
    // Blocks beyond the quota go at once: 2 on the way to 25 GB would take most of them.
    m_quotaSpinBox->setKeyboardTracking(false);
    m_quotaSpinBox->setSuffix(tr(" GB"));
    m_usageBar->setAccessibleName(tr("Share of the quota in use"));
    m_usageBar->setTextVisible(false);
    m_usageBar->setFixedHeight(kGridUnit);
    m_usageBar->setRange(0, 1000);
    m_usageLabel->setObjectName(QStringLiteral("cacheUsageLabel"));
    m_usageLabel->setForegroundRole(QPalette::PlaceholderText);
    const auto makeRow = [](QWidget* left, QWidget* right) {
        auto* row = new QHBoxLayout;
        row->addWidget(left, 1);
        row->addWidget(right);
        return row;
    };
    auto* form = new QFormLayout(this);
    form->setContentsMargins(0, 0, 0, 0);
    form->setVerticalSpacing(kGridUnit);
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    form->addRow(tr("KV cache in:"), makeRow(m_folderLabel, moveButton));
    form->addRow(tr("It may take:"), m_quotaSpinBox);
    form->addRow(m_usageBar);
    form->addRow(makeRow(m_usageLabel, m_clearButton));
    connect(moveButton, &QPushButton::clicked, this, &CacheBox::chooseFolder);
    connect(m_clearButton, &QPushButton::clicked, this, &CacheBox::askClear);
    connect(m_quotaSpinBox, &QDoubleSpinBox::valueChanged, this, &CacheBox::keep);
    look(false);
}

CacheBox::~CacheBox() {
    if (m_work) m_work->wait();
}

void CacheBox::keep(double gigabytes) {
    try {
        const auto quota = static_cast<std::uint64_t>(gigabytes * kGigabyte);
        keepQuota(m_folder, quota);
        showShare(quota);
        emit changed();
    } catch (const Error& error) {
        m_usageLabel->setText(QString::fromUtf8(error.what()));
    }
}

void CacheBox::resetQuota() {
    try {
        forgetQuota(m_folder);
        emit changed();
    } catch (const Error& error) {
        dialogs::showError(this, tr("The quota was not reset"), QString::fromUtf8(error.what()));
    }
}

void CacheBox::look(bool clears) {
    m_clearButton->setEnabled(false);
    m_work = QThread::create([this, clears, folder = m_folder] {
        QString failure;
        CacheUsage usage;
        quint64 quota = 0;
        try {
            DiskBlockStoreOptions options;
            options.folder = folder;
            DiskBlockStore store(std::move(options));
            if (clears) store.clear();
            usage = store.usage();
            quota = store.quota();
        } catch (const Error& error) {
            failure = QString::fromUtf8(error.what());
        }
        QMetaObject::invokeMethod(
            this,
            [this, failure, usage, quota, clears] {
                if (failure.isEmpty())
                    showUsage(usage.bytes, usage.files, quota);
                else
                    m_usageLabel->setText(failure);
                if (clears) emit changed();
            },
            Qt::QueuedConnection);
    });
    connect(m_work, &QThread::finished, m_work, &QObject::deleteLater);
    m_work->start();
}

void CacheBox::showUsage(quint64 bytes, quint64 files, quint64 quota) {
    m_usedBytes = bytes;
    const QSignalBlocker quiet(m_quotaSpinBox);
    m_quotaSpinBox->setValue(static_cast<double>(quota) / kGigabyte);
    showShare(quota);
    m_usageLabel->setText(
        tr("%1 in %n block(s)", nullptr, static_cast<int>(files)).arg(bytesText(bytes)));
    m_clearButton->setEnabled(files > 0);
}

void CacheBox::showShare(quint64 quota) {
    const double share =
        quota > 0 ? static_cast<double>(m_usedBytes) / static_cast<double>(quota) : 0;
    m_usageBar->setValue(static_cast<int>(m_usageBar->maximum() * std::min(1.0, share)));
}

void CacheBox::chooseFolder() {
    dialogs::chooseFolder(this, tr("Folder of the KV Cache"), [this](const QString& path) {
        m_settings.set(Setting::cacheFolder, path);
        m_folderLabel->setText(tr("%1 (from the next start on)").arg(path));
    });
}

void CacheBox::askClear() {
    dialogs::ask(this,
                 {tr("Clear the KV Cache"), tr("Delete all blocks of all projects?"),
                  tr("This frees %1. Nothing is lost but time: the sources of each project have to "
                     "be encoded again.")
                      .arg(bytesText(m_usedBytes)),
                  tr("Clear"), true},
                 [this] { look(true); });
}

}  // namespace asterism
