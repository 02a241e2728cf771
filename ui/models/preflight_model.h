#pragma once

#include <memory>
#include <string>
#include <vector>

#include <QAbstractItemModel>

#include "storage/projects/project_session.h"

namespace asterism {

// What would be read, as a tree: files with tick boxes, and what is left out with its reason. The
// figures count what is ticked.
class PreflightModel : public QAbstractItemModel {
    Q_OBJECT

  public:
    enum Column : std::uint8_t { nameColumn, tokensColumn, sizeColumn, noteColumn, columnCount_ };

    explicit PreflightModel(std::shared_ptr<const Preflight> preflight, QObject* parent = nullptr);
    ~PreflightModel() override;

    QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
    QModelIndex parent(const QModelIndex& index) const override;
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;

    struct Figures {
        std::int64_t files = 0;
        std::int64_t tokens = 0;
        std::int64_t leftOut = 0;
        std::int64_t secrets = 0;
    };
    Figures figures() const;
    // Names of documents that are not ticked.
    std::vector<std::string> without() const;

  private:
    struct Item;

    void build(Item& item);
    void tick(Item& item, bool isTicked);
    void retick(Item& item);
    void count(const Item& item, Figures& figures) const;
    QString noteOf(const PreflightNode& node) const;
    Item* itemOf(const QModelIndex& index) const;
    void tellChanged(const Item& item);

    std::shared_ptr<const Preflight> m_preflight;
    std::unique_ptr<Item> m_top;
};

}  // namespace asterism
