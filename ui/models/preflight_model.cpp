#include "ui/models/preflight_model.h"

#include <utility>

#include <QApplication>
#include <QPalette>

#include "storage/records.h"
#include "ui/figures.h"
#include "ui/file_names.h"
#include "ui/icons.h"
#include "ui/theme.h"

namespace asterism {

struct PreflightModel::Item {
    const PreflightNode* node = nullptr;
    Item* parent = nullptr;
    int row = 0;
    Qt::CheckState ticked = Qt::Checked;
    std::vector<std::unique_ptr<Item>> children;
};

PreflightModel::PreflightModel(std::shared_ptr<const Preflight> preflight, QObject* parent)
    : QAbstractItemModel(parent),
      m_preflight(std::move(preflight)),
      m_top(std::make_unique<Item>()) {
    m_top->node = &m_preflight->tree;
    build(*m_top);
    retick(*m_top);
}

PreflightModel::~PreflightModel() = default;

void PreflightModel::build(Item& item) {
    for (const PreflightNode& node : item.node->children) {
        auto child = std::make_unique<Item>();
        child->node = &node;
        child->parent = &item;
        child->row = static_cast<int>(item.children.size());
        child->ticked = node.leftOut ? Qt::Unchecked : Qt::Checked;
        build(*child);
        item.children.push_back(std::move(child));
    }
}

PreflightModel::Item* PreflightModel::itemOf(const QModelIndex& index) const {
    return index.isValid() ? static_cast<Item*>(index.internalPointer()) : m_top.get();
}

QModelIndex PreflightModel::index(int row, int column, const QModelIndex& parent) const {
    if (!hasIndex(row, column, parent)) return {};
    return createIndex(row, column, itemOf(parent)->children[static_cast<std::size_t>(row)].get());
}

QModelIndex PreflightModel::parent(const QModelIndex& index) const {
    if (!index.isValid()) return {};
    Item* above = itemOf(index)->parent;
    return above == m_top.get() ? QModelIndex() : createIndex(above->row, 0, above);
}

int PreflightModel::rowCount(const QModelIndex& parent) const {
    return parent.column() > 0 ? 0 : static_cast<int>(itemOf(parent)->children.size());
}

int PreflightModel::columnCount(const QModelIndex&) const {
    return columnCount_;
}

QVariant PreflightModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
    switch (section) {
        case nameColumn:
            return tr("File");
        case tokensColumn:
            return tr("Tokens");
        case sizeColumn:
            return tr("Size");
        case noteColumn:
            return tr("Note");
        default:
            return {};
    }
}

Qt::ItemFlags PreflightModel::flags(const QModelIndex& index) const {
    if (!index.isValid()) return Qt::NoItemFlags;
    const Item& item = *itemOf(index);
    Qt::ItemFlags flags = Qt::ItemIsSelectable | Qt::ItemIsEnabled;
    if (index.column() == nameColumn && item.node->files > 0) flags |= Qt::ItemIsUserCheckable;
    return flags;
}

QString PreflightModel::noteOf(const PreflightNode& node) const {
    if (node.leftOut)
        return tr("left out: %1")
            .arg(QString::fromStdString(m_preflight->collection.leftOut[*node.leftOut].reason));
    QStringList notes;
    if (node.secrets > 0)
        notes << tr("%n possible secret(s)", nullptr, static_cast<int>(node.secrets));
    if (node.document) {
        const Document& document = m_preflight->collection.documents[*node.document];
        if (document.quality != TextQuality::good) notes << tr("text may be poor");
        for (const std::string& note : document.notes) notes << QString::fromStdString(note);
    } else if (node.filesLeftOut > 0) {
        notes << tr("%n left out", nullptr, static_cast<int>(node.filesLeftOut));
    }
    return notes.join(QStringLiteral("; "));
}

QVariant PreflightModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    const Item& item = *itemOf(index);
    const PreflightNode& node = *item.node;
    switch (role) {
        case Qt::DisplayRole:
            if (index.column() == nameColumn) return leftToRight(QString::fromStdString(node.name));
            if (index.column() == noteColumn) return noteOf(node);
            if (index.column() == sizeColumn)
                return node.fileBytes > 0 ? bytesText(node.fileBytes) : QString();
            return node.leftOut ? QString() : countText(node.tokens);
        case Qt::DecorationRole:
            if (index.column() == nameColumn)
                return icon(node.isFolder ? "folder" : "text-x-generic");
            if (index.column() == noteColumn && node.secrets > 0)
                return icon("dialog-warning",
                            Theme::of(QApplication::palette()).stateColor(DocumentState::changed));
            return {};
        case Qt::CheckStateRole:
            if (index.column() != nameColumn || node.files == 0) return {};
            return item.ticked;
        case Qt::ForegroundRole:
            if (node.leftOut || index.column() == noteColumn)
                return QApplication::palette().color(QPalette::PlaceholderText);
            return {};
        case Qt::TextAlignmentRole:
            if (index.column() == tokensColumn || index.column() == sizeColumn)
                return QVariant(Qt::Alignment(Qt::AlignRight | Qt::AlignVCenter));
            return {};
        case Qt::ToolTipRole:
            return index.column() == noteColumn ? noteOf(node) : QString();
        default:
            return {};
    }
}

bool PreflightModel::setData(const QModelIndex& index, const QVariant& value, int role) {
    if (!index.isValid() || role != Qt::CheckStateRole || index.column() != nameColumn)
        return false;
    Item& item = *itemOf(index);
    tick(item, value.toInt() == Qt::Checked);
    retick(*m_top);
    tellChanged(*m_top);
    return true;
}

void PreflightModel::tellChanged(const Item& item) {
    if (item.children.empty()) return;
    const Item& first = *item.children.front();
    const Item& last = *item.children.back();
    emit dataChanged(createIndex(first.row, 0, &first),
                     createIndex(last.row, columnCount_ - 1, &last), {Qt::CheckStateRole});
    for (const auto& child : item.children) tellChanged(*child);
}

void PreflightModel::tick(Item& item, bool isTicked) {
    if (item.node->document) item.ticked = isTicked ? Qt::Checked : Qt::Unchecked;
    for (const auto& child : item.children) tick(*child, isTicked);
}

void PreflightModel::retick(Item& item) {
    if (item.children.empty()) return;
    bool hasTicked = false;
    bool hasUnticked = false;
    for (const auto& child : item.children) {
        retick(*child);
        if (child->node->files == 0) continue;
        hasTicked |= child->ticked != Qt::Unchecked;
        hasUnticked |= child->ticked != Qt::Checked;
    }
    item.ticked = !hasUnticked ? Qt::Checked : hasTicked ? Qt::PartiallyChecked : Qt::Unchecked;
}

void PreflightModel::count(const Item& item, Figures& figures) const {
    if (item.node->leftOut) ++figures.leftOut;
    if (item.node->document && item.ticked == Qt::Checked) {
        ++figures.files;
        figures.tokens += item.node->tokens;
        figures.secrets += item.node->secrets;
    }
    for (const auto& child : item.children) count(*child, figures);
}

PreflightModel::Figures PreflightModel::figures() const {
    Figures figures;
    count(*m_top, figures);
    return figures;
}

std::vector<std::string> PreflightModel::without() const {
    std::vector<std::string> names;
    const auto add = [&](const Item& item, const auto& self) -> void {
        if (item.node->document && item.ticked == Qt::Unchecked)
            names.push_back(m_preflight->collection.documents[*item.node->document].name);
        for (const auto& child : item.children) self(*child, self);
    };
    add(*m_top, add);
    return names;
}

}  // namespace asterism
