#include "ui/models/document_tree_model.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <QApplication>

#include "core/base/error.h"
#include "storage/projects/project_summaries.h"
#include "ui/figures.h"
#include "ui/file_names.h"
#include "ui/icons.h"
#include "ui/library.h"
#include "ui/theme.h"

namespace asterism {

// A folder, a document or a file that is left out, with the sums of what is below.
struct DocumentTreeModel::Node {
    Node* parent = nullptr;
    std::size_t row = 0;
    std::string name;  // last part of the path
    std::string path;
    std::optional<DocumentRecord> document;
    bool isLeftOut = false;  // of a folder: all that is in it
    std::int64_t tokens = 0;
    DocumentState state = DocumentState::ready;
    Qt::CheckState ticked = Qt::Checked;
    std::vector<std::unique_ptr<Node>> children;
};

namespace {

const char* kindIcon(DocumentKind kind) {
    switch (kind) {
        case DocumentKind::pdf:
            return "application-pdf";
        case DocumentKind::html:
            return "text-html";
        case DocumentKind::markdown:
            return "text-markdown";
        case DocumentKind::source:
            return "text-x-source";
        default:
            return "text-x-generic";
    }
}

const char* stateIcon(DocumentState state) {
    switch (state) {
        case DocumentState::queued:
            return "state-queued";
        case DocumentState::reading:
            return "state-reading";
        case DocumentState::encoding:
            return "state-encoding";
        case DocumentState::ready:
            return "state-ready";
        case DocumentState::changed:
            return "state-changed";
        case DocumentState::failed:
            return "state-failed";
    }
    return "state-queued";
}

// What a folder shows of what is in it: the state that most needs to be seen.
int urgency(DocumentState state) {
    switch (state) {
        case DocumentState::failed:
            return 5;
        case DocumentState::changed:
            return 4;
        case DocumentState::encoding:
            return 3;
        case DocumentState::reading:
            return 2;
        case DocumentState::queued:
            return 1;
        case DocumentState::ready:
            return 0;
    }
    return 0;
}

QColor stateColor(DocumentState state) {
    return Theme::of(QApplication::palette()).stateColor(state);
}

QString documentHint(const DocumentRecord& document) {
    QStringList lines{QString::fromStdString(document.name)};
    if (document.state == DocumentState::failed)
        lines << QString::fromStdString(document.reason);
    else
        lines << DocumentTreeModel::tr("%1: %n token(s)", nullptr,
                                       static_cast<int>(document.tokens))
                     .arg(stateText(document.state));
    if (document.quality != TextQuality::good)
        lines << DocumentTreeModel::tr("The extracted text may differ from what a person sees.");
    for (const std::string& note : document.notes) lines << QString::fromStdString(note);
    if (!document.secrets.empty())
        lines << DocumentTreeModel::tr("%n possible secret(s) in the text", nullptr,
                                       static_cast<int>(document.secrets.size()));
    return lines.join(QLatin1Char('\n'));
}

}  // namespace

DocumentTreeModel::DocumentTreeModel(Library& library, QObject* parent)
    : QAbstractItemModel(parent), m_library(library), m_top(std::make_unique<Node>()) {
    connect(&library, &Library::projectOpened, this, &DocumentTreeModel::readTicks);
    connect(&library, &Library::documentsChanged, this, &DocumentTreeModel::read);
    readTicks();
    read();
}

DocumentTreeModel::~DocumentTreeModel() = default;

DocumentTreeModel::Node* DocumentTreeModel::nodeOf(const QModelIndex& index) const {
    return index.isValid() ? static_cast<Node*>(index.internalPointer()) : m_top.get();
}

QModelIndex DocumentTreeModel::indexOfNode(const Node& node, int column) const {
    if (&node == m_top.get()) return {};
    return createIndex(static_cast<int>(node.row), column, &node);
}

QModelIndex DocumentTreeModel::index(int row, int column, const QModelIndex& parent) const {
    if (!hasIndex(row, column, parent)) return {};
    return createIndex(row, column, nodeOf(parent)->children[static_cast<std::size_t>(row)].get());
}

QModelIndex DocumentTreeModel::parent(const QModelIndex& index) const {
    if (!index.isValid()) return {};
    return indexOfNode(*nodeOf(index)->parent, 0);
}

int DocumentTreeModel::rowCount(const QModelIndex& parent) const {
    return parent.column() > 0 ? 0 : static_cast<int>(nodeOf(parent)->children.size());
}

int DocumentTreeModel::columnCount(const QModelIndex&) const {
    return columnCount_;
}

QVariant DocumentTreeModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
    switch (section) {
        case nameColumn:
            return tr("Source");
        case stateColumn:
            return tr("State");
        case tokensColumn:
            return tr("Tokens");
        default:
            return {};
    }
}

