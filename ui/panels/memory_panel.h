#pragma once

#include <cstdint>
#include <vector>

#include <QString>
#include <QWidget>

class QLabel;
class QProgressBar;
class QPushButton;

namespace asterism {

// What the engine holds on one device.
struct DeviceMemory {
    QString name;  // "CPU", "NVIDIA H100"
    std::int64_t weightBytes = 0;
    std::int64_t kvBytes = 0;
    std::int64_t totalBytes = 0;  // of the device; 0: not known
};

// The KV cache on disk.
struct CacheFill {
    std::int64_t usedBytes = 0;
    std::int64_t quotaBytes = 0;
    std::int64_t freeDiskBytes = 0;
    std::int64_t openProjectBytes = 0;  // never dropped
};

// Where the memory goes: weights and KV on every device, and the KV cache on disk against its
// quota, which can be cleared.
class MemoryPanel : public QWidget {
    Q_OBJECT

  public:
    explicit MemoryPanel(QWidget* parent = nullptr);

  public slots:
    void setDevices(const std::vector<asterism::DeviceMemory>& devices);
    void setCache(const asterism::CacheFill& usage);

  signals:
    // The user asks to clear the cache; it is for the receiver to say what that costs.
    void clearRequested();

  private:
    QWidget* makeCacheGroup();

    QWidget* m_devices = nullptr;
    QProgressBar* m_cacheMeter = nullptr;
    QLabel* m_cacheLabel = nullptr;
    QLabel* m_cacheNote = nullptr;
    QPushButton* m_clearButton = nullptr;
};

}  // namespace asterism
