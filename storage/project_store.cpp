#include "storage/project_store.h"

#include <algorithm>
#include <system_error>

#include "core/base/error.h"
#include "core/documents/file_reading.h"
#include "core/text/utf8.h"
#include "storage/column_values.h"

namespace asterism {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kMaxNameCharacters = 100;
constexpr std::size_t kMaxNamesInError = 20;
constexpr const char* kColumns =
    "id, name, model, model_fingerprint, block_tokens, kv, anchor_mode, anchor, created_at, "
    "opened_at";

ProjectRecord projectAt(const Statement& row) {
    ProjectRecord project;
    int column = 0;
    project.id = row.integer(column++);
    project.name = row.text(column++);
    project.model = row.text(column++);
    project.modelFingerprint = row.text(column++);
    project.settings.blockTokens = row.integer(column++);
    project.settings.kv = enumeratorAt(row, column++, KvType::q8);
    project.settings.anchor = enumeratorAt(row, column++, AnchorMode::fixedText);
    project.anchor = tokensAt(row, column++);
    project.createdAt = row.integer(column++);
    project.openedAt = row.integer(column++);
    return project;
}

// Throws Error if a project cannot have this name.
void checkName(const std::string& name) {
    const auto refuse = [&name](const char* why) {
        throw Error("a project cannot be called \"", replaceInvalidUtf8(name), "\": ", why,
                    "; choose another name");
    };
    if (name.empty()) refuse("the name is empty");
    if (findInvalidUtf8(name) != std::string::npos) refuse("the name is not UTF-8");
    const auto isControl = [](unsigned char byte) { return byte < 0x20 || byte == 0x7f; };
    if (std::any_of(name.begin(), name.end(), isControl)) refuse("it has a control character");
    if (name.find('/') != std::string::npos) refuse("it has a slash, as paths do");
    const auto isFirstByte = [](unsigned char byte) { return (byte & 0xc0) != 0x80; };
    const auto characters = std::count_if(name.begin(), name.end(), isFirstByte);
    if (static_cast<std::size_t>(characters) > kMaxNameCharacters)
        refuse("it has more than 100 characters");
}

// The same folder is one source however its path is spelled.
fs::path withoutDetours(const fs::path& path) {
    fs::path plain = path.lexically_normal();
    return plain.has_filename() || !plain.has_relative_path() ? plain : plain.parent_path();
}

// What the names of a source's documents begin with; of a single file: the name.
std::string nameOf(const SourceRecord& source) {
    return source.isFolder ? source.prefix : source.prefix + displayName(source.path.filename());
}

// Whether documents of the two could come to have the same name.
bool mayMeet(const SourceRecord& source, const SourceRecord& other) {
    const std::string name = nameOf(source);
    const std::string otherName = nameOf(other);
    std::error_code ignored;
    if (other.isFolder && otherName.empty())  // it may have any name: those it has now count
        return fs::exists(fs::symlink_status(other.path / name, ignored));
    return name == otherName || (source.isFolder && otherName.starts_with(name)) ||
           (other.isFolder && name.starts_with(otherName));
}

bool isNameTaken(const Database& database, std::int64_t project, const SourceRecord& source) {
    Statement names = database.prepare(
        source.isFolder ? "SELECT 1 FROM document WHERE project = ? AND instr(name, ?) = 1"
                        : "SELECT 1 FROM document WHERE project = ? AND name = ?");
    names.bind(project).bind(nameOf(source));
    return names.step();
}

// Makes the names of a source's documents unlike those of the others: the first source and single
// files need nothing if they are alone with their names.
std::string choosePrefix(const Database& database, std::int64_t project,
                         const std::vector<SourceRecord>& others, SourceRecord source) {
    if (others.empty()) return {};
    const fs::path folder =
        source.isFolder ? source.path.filename() : source.path.parent_path().filename();
    const std::string base = folder.empty() ? "files" : displayName(folder);
    for (int number = source.isFolder ? 1 : 0;; ++number) {
        source.prefix = number == 0   ? ""
                        : number == 1 ? base + "/"
                                      : base + "-" + std::to_string(number) + "/";
        const auto meets = [&source](const auto& other) { return mayMeet(source, other); };
        if (std::none_of(others.begin(), others.end(), meets) &&
            !isNameTaken(database, project, source))
            return source.prefix;
    }
}

}  // namespace