Qt::ItemFlags DocumentTreeModel::flags(const QModelIndex& index) const {
    if (!index.isValid()) return Qt::NoItemFlags;
    Qt::ItemFlags flags = Qt::ItemIsEnabled | Qt::ItemIsSelectable;
    const bool hasBox = index.column() == nameColumn && !nodeOf(index)->isLeftOut;
    if (hasBox) flags |= Qt::ItemIsUserCheckable;
    return flags;
}

QVariant DocumentTreeModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    const Node& node = *nodeOf(index);
    const bool hasTokens =
        !node.isLeftOut && !(node.document && node.state == DocumentState::failed);
    const auto stateWord = [&] { return node.isLeftOut ? tr("left out") : stateText(node.state); };
    switch (role) {
        case Qt::DisplayRole:
            if (index.column() == nameColumn) return leftToRight(QString::fromStdString(node.name));
            if (index.column() == stateColumn) return stateWord();
            return hasTokens ? compactText(node.tokens) : QString();
        case Qt::DecorationRole:
            if (index.column() == nameColumn)
                return icon(node.document           ? kindIcon(node.document->kind)
                            : node.children.empty() ? "text-x-generic"
                                                    : "folder");
            if (index.column() == stateColumn && !node.isLeftOut)
                return icon(stateIcon(node.state), stateColor(node.state));
            return {};
        case Qt::CheckStateRole:
            return index.column() == nameColumn && !node.isLeftOut ? QVariant(node.ticked)
                                                                   : QVariant();
        case Qt::ForegroundRole:
            if (index.column() == tokensColumn || node.isLeftOut)
                return QApplication::palette().color(QPalette::PlaceholderText);
            return {};
        case Qt::TextAlignmentRole:
            return index.column() == tokensColumn
                       ? QVariant(Qt::Alignment(Qt::AlignRight | Qt::AlignVCenter))
                       : QVariant();
        case Qt::ToolTipRole:
            return node.document ? documentHint(*node.document)
                   : node.isLeftOut && node.children.empty()
                       ? tr("%1\nLeft out: you did not tick it when it was to be read.")
                             .arg(QString::fromStdString(node.path))
                       : QString::fromStdString(node.path);
        case Qt::AccessibleTextRole:
            if (index.column() != nameColumn) return {};
            if (node.isLeftOut)
                return tr("%1, %2").arg(QString::fromStdString(node.name), stateWord());
            return tr("%1, %2, %n token(s)", nullptr, static_cast<int>(node.tokens))
                .arg(QString::fromStdString(node.name), stateWord());
        default:
            return {};
    }
}

bool DocumentTreeModel::setData(const QModelIndex& index, const QVariant& value, int role) {
    if (!index.isValid() || role != Qt::CheckStateRole || index.column() != nameColumn)
        return false;
    const Node& node = *nodeOf(index);
    if (node.isLeftOut) return false;
    Names unticked = m_unticked;
    tick(node, value.toInt() == Qt::Checked, unticked);
    setUnticked(std::move(unticked), node);
    return true;
}

void DocumentTreeModel::tickAll() {
    Names unticked = m_unticked;
    tick(*m_top, true, unticked);
    setUnticked(std::move(unticked), *m_top);
}

void DocumentTreeModel::tickOnly(const QModelIndex& index) {
    Names unticked = m_unticked;
    tick(*m_top, false, unticked);
    tick(*nodeOf(index), true, unticked);
    setUnticked(std::move(unticked), *m_top);
}

