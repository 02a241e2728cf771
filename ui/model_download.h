#pragma once

#include <stop_token>

#include <QObject>
#include <QPointer>

#include "core/fetch/model_fetcher.h"

class QThread;

namespace asterism {

struct DesktopParts;

// Brings one model after the other to this machine, on a thread of its own. What was fetched
// before a stop is kept, and the next start goes on from there. GUI thread.
class ModelDownload : public QObject {
    Q_OBJECT

  public:
    explicit ModelDownload(const DesktopParts& parts, QObject* parent = nullptr);
    // Stops and waits.
    ~ModelDownload() override;

    void start(const CatalogueEntry& entry);
    void stop() { m_stop.request_stop(); }
    bool isRunning() const { return !m_work.isNull(); }
    // Name of the model that is being fetched.
    QString model() const { return m_model; }

  signals:
    void progressed(bool isChecking, double share);
    void finished();
    void stopped();
    void failed(const QString& reason);

  private:
    void end(bool isThere, const QString& failure);

    const DesktopParts& m_parts;
    QPointer<QThread> m_work;
    std::stop_source m_stop;
    QString m_model;
};

}  // namespace asterism
