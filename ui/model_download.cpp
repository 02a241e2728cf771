#include "ui/model_download.h"

#include <utility>

#include <QThread>

#include "core/base/error.h"
#include "ui/desktop_parts.h"

namespace asterism {

ModelDownload::ModelDownload(const DesktopParts& parts, QObject* parent)
    : QObject(parent), m_parts(parts) {}

ModelDownload::~ModelDownload() {
    m_stop.request_stop();
    if (m_work) m_work->wait();
}

void ModelDownload::start(const CatalogueEntry& entry) {
    if (isRunning()) return;
    m_stop = {};
    m_model = QString::fromStdString(entry.name);
    m_work = QThread::create([this, entry, stop = m_stop.get_token()] {
        int shownPermille = -1;
        const auto onProgress = [&](const FetchProgress& progress) {
            const double share = progress.totalBytes > 0
                                     ? static_cast<double>(progress.doneBytes) /
                                           static_cast<double>(progress.totalBytes)
                                     : 0;
            const int permille = static_cast<int>(share * 1000);
            if (std::exchange(shownPermille, permille) == permille) return;
            const bool isChecking = progress.stage == FetchProgress::Stage::checking;
            QMetaObject::invokeMethod(
                this, [this, isChecking, share] { emit progressed(isChecking, share); },
                Qt::QueuedConnection);
        };
        bool isThere = false;
        QString failure;
        try {
            isThere = m_parts.makeFetcher()
                          ->fetch(entry, m_parts.modelFolder, onProgress, stop)
                          .has_value();
        } catch (const std::exception& error) {
            failure = QString::fromUtf8(error.what());
        }
        QMetaObject::invokeMethod(
            this, [this, isThere, failure] { end(isThere, failure); }, Qt::QueuedConnection);
    });
    connect(m_work, &QThread::finished, m_work, &QObject::deleteLater);
    m_work->start();
}

void ModelDownload::end(bool isThere, const QString& failure) {
    if (m_work) m_work->wait();
    m_work.clear();
    if (!failure.isEmpty())
        emit failed(failure);
    else if (isThere)
        emit finished();
    else
        emit stopped();
}

}  // namespace asterism
