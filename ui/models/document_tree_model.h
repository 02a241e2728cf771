#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <QAbstractItemModel>

#include "storage/records.h"

namespace asterism {

class Library;

// The documents of the open project as a tree of folders, with tick boxes: what is ticked is what
// a question reads. Ticks are kept with the project, by name. Files that a person did not want are
// in the tree without a box, so that they can be found and read after all.
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

    // Null for a folder and for a file that is left out.
    const DocumentRecord* document(const QModelIndex& index) const;
    // Names of the files here and below that are left out.
    std::vector<std::string> leftOut(const QModelIndex& index) const;
    // Path of a folder or name of a document, unique in the tree; no index if it is not there.
    QModelIndex indexOf(const std::string& path) const;
    QString pathOf(const QModelIndex& index) const;

    struct Figures {
        int documents = 0;
        int ticked = 0;
        int failed = 0;
        int changed = 0;
        int waiting = 0;  // queued, reading or encoding
        int leftOut = 0;  // not among the documents
        int tickedFailed = 0;
        int tickedWaiting = 0;
        std::int64_t tokens = 0;
        std::int64_t readTokens = 0;  // of those that are ticked and encoded
    };
    const Figures& figures() const { return m_figures; }
    // Globs of what is ticked, as few as possible; empty if everything is.
    std::vector<std::string> scope() const;
    void tickAll();
    // This and what is below, and nothing else.
    void tickOnly(const QModelIndex& index);

  signals:
    void scopeChanged();
    void figuresChanged();
    // The ticks could not be stored: they last until the program ends.
    void scopeNotKept(const QString& reason);

  private:
    struct Node;

    using Names = std::set<std::string>;

    void readTicks();
    void read();
    void rebuild();
    Node& add(const std::string& path);
    void summarize(Node& node);
    void summarizeDocument(Node& node);
    static void tick(const Node& node, bool isTicked, Names& unticked);
    void setUnticked(Names unticked, const Node& changed);
    void keepTicks(const Names& before);
    void addScope(const Node& node, std::vector<std::string>& globs) const;
    Node* nodeOf(const QModelIndex& index) const;
    QModelIndex indexOfNode(const Node& node, int column) const;
    void tellChanged(const Node& node);

    Library& m_library;
    std::unique_ptr<Node> m_top;
    std::map<std::string, Node*> m_byName;  // documents and files that are left out
    Names m_unticked;
    Figures m_figures;
};

}  // namespace asterism
