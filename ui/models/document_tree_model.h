#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <QAbstractItemModel>
#include <QSet>

#include "storage/records.h"

namespace asterism {

class Library;

// The documents of the open project as a tree of folders, with tick boxes: what is ticked is what
// a question reads. Ticks are kept by name, for as long as the program runs.
class DocumentTreeModel : public QAbstractItemModel {
    Q_OBJECT

  public:
    enum Column : std::uint8_t { nameColumn, stateColumn, tokensColumn, columnCount_ };

    explicit DocumentTreeModel(Library& library, QObject* parent = nullptr);
    ~DocumentTreeModel() override;

    QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
    QModelIndex parent(const QModelIndex& index) const override;
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;

    // Null for a folder.
    const DocumentRecord* document(const QModelIndex& index) const;
    // Path of a folder or name of a document, unique in the tree; no index if it is not there.
    QModelIndex indexOf(const std::string& path) const;
    QString pathOf(const QModelIndex& index) const;

    struct Figures {
        int documents = 0;
        int ticked = 0;
        int failed = 0;
        int changed = 0;
        int waiting = 0;  // queued, reading or encoding
        std::int64_t tokens = 0;
        std::int64_t tickedTokens = 0;
    };
    const Figures& figures() const { return m_figures; }
    // Globs of what is ticked, as few as possible; empty if everything is.
    std::vector<std::string> scope() const;

  signals:
    void scopeChanged();
    void figuresChanged();

  private:
    struct Node;

    void read();
    void rebuild(std::vector<DocumentRecord> records);
    void add(DocumentRecord record);
    void summarize(Node& node);
    void tick(Node& node, bool isTicked);
    void addScope(const Node& node, std::vector<std::string>& globs) const;
    Node* nodeOf(const QModelIndex& index) const;
    QModelIndex indexOfNode(const Node& node, int column) const;
    void tellChanged(const Node& node);

    Library& m_library;
    std::unique_ptr<Node> m_top;
    std::map<std::string, Node*> m_byName;
    std::map<std::int64_t, QSet<QString>> m_unticked;  // by project
    Figures m_figures;
};

}  // namespace asterism