void DocumentTreeModel::setUnticked(Names unticked, const Node& changed) {
    const Names before = std::exchange(m_unticked, std::move(unticked));
    m_figures = {};
    summarize(*m_top);
    tellChanged(changed);
    for (const Node* above = changed.parent; above && above != m_top.get(); above = above->parent)
        emit dataChanged(indexOfNode(*above, 0), indexOfNode(*above, columnCount_ - 1));
    emit scopeChanged();
    emit figuresChanged();
    keepTicks(before);
}

void DocumentTreeModel::keepTicks(const Names& before) {
    std::vector<std::string> ticked;
    std::vector<std::string> unticked;
    std::ranges::set_difference(before, m_unticked, std::back_inserter(ticked));
    std::ranges::set_difference(m_unticked, before, std::back_inserter(unticked));
    const std::int64_t project = m_library.project().id;
    try {
        if (!ticked.empty()) m_library.documents().setInScope(project, ticked, true);
        if (!unticked.empty()) m_library.documents().setInScope(project, unticked, false);
    } catch (const Error& error) {
        emit scopeNotKept(QString::fromUtf8(error.what()));
    }
}

void DocumentTreeModel::tellChanged(const Node& node) {
    if (&node != m_top.get())
        emit dataChanged(indexOfNode(node, 0), indexOfNode(node, columnCount_ - 1));
    for (const auto& child : node.children) tellChanged(*child);
}

void DocumentTreeModel::tick(const Node& node, bool isTicked, Names& unticked) {
    if (node.document && isTicked)
        unticked.erase(node.document->name);
    else if (node.document)
        unticked.insert(node.document->name);
    for (const auto& child : node.children) tick(*child, isTicked, unticked);
}

const DocumentRecord* DocumentTreeModel::document(const QModelIndex& index) const {
    const Node* node = nodeOf(index);
    return node->document ? &*node->document : nullptr;
}

std::vector<std::string> DocumentTreeModel::leftOut(const QModelIndex& index) const {
    std::vector<std::string> names;
    const auto addBelow = [&](const Node& node, const auto& self) -> void {
        if (node.isLeftOut && node.children.empty()) names.push_back(node.path);
        for (const auto& child : node.children) self(*child, self);
    };
    addBelow(*nodeOf(index), addBelow);
    return names;
}

QModelIndex DocumentTreeModel::indexOf(const std::string& path) const {
    const Node* node = m_top.get();
    while (node->path != path) {
        const auto isOnTheWay = [&](const auto& child) {
            return child->path == path || path.starts_with(child->path + "/");
        };
        const auto next = std::find_if(node->children.begin(), node->children.end(), isOnTheWay);
        if (next == node->children.end()) return {};
        node = next->get();
    }
    return indexOfNode(*node, nameColumn);
}

QString DocumentTreeModel::pathOf(const QModelIndex& index) const {
    return QString::fromStdString(nodeOf(index)->path);
}

std::vector<std::string> DocumentTreeModel::scope() const {
    std::vector<std::string> globs;
    if (m_figures.ticked < m_figures.documents) addScope(*m_top, globs);
    return globs;
}

void DocumentTreeModel::addScope(const Node& node, std::vector<std::string>& globs) const {
    if (node.isLeftOut || node.ticked == Qt::Unchecked) return;
    if (node.document)
        globs.push_back(globOf(node.document->name));
    else if (node.ticked == Qt::Checked && &node != m_top.get())
        globs.push_back(globOf(node.path) + "/*");
    else
        for (const auto& child : node.children) addScope(*child, globs);
}

void DocumentTreeModel::readTicks() {
    const auto names = m_library.attempt(
        [this] { return m_library.documents().outOfScope(m_library.project().id); });
    m_unticked = {names.begin(), names.end()};
}

