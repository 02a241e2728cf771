#pragma once

#include <functional>
#include <string>

#include <QWidget>

class QLabel;
class QProgressBar;
class QPushButton;
class QTreeWidget;

namespace asterism {

struct CatalogueEntry;
class Library;
class ModelDownload;
class Settings;
struct DesktopParts;

// The models of the catalogue and those added by hand: size, memory, licence, checksum, whether
// they are here; fetches them with progress, pause and resume.
class ModelList : public QWidget {
    Q_OBJECT

  public:
    ModelList(const DesktopParts& parts, Library& library, Settings& settings, QWidget* parent);

    // Catalogue name or path of the chosen row; empty: none.
    QString chosen() const;
    bool isHere(const QString& model) const;
    // Calls back at once or, while a model is being fetched, once a person has agreed that this
    // ends: a dialog that closes takes the list with it.
    void leave(const std::function<void()>& onLeave);

  signals:
    void choiceChanged();
    void arrived(const QString& model);

  private:
    void fill();
    void choose(const QString& model);
    QString usual() const;
    void addRow(const QString& model, const QStringList& texts, bool isHere);
    QString speedOf(const std::string& model) const;
    bool hasBegun(const CatalogueEntry& entry) const;
    void showChoice();
    void toggleDownload();
    void showProgress(bool isChecking, double share);

    const DesktopParts& m_parts;
    Library& m_library;
    Settings& m_settings;
    ModelDownload* m_download;
    QTreeWidget* m_modelsTree;
    QLabel* m_termsLabel;
    QProgressBar* m_progressBar;
    QLabel* m_progressLabel;
    QPushButton* m_getButton;
    QPushButton* m_addButton;
};

}  // namespace asterism
