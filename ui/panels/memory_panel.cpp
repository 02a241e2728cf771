#include "ui/panels/memory_panel.h"

#include <algorithm>
#include <cmath>

#include <QGroupBox>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

#include "ui/figures.h"
#include "ui/theme.h"

namespace asterism {

namespace {

constexpr int kMeterSteps = 1000;
constexpr double kNearlyFull = 0.9;

QLabel* makeLabel(const QString& objectName, QWidget* parent) {
    auto* label = new QLabel(parent);
    label->setObjectName(objectName);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    return label;
}

QProgressBar* makeMeter(const QString& objectName, const QString& accessibleName, QWidget* parent) {
    auto* meter = new QProgressBar(parent);
    meter->setObjectName(objectName);
    meter->setAccessibleName(accessibleName);
    meter->setRange(0, kMeterSteps);
    meter->setTextVisible(false);
    meter->setFixedHeight(kGridUnit + kGridUnit / 2);
    return meter;
}

void setMeter(QProgressBar* meter, std::int64_t used, std::int64_t total) {
    const double share =
        total > 0 ? std::clamp(static_cast<double>(used) / static_cast<double>(total), 0.0, 1.0)
                  : 0;
    meter->setValue(static_cast<int>(std::lround(kMeterSteps * share)));
}

}  // namespace

MemoryPanel::MemoryPanel(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("memoryPanel"));
    setAccessibleName(tr("Memory"));
    auto* content = new QWidget;
    content->setObjectName(QStringLiteral("memoryContent"));
    m_devices = new QWidget(content);
    m_devices->setObjectName(QStringLiteral("memoryDevices"));
    auto* devicesLayout = new QVBoxLayout(m_devices);
    devicesLayout->setContentsMargins(0, 0, 0, 0);
    devicesLayout->setSpacing(kGridUnit);
    auto* contentLayout = new QVBoxLayout(content);
    contentLayout->setContentsMargins(kGridUnit, kGridUnit, kGridUnit, kGridUnit);
    contentLayout->setSpacing(2 * kGridUnit);
    contentLayout->addWidget(m_devices);
    contentLayout->addWidget(makeCacheGroup());
    contentLayout->addStretch(1);

    auto* scroll = new QScrollArea(this);
    scroll->setObjectName(QStringLiteral("memoryScrollArea"));
    scroll->setAccessibleName(tr("Memory"));
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setWidget(content);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(scroll);
    setDevices({});
    setCache({});
}

QWidget* MemoryPanel::makeCacheGroup() {
    auto* group = new QGroupBox(tr("KV cache on disk"), this);
    group->setObjectName(QStringLiteral("cacheGroup"));
    m_cacheLabel = makeLabel(QStringLiteral("cacheLabel"), group);
    m_cacheMeter =
        makeMeter(QStringLiteral("cacheMeter"), tr("KV cache on disk, of its quota"), group);
    m_cacheNote = makeLabel(QStringLiteral("cacheNoteLabel"), group);
    m_cacheNote->setForegroundRole(QPalette::PlaceholderText);
    m_clearButton = new QPushButton(tr("Clear\u2026"), group);
    m_clearButton->setObjectName(QStringLiteral("clearCacheButton"));
    m_clearButton->setAccessibleName(tr("Clear the KV cache on disk"));
    m_clearButton->setToolTip(
        tr("Deletes encoded blocks; nothing but the time to encode them is lost"));
    auto* layout = new QVBoxLayout(group);
    layout->setSpacing(kGridUnit);
    layout->addWidget(m_cacheLabel);
    layout->addWidget(m_cacheMeter);
    layout->addWidget(m_cacheNote);
    layout->addWidget(m_clearButton, 0, Qt::AlignRight);
    connect(m_clearButton, &QPushButton::clicked, this, &MemoryPanel::clearRequested);
    return group;
}

void MemoryPanel::setDevices(const std::vector<DeviceMemory>& devices) {
    // Few and seldom: made anew rather than kept in step.
    qDeleteAll(m_devices->findChildren<QWidget*>(QString(), Qt::FindDirectChildrenOnly));
    auto* layout = static_cast<QVBoxLayout*>(m_devices->layout());
    if (devices.empty()) {
        QLabel* label = makeLabel(QStringLiteral("noDeviceLabel"), m_devices);
        label->setText(tr("No model is open. What it takes appears here once one is."));
        layout->addWidget(label);
        return;
    }
    for (std::size_t i = 0; i < devices.size(); ++i) {
        const DeviceMemory& device = devices[i];
        const QString number = QString::number(i);
        auto* group = new QGroupBox(m_devices);
        // Not as the title: an ampersand would be a shortcut there.
        group->setTitle(QString(device.name).replace(QLatin1Char('&'), QStringLiteral("&&")));
        group->setObjectName(QStringLiteral("deviceGroup") + number);
        auto* rows = new QVBoxLayout(group);
        rows->setSpacing(kGridUnit);
        QLabel* label = makeLabel(QStringLiteral("deviceLabel") + number, group);
        // Host memory holds blocks alone where the model is on a GPU.
        const QString kvBytes = bytesText(device.kvBytes);
        label->setText(device.weightBytes > 0 ? tr("%1 model weights \u00b7 %2 KV cache")
                                                    .arg(bytesText(device.weightBytes), kvBytes)
                                              : tr("%1 KV cache").arg(kvBytes));
        rows->addWidget(label);
        if (device.totalBytes > 0) {
            const std::int64_t used = device.weightBytes + device.kvBytes;
            QProgressBar* meter = makeMeter(QStringLiteral("deviceMeter") + number,
                                            tr("Memory of %1 in use").arg(device.name), group);
            setMeter(meter, used, device.totalBytes);
            QLabel* note = makeLabel(QStringLiteral("deviceNoteLabel") + number, group);
            note->setForegroundRole(QPalette::PlaceholderText);
            note->setText(tr("%1 of %2 memory").arg(bytesText(used), bytesText(device.totalBytes)));
            rows->addWidget(meter);
            rows->addWidget(note);
        }
        layout->addWidget(group);
    }
}

void MemoryPanel::setCache(const CacheFill& usage) {
    m_cacheLabel->setText(
        tr("%1 of %2").arg(bytesText(usage.usedBytes), bytesText(usage.quotaBytes)));
    setMeter(m_cacheMeter, usage.usedBytes, usage.quotaBytes);
    QStringList notes;
    if (usage.openProjectBytes > 0)
        notes << tr("%1 are of the open project and stay").arg(bytesText(usage.openProjectBytes));
    notes << tr("%1 free on the disk").arg(bytesText(usage.freeDiskBytes));
    const double quota = static_cast<double>(usage.quotaBytes);
    if (quota > 0 && static_cast<double>(usage.usedBytes) >= kNearlyFull * quota)
        notes << tr("nearly full: the blocks longest unused go first");
    m_cacheNote->setText(notes.join(QStringLiteral(" \u00b7 ")));
    m_clearButton->setEnabled(usage.usedBytes > 0);
}

}  // namespace asterism