ProjectRecord ProjectStore::create(const std::string& name, const std::string& model,
                                   const ProjectSettings& settings) {
    checkName(name);
    Transaction transaction(m_database);
    checkNotTaken(name);
    const std::int64_t now = timeNow();
    m_database
        .prepare(
            "INSERT INTO project (name, model, block_tokens, kv, anchor_mode, created_at, "
            "opened_at) VALUES (?, ?, ?, ?, ?, ?, ?)")
        .bind(name)
        .bind(model)
        .bind(settings.blockTokens)
        .bind(settings.kv)
        .bind(settings.anchor)
        .bind(now)
        .bind(now)
        .run();
    ProjectRecord project = get(name);
    transaction.commit();
    return project;
}

std::vector<ProjectRecord> ProjectStore::list() const {
    Statement rows = m_database.prepare(std::string("SELECT ") + kColumns +
                                        " FROM project ORDER BY name COLLATE NOCASE, name");
    std::vector<ProjectRecord> projects;
    while (rows.step()) projects.push_back(projectAt(rows));
    return projects;
}

std::optional<ProjectRecord> ProjectStore::find(const std::string& name) const {
    Statement rows =
        m_database.prepare(std::string("SELECT ") + kColumns + " FROM project WHERE name = ?");
    rows.bind(name);
    if (!rows.step()) return std::nullopt;
    return projectAt(rows);
}

ProjectRecord ProjectStore::get(const std::string& name) const {
    if (auto project = find(name)) return *std::move(project);
    std::string names;
    const auto projects = list();
    for (std::size_t i = 0; i < std::min(projects.size(), kMaxNamesInError); ++i)
        names += (i ? ", " : "") + projects[i].name;
    if (projects.size() > kMaxNamesInError)
        names += " and " + std::to_string(projects.size() - kMaxNamesInError) + " more";
    throw Error(
        "there is no project called \"", replaceInvalidUtf8(name), "\"; ",
        names.empty() ? "make it with `asterism-cli ingest PROJECT PATH`" : "there are: " + names);
}

ProjectRecord ProjectStore::get(std::int64_t project) const {
    Statement rows =
        m_database.prepare(std::string("SELECT ") + kColumns + " FROM project WHERE id = ?");
    rows.bind(project);
    if (!rows.step())
        throw Error(m_database.place(), ": the project is gone; it was removed meanwhile");
    return projectAt(rows);
}

void ProjectStore::checkNotTaken(const std::string& name) const {
    if (find(name))
        throw Error("there is a project called \"", name, "\" already; choose another name");
}

void ProjectStore::rename(std::int64_t project, const std::string& name) {
    checkName(name);
    Transaction transaction(m_database);
    const auto holder = find(name);
    if (!holder || holder->id != project) checkNotTaken(name);
    m_database.prepare("UPDATE project SET name = ? WHERE id = ?")
        .bind(name)
        .bind(project)
        .runOn("the project");
    transaction.commit();
}

void ProjectStore::remove(std::int64_t project) {
    m_database.prepare("DELETE FROM project WHERE id = ?").bind(project).runOn("the project");
}

void ProjectStore::markOpened(std::int64_t project) {
    m_database.prepare("UPDATE project SET opened_at = ? WHERE id = ?")
        .bind(timeNow())
        .bind(project)
        .runOn("the project");
}

