#pragma once

#include <memory>
#include <string>
#include <vector>

#include <QDialog>

#include "storage/projects/project_session.h"

class QComboBox;
class QLabel;
class QPushButton;
class QTreeView;

namespace asterism {

class NoticeBar;
class PreflightModel;

// Shows what would be read and what it costs, before anything is encoded.
class PreflightDialog : public QDialog {
    Q_OBJECT

  public:
    struct Costs {
        std::uint64_t quotaBytes = 0;  // of the KV cache
        std::uint64_t freeBytes = 0;   // on its disk
        ProjectSettings settings;
        bool canChooseSettings = false;  // a project that holds nothing yet
    };

    PreflightDialog(std::shared_ptr<const Preflight> preflight, const Costs& costs,
                    QWidget* parent);

  signals:
    void encodeAsked(const std::vector<std::string>& without);
    // The costs are to be counted again with these.
    void settingsChosen(const asterism::ProjectSettings& settings);

  private:
    void makeChoices(QWidget* parent);
    QWidget* makeAdvanced();
    // Empty if blocks may be as long as the settings say.
    QString shorterBlocks() const;
    void showCosts();
    void chooseSettings();

    std::shared_ptr<const Preflight> m_preflight;
    Costs m_costs;
    PreflightModel* m_model;
    QTreeView* m_filesTree;
    QLabel* m_totalsLabel;
    QLabel* m_costsLabel;
    NoticeBar* m_noticeBar;
    QComboBox* m_kvComboBox;
    QComboBox* m_blockComboBox;
    QPushButton* m_encodeButton;
};

}  // namespace asterism
