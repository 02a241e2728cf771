#include "storage/document_store.h"

#include "core/base/error.h"
#include "storage/column_values.h"

namespace asterism {

namespace {

// Of a statement that gives one name a row.
std::vector<std::string> namesAt(Statement& rows) {
    std::vector<std::string> names;
    while (rows.step()) names.push_back(rows.text(0));
    return names;
}

DocumentRecord documentAt(const Statement& row) {
    DocumentRecord document;
    int column = 0;
    document.id = row.integer(column++);
    document.sourceId = row.integer(column++);
    document.name = row.text(column++);
    document.path = pathAt(row, column++);
    document.kind = enumeratorAt(row, column++, DocumentKind::source);
    document.quality = enumeratorAt(row, column++, TextQuality::poor);
    document.state = enumeratorAt(row, column++, DocumentState::failed);
    document.reason = row.text(column++);
    document.fileBytes = static_cast<std::uintmax_t>(row.integer(column++));
    document.fileTime = row.integer(column++);
    document.textHash = static_cast<std::uint64_t>(row.integer(column++));
    document.textBytes = row.integer(column++);
    document.tokens = row.integer(column++);
    document.marks = marksAt(row, column++);
    document.notes = textsAt(row, column++);
    document.secrets = secretsAt(row, column++);
    return document;
}

// Throws Error if the name is already that of another source's document.
void checkNameIsOwn(const Database& database, std::int64_t project, const DocumentRecord& record) {
    Statement holders = database.prepare(
        "SELECT path FROM document WHERE project = ? AND name = ? AND source <> ?");
    holders.bind(project).bind(record.name).bind(record.sourceId);
    if (holders.step())
        throw Error(record.path.string(), ": cannot be called ", record.name,
                    ", as the document of ", pathAt(holders, 0).string(),
                    " is; rename one of the files, or take its source out of the project");
}

}  // namespace

std::vector<DocumentRecord> DocumentStore::list(std::int64_t project) const {
    Statement rows = m_database.prepare(
        "SELECT id, source, name, path, kind, quality, state, reason, file_bytes, file_time, "
        "text_hash, text_bytes, tokens, marks, notes, secrets "
        "FROM document WHERE project = ? ORDER BY name");
    rows.bind(project);
    std::vector<DocumentRecord> documents;
    while (rows.step()) documents.push_back(documentAt(rows));
    return documents;
}

std::vector<DocumentVersion> DocumentStore::versions(std::int64_t project) const {
    Statement rows = m_database.prepare(
        "SELECT id, text_hash FROM document WHERE project = ? AND text_bytes > 0 ORDER BY id");
    rows.bind(project);
    std::vector<DocumentVersion> versions;
    while (rows.step())
        versions.push_back({rows.integer(0), static_cast<std::uint64_t>(rows.integer(1))});
    return versions;
}

std::string DocumentStore::text(std::int64_t document) const {
    Statement rows = m_database.prepare("SELECT text FROM document_text WHERE document = ?");
    rows.bind(document);
    if (!rows.step()) failAsGone();
    return rows.text(0);
}

std::vector<TokenId> DocumentStore::tokens(std::int64_t document, std::string_view model) const {
    Statement rows = m_database.prepare(
        "SELECT ifnull(tokens.tokens, x'') FROM document "
        "LEFT JOIN document_tokens AS tokens ON tokens.document = id "
        "AND tokens.model_fingerprint = ? WHERE id = ?");
    rows.bind(model).bind(document);
    if (!rows.step()) failAsGone();
    return tokensAt(rows, 0);
}

void DocumentStore::failAsGone() const {
    throw Error(m_database.place(), ": the document is gone; it was removed meanwhile");
}

std::int64_t DocumentStore::save(std::int64_t project, const DocumentRecord& record,
                                 const std::string& text, const ModelTokens& tokens) {
    Transaction transaction(m_database);
    checkNameIsOwn(m_database, project, record);
    const std::int64_t id = saveRecord(project, record);
    m_database
        .prepare(
            "INSERT INTO document_text (document, text) VALUES (?, ?) "
            "ON CONFLICT (document) DO UPDATE SET text = excluded.text")
        .bind(id)
        .bind(text)
        .run();
    m_database.prepare("UPDATE document SET text_bytes = ? WHERE id = ?")
        .bind(text.size())
        .bind(id)
        .run();
    setTokens(id, tokens);
    transaction.commit();
    return id;
}

std::int64_t DocumentStore::saveRecord(std::int64_t project, const DocumentRecord& record) {
    Statement row = m_database.prepare(
        "INSERT INTO document (project, source, name, path, kind, quality, state, reason, "
        "file_bytes, file_time, text_hash, text_bytes, tokens, marks, notes, secrets) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, ?, ?, ?) "
        "ON CONFLICT (project, name) DO UPDATE SET path = excluded.path, kind = excluded.kind, "
        "quality = excluded.quality, state = excluded.state, reason = excluded.reason, "
        "file_bytes = excluded.file_bytes, file_time = excluded.file_time, "
        "text_hash = excluded.text_hash, marks = excluded.marks, notes = excluded.notes, "
        "secrets = excluded.secrets RETURNING id");
    row.bind(project)
        .bind(record.sourceId)
        .bind(record.name)
        .bind(bytesOf(record.path))
        .bind(record.kind)
        .bind(record.quality)
        .bind(record.state)
        .bind(record.reason)
        .bind(record.fileBytes)
        .bind(record.fileTime)
        .bind(record.textHash)
        .bind(jsonOf(record.marks))
        .bind(jsonOf(record.notes))
        .bind(jsonOf(record.secrets));
    row.step();
    const std::int64_t id = row.integer(0);
    row.run();  // foreign keys are looked at when it ends
    return id;
}

void DocumentStore::setTokens(std::int64_t document, const ModelTokens& tokens) {
    Transaction transaction(m_database);
    m_database.prepare("UPDATE document SET tokens = ? WHERE id = ?")
        .bind(tokens.ids.size())
        .bind(document)
        .runOn("the document");
    m_database
        .prepare(
            "INSERT INTO document_tokens (document, tokens, model_fingerprint) VALUES (?, ?, ?) "
            "ON CONFLICT (document) DO UPDATE SET tokens = excluded.tokens, "
            "model_fingerprint = excluded.model_fingerprint")
        .bind(document)
        .bind(bytesOf(tokens.ids))
        .bind(tokens.model)
        .run();
    transaction.commit();
}

void DocumentStore::setState(std::int64_t document, DocumentState state,
                             const std::string& reason) {
    m_database.prepare("UPDATE document SET state = ?, reason = ? WHERE id = ?")
        .bind(state)
        .bind(reason)
        .bind(document)
        .runOn("the document");
}

void DocumentStore::setFileTime(std::int64_t document, std::uintmax_t fileBytes,
                                std::int64_t fileTime) {
    m_database.prepare("UPDATE document SET file_bytes = ?, file_time = ? WHERE id = ?")
        .bind(fileBytes)
        .bind(fileTime)
        .bind(document)
        .runOn("the document");
}

void DocumentStore::remove(std::int64_t document) {
    m_database.prepare("DELETE FROM document WHERE id = ?").bind(document).runOn("the document");
}

void DocumentStore::setLeftOut(std::int64_t source, std::span<const LeftOut> leftOut) {
    Transaction transaction(m_database);
    m_database.prepare("DELETE FROM left_out WHERE source = ?").bind(source).run();
    Statement row = m_database.prepare("INSERT INTO left_out VALUES (?, ?, ?, ?, ?, ?, ?)");
    for (std::size_t i = 0; i < leftOut.size(); ++i)
        row.bind(source)
            .bind(i)
            .bind(leftOut[i].name)
            .bind(leftOut[i].reason)
            .bind(leftOut[i].cause)
            .bind(leftOut[i].fileBytes)
            .bind(leftOut[i].isFolder)
            .run();
    transaction.commit();
}

std::vector<LeftOut> DocumentStore::leftOut(std::int64_t project) const {
    Statement rows = m_database.prepare(
        "SELECT left_out.name, reason, cause, file_bytes, left_out.is_folder "
        "FROM left_out JOIN source ON source.id = left_out.source "
        "WHERE source.project = ? ORDER BY source.id, position");
    rows.bind(project);
    std::vector<LeftOut> leftOut;
    while (rows.step())
        leftOut.push_back({rows.text(0), rows.text(1),
                           enumeratorAt(rows, 2, LeftOutCause::unwanted),
                           static_cast<std::uintmax_t>(rows.integer(3)), rows.integer(4) != 0});
    return leftOut;
}

std::vector<std::string> DocumentStore::unwanted(std::int64_t project) const {
    Statement rows = m_database.prepare(
        "SELECT left_out.name FROM left_out JOIN source ON source.id = left_out.source "
        "WHERE source.project = ? AND cause = ? ORDER BY left_out.name");
    rows.bind(project).bind(LeftOutCause::unwanted);
    return namesAt(rows);
}

void DocumentStore::setFilterRules(std::int64_t project, std::span<const FilterRule> rules) {
    Transaction transaction(m_database);
    m_database.prepare("DELETE FROM filter_rule WHERE project = ?").bind(project).run();
    Statement row = m_database.prepare("INSERT INTO filter_rule VALUES (?, ?, ?, ?, ?)");
    for (std::size_t i = 0; i < rules.size(); ++i)
        row.bind(project)
            .bind(i)
            .bind(rules[i].pattern)
            .bind(rules[i].isGlob)
            .bind(rules[i].isWanted)
            .run();
    transaction.commit();
}

std::vector<FilterRule> DocumentStore::filterRules(std::int64_t project) const {
    Statement rows = m_database.prepare(
        "SELECT pattern, is_glob, is_wanted FROM filter_rule WHERE project = ? ORDER BY position");
    rows.bind(project);
    std::vector<FilterRule> rules;
    while (rows.step()) rules.push_back({rows.text(0), rows.integer(1) != 0, rows.integer(2) != 0});
    return rules;
}

std::vector<std::string> DocumentStore::outOfScope(std::int64_t project) const {
    Statement rows =
        m_database.prepare("SELECT name FROM out_of_scope WHERE project = ? ORDER BY name");
    rows.bind(project);
    return namesAt(rows);
}

void DocumentStore::setInScope(std::int64_t project, std::span<const std::string> names,
                               bool isInScope) {
    Transaction transaction(m_database);
    Statement row = m_database.prepare(
        isInScope ? "DELETE FROM out_of_scope WHERE project = ? AND name = ?"
                  : "INSERT INTO out_of_scope VALUES (?, ?) ON CONFLICT DO NOTHING");
    for (const std::string& name : names) row.bind(project).bind(name).run();
    transaction.commit();
}

void DocumentStore::setPlan(std::int64_t project, std::span<const PlannedBlock> blocks) {
    Transaction transaction(m_database);
    m_database.prepare("DELETE FROM block WHERE project = ?").bind(project).run();
    Statement row = m_database.prepare("INSERT INTO block VALUES (?, ?, ?, ?, ?, ?, ?)");
    for (std::size_t i = 0; i < blocks.size(); ++i)
        row.bind(project)
            .bind(i)
            .bind(blocks[i].tokens.begin)
            .bind(blocks[i].tokens.end)
            .bind(bytesOf(blocks[i].key))
            .bind(blocks[i].seconds)
            .bind(blocks[i].rank)
            .run();
    transaction.commit();
}

std::vector<PlannedBlock> DocumentStore::plan(std::int64_t project) const {
    Statement rows = m_database.prepare(
        "SELECT token_begin, token_end, key, seconds, rank FROM block WHERE project = ? "
        "ORDER BY position");
    rows.bind(project);
    std::vector<PlannedBlock> blocks;
    while (rows.step())
        blocks.push_back({{rows.integer(0), rows.integer(1)},
                          keyAt(rows, 2),
                          rows.real(3),
                          static_cast<int>(rows.integer(4))});
    return blocks;
}

void DocumentStore::noteEncoded(std::int64_t project, std::size_t index, const BlockKey& planned,
                                const PlannedBlock& block) {
    m_database
        .prepare(
            "UPDATE block SET key = ?, seconds = ?, rank = ? "
            "WHERE project = ? AND position = ? AND key = ?")
        .bind(bytesOf(block.key))
        .bind(block.seconds)
        .bind(block.rank)
        .bind(project)
        .bind(index)
        .bind(bytesOf(planned))
        .run();
}

void DocumentStore::noteRate(const std::string& device, const std::string& modelFingerprint,
                             std::int64_t blockTokens, double tokensPerSecond) {
    m_database.prepare("INSERT OR REPLACE INTO rate VALUES (?, ?, ?, ?)")
        .bind(device)
        .bind(modelFingerprint)
        .bind(blockTokens)
        .bind(tokensPerSecond)
        .run();
}

double DocumentStore::rate(const std::string& device, const std::string& modelFingerprint,
                           std::int64_t blockTokens) const {
    Statement rows = m_database.prepare(
        "SELECT tokens_per_second FROM rate "
        "WHERE device = ? AND model_fingerprint = ? AND block_tokens = ?");
    rows.bind(device).bind(modelFingerprint).bind(blockTokens);
    return rows.step() ? rows.real(0) : 0;
}

}  // namespace asterism