void ProjectStore::setModel(std::int64_t project, const std::string& model,
                            const std::string& fingerprint) {
    Transaction transaction(m_database);
    Statement rows = m_database.prepare("SELECT model_fingerprint FROM project WHERE id = ?");
    rows.bind(project);
    const std::string before = rows.step() ? rows.text(0) : std::string();
    m_database.prepare("UPDATE project SET model = ?, model_fingerprint = ? WHERE id = ?")
        .bind(model)
        .bind(fingerprint)
        .bind(project)
        .runOn("the project");
    if (!before.empty() && before != fingerprint) dropTokens(project);
    transaction.commit();
}

void ProjectStore::dropTokens(std::int64_t project) {
    for (const char* change : {
             "UPDATE project SET anchor = x'' WHERE id = ?",
             "DELETE FROM block WHERE project = ?",
             "DELETE FROM document_tokens WHERE document IN "
             "(SELECT id FROM document WHERE project = ?)",
             "UPDATE document SET tokens = 0 WHERE project = ?",
             "UPDATE message SET tokens = x'' WHERE conversation IN "
             "(SELECT id FROM conversation WHERE project = ?)",
         })
        m_database.prepare(change).bind(project).run();
}

void ProjectStore::setAnchor(std::int64_t project, std::span<const TokenId> anchor) {
    m_database.prepare("UPDATE project SET anchor = ? WHERE id = ?")
        .bind(bytesOf(anchor))
        .bind(project)
        .runOn("the project");
}

void ProjectStore::addKeptBlocks(std::int64_t project, std::span<const BlockKey> keys) {
    Transaction transaction(m_database);
    Statement row =
        m_database.prepare("INSERT OR IGNORE INTO kept_block (project, key) VALUES (?, ?)");
    for (const BlockKey& key : keys) row.bind(project).bind(bytesOf(key)).run();
    transaction.commit();
}

std::vector<BlockKey> ProjectStore::blocksOfNoOther(std::int64_t project) const {
    Statement rows = m_database.prepare(
        "SELECT key FROM kept_block AS own WHERE project = ? AND NOT EXISTS "
        "(SELECT 1 FROM kept_block AS other WHERE other.key = own.key AND "
        "other.project <> own.project)");
    rows.bind(project);
    std::vector<BlockKey> keys;
    while (rows.step()) keys.push_back(keyAt(rows, 0));
    return keys;
}

std::vector<SourceRecord> ProjectStore::sources(std::int64_t project) const {
    Statement rows = m_database.prepare(
        "SELECT id, path, prefix, is_folder FROM source WHERE project = ? ORDER BY id");
    rows.bind(project);
    std::vector<SourceRecord> sources;
    while (rows.step())
        sources.push_back({rows.integer(0), pathAt(rows, 1), rows.text(2), rows.integer(3) != 0});
    return sources;
}

SourceRecord ProjectStore::addSource(std::int64_t project, const fs::path& path, bool isFolder) {
    Transaction transaction(m_database);
    SourceRecord source{0, withoutDetours(path), "", isFolder};
    const auto others = sources(project);
    for (const SourceRecord& other : others)
        if (other.path == source.path) return other;
    source.prefix = choosePrefix(m_database, project, others, source);
    m_database.prepare("INSERT INTO source (project, path, prefix, is_folder) VALUES (?, ?, ?, ?)")
        .bind(project)
        .bind(bytesOf(source.path))
        .bind(source.prefix)
        .bind(source.isFolder)
        .run();
    source.id = m_database.lastInsertId();
    transaction.commit();
    return source;
}

void ProjectStore::removeSource(std::int64_t source) {
    Transaction transaction(m_database);
    // What was said of single files of it is not meant for another source's of the same name.
    m_database
        .prepare(
            "DELETE FROM filter_rule WHERE is_glob = 0 "
            "AND project = (SELECT project FROM source WHERE id = ?) "
            "AND pattern IN (SELECT name FROM left_out WHERE source = ? "
            "UNION SELECT name FROM document WHERE source = ?)")
        .bind(source)
        .bind(source)
        .bind(source)
        .run();
    m_database.prepare("DELETE FROM source WHERE id = ?").bind(source).runOn("the source");
    transaction.commit();
}

}  // namespace asterism