void DocumentTreeModel::read() {
    const std::vector<DocumentRecord>& records = m_library.openDocuments();
    const std::vector<std::string>& unwanted = m_library.unwantedFiles();
    const auto isDocument = [&](const DocumentRecord& record) {
        const auto known = m_byName.find(record.name);
        return known != m_byName.end() && !known->second->isLeftOut;
    };
    const auto isLeftOut = [&](const std::string& name) {
        const auto known = m_byName.find(name);
        return known != m_byName.end() && known->second->isLeftOut;
    };
    if (records.size() + unwanted.size() == m_byName.size() &&
        std::ranges::all_of(records, isDocument) && std::ranges::all_of(unwanted, isLeftOut)) {
        for (const DocumentRecord& record : records) m_byName.at(record.name)->document = record;
        m_figures = {};
        summarize(*m_top);
        tellChanged(*m_top);
    } else {
        rebuild();
    }
    emit figuresChanged();
}

void DocumentTreeModel::rebuild() {
    beginResetModel();
    m_top = std::make_unique<Node>();
    m_byName.clear();
    // In the order of all names, so that files of one folder come together.
    std::map<std::string, const DocumentRecord*> files;
    for (const std::string& name : m_library.unwantedFiles()) files[name] = nullptr;
    for (const DocumentRecord& record : m_library.openDocuments()) files[record.name] = &record;
    for (const auto& [name, record] : files) {
        Node& node = add(name);
        node.isLeftOut = !record;
        if (record) node.document = *record;
    }
    m_figures = {};
    summarize(*m_top);
    endResetModel();
}

DocumentTreeModel::Node& DocumentTreeModel::add(const std::string& path) {
    Node* node = m_top.get();
    std::size_t begin = 0;
    while (true) {
        const std::size_t end = path.find('/', begin);
        const bool isLeaf = end == std::string::npos;
        const std::string name = path.substr(begin, isLeaf ? end : end - begin);
        // Names come in order, so a folder that is there is the last one.
        Node* last = node->children.empty() ? nullptr : node->children.back().get();
        if (isLeaf || !last || m_byName.contains(last->path) || last->name != name) {
            auto child = std::make_unique<Node>();
            child->parent = node;
            child->row = node->children.size();
            child->name = name;
            child->path = path.substr(0, end);
            last = child.get();
            node->children.push_back(std::move(child));
        }
        node = last;
        if (isLeaf) break;
        begin = end + 1;
    }
    m_byName[path] = node;
    return *node;
}

void DocumentTreeModel::summarizeDocument(Node& node) {
    const bool isTicked = !m_unticked.contains(node.document->name);
    node.ticked = isTicked ? Qt::Checked : Qt::Unchecked;
    node.tokens = node.document->tokens;
    node.state = node.document->state;
    ++m_figures.documents;
    m_figures.ticked += isTicked ? 1 : 0;
    const bool isFailed = node.state == DocumentState::failed;
    const bool isWaiting = node.state <= DocumentState::encoding;
    m_figures.failed += isFailed ? 1 : 0;
    m_figures.changed += node.state == DocumentState::changed ? 1 : 0;
    m_figures.waiting += isWaiting ? 1 : 0;
    m_figures.tickedFailed += isTicked && isFailed ? 1 : 0;
    m_figures.tickedWaiting += isTicked && isWaiting ? 1 : 0;
    m_figures.tokens += node.tokens;
    m_figures.readTokens += isTicked && !isFailed && !isWaiting ? node.tokens : 0;
}

void DocumentTreeModel::summarize(Node& node) {
    if (node.document) return summarizeDocument(node);
    if (node.children.empty() && node.isLeftOut) {
        ++m_figures.leftOut;
        return;
    }
    node.tokens = 0;
    node.state = DocumentState::ready;
    node.isLeftOut = !node.children.empty();
    bool hasTicked = false;
    bool hasUnticked = false;
    for (const auto& child : node.children) {
        summarize(*child);
        if (child->isLeftOut) continue;
        node.isLeftOut = false;
        node.tokens += child->tokens;
        if (urgency(child->state) > urgency(node.state)) node.state = child->state;
        hasTicked |= child->ticked != Qt::Unchecked;
        hasUnticked |= child->ticked != Qt::Checked;
    }
    node.ticked = !hasUnticked ? Qt::Checked : hasTicked ? Qt::PartiallyChecked : Qt::Unchecked;
}

}  // namespace asterism
