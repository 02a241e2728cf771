#pragma once

#include <filesystem>

#include <QPointer>
#include <QWidget>

class QDoubleSpinBox;
class QLabel;
class QProgressBar;
class QPushButton;
class QThread;

namespace asterism {

class Settings;

// The KV cache's folder, what it takes of its quota, and Clear. Looking and clearing are done on a
// thread of their own: there may be a hundred thousand files.
class CacheBox : public QWidget {
    Q_OBJECT

  public:
    CacheBox(std::filesystem::path folder, Settings& settings, QWidget* parent);
    ~CacheBox() override;

    // To the one that holds where none was set.
    void resetQuota();

  signals:
    // The quota or the blocks.
    void changed();

  private:
    void look(bool clears);
    void keep(double gigabytes);
    void showUsage(quint64 bytes, quint64 files, quint64 quota);
    void showShare(quint64 quota);
    void chooseFolder();
    void askClear();

    std::filesystem::path m_folder;
    Settings& m_settings;
    QLabel* m_folderLabel;
    QDoubleSpinBox* m_quotaSpinBox;
    QProgressBar* m_usageBar;
    QLabel* m_usageLabel;
    QPushButton* m_clearButton;
    QPointer<QThread> m_work;
    quint64 m_usedBytes = 0;
};

}  // namespace asterism
