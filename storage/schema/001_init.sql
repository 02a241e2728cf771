-- What the columns mean: storage/records.h. Times are milliseconds since 1970. Tokens and numbers in
-- BLOBs are little-endian, 32 bits each; paths are BLOBs because their bytes need not be UTF-8; lists
-- are JSON. AUTOINCREMENT: an id that somebody still holds never comes to mean something else.

CREATE TABLE project (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    model TEXT NOT NULL,
    model_fingerprint TEXT NOT NULL DEFAULT '',
    block_tokens INTEGER NOT NULL,
    kv INTEGER NOT NULL,
    anchor_mode INTEGER NOT NULL,
    anchor BLOB NOT NULL DEFAULT x'',
    created_at INTEGER NOT NULL,
    opened_at INTEGER NOT NULL
) STRICT;

CREATE TABLE source (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project INTEGER NOT NULL REFERENCES project ON DELETE CASCADE,
    path BLOB NOT NULL,
    prefix TEXT NOT NULL,
    is_folder INTEGER NOT NULL,
    UNIQUE (project, path)
) STRICT;

CREATE TABLE document (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project INTEGER NOT NULL REFERENCES project ON DELETE CASCADE,
    source INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
    name TEXT NOT NULL,
    path BLOB NOT NULL,
    kind INTEGER NOT NULL,
    quality INTEGER NOT NULL,
    state INTEGER NOT NULL,
    reason TEXT NOT NULL,
    file_bytes INTEGER NOT NULL,
    file_time INTEGER NOT NULL,
    text_hash INTEGER NOT NULL,
    text_bytes INTEGER NOT NULL,
    tokens INTEGER NOT NULL,
    marks TEXT NOT NULL,
    notes TEXT NOT NULL,
    secrets TEXT NOT NULL,
    UNIQUE (project, name)
) STRICT;
CREATE INDEX document_of_source ON document (source);

-- Apart from the documents, which are listed often, and from each other, because another model gives
-- the same text other tokens.
CREATE TABLE document_text (
    document INTEGER PRIMARY KEY REFERENCES document ON DELETE CASCADE,
    text TEXT NOT NULL
) STRICT;
CREATE TABLE document_tokens (
    document INTEGER PRIMARY KEY REFERENCES document ON DELETE CASCADE,
    tokens BLOB NOT NULL
) STRICT;

CREATE TABLE left_out (
    source INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    reason TEXT NOT NULL,
    cause INTEGER NOT NULL,
    file_bytes INTEGER NOT NULL,
    is_folder INTEGER NOT NULL,
    PRIMARY KEY (source, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE block (
    project INTEGER NOT NULL REFERENCES project ON DELETE CASCADE,
    position INTEGER NOT NULL,
    token_begin INTEGER NOT NULL,
    token_end INTEGER NOT NULL,
    key BLOB NOT NULL,
    seconds REAL NOT NULL,
    rank INTEGER NOT NULL,
    PRIMARY KEY (project, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE rate (
    device TEXT NOT NULL,
    model_fingerprint TEXT NOT NULL,
    block_tokens INTEGER NOT NULL,
    tokens_per_second REAL NOT NULL,
    PRIMARY KEY (device, model_fingerprint, block_tokens)
) STRICT, WITHOUT ROWID;

-- leaf_message is no foreign key: messages go only together with their conversation.
CREATE TABLE conversation (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project INTEGER NOT NULL REFERENCES project ON DELETE CASCADE,
    title TEXT NOT NULL DEFAULT '',
    is_pinned INTEGER NOT NULL DEFAULT 0,
    is_archived INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    room INTEGER NOT NULL,
    leaf_message INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX conversation_of_project ON conversation (project, changed_at);

-- A parent is of the same conversation. It does not cascade: a long chat would go deeper than SQLite
-- lets one deletion cause another.
CREATE TABLE message (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation INTEGER NOT NULL REFERENCES conversation ON DELETE CASCADE,
    parent INTEGER,
    role INTEGER NOT NULL,
    text TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    scope TEXT NOT NULL,
    tokens BLOB NOT NULL,
    ending INTEGER NOT NULL,
    model TEXT NOT NULL,
    tokens_read INTEGER NOT NULL,
    tokens_in_scope INTEGER NOT NULL,
    encode_seconds REAL NOT NULL,
    query_seconds REAL NOT NULL,
    first_token_seconds REAL NOT NULL,
    tokens_per_second REAL NOT NULL,
    blocks_restored INTEGER NOT NULL,
    blocks_encoded INTEGER NOT NULL,
    block_mass BLOB NOT NULL,
    UNIQUE (conversation, id),
    FOREIGN KEY (conversation, parent) REFERENCES message (conversation, id)
) STRICT;
CREATE INDEX message_of_parent ON message (conversation, parent);

-- The words of all messages. The text itself stays in its table, where the index reads it for
-- snippets; the triggers keep the two in step.
CREATE VIRTUAL TABLE message_search USING fts5 (
    text, content = 'message', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2'
);
CREATE TRIGGER message_added AFTER INSERT ON message BEGIN
    INSERT INTO message_search (rowid, text) VALUES (new.id, new.text);
END;
CREATE TRIGGER message_removed AFTER DELETE ON message BEGIN
    INSERT INTO message_search (message_search, rowid, text) VALUES ('delete', old.id, old.text);
END;
CREATE TRIGGER message_changed AFTER UPDATE OF text ON message BEGIN
    INSERT INTO message_search (message_search, rowid, text) VALUES ('delete', old.id, old.text);
    INSERT INTO message_search (rowid, text) VALUES (new.id, new.text);
END;

CREATE TABLE citation (
    message INTEGER NOT NULL REFERENCES message ON DELETE CASCADE,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    document INTEGER REFERENCES document ON DELETE SET NULL,
    sentence INTEGER NOT NULL,
    line_begin INTEGER NOT NULL,
    line_end INTEGER NOT NULL,
    page INTEGER,
    place TEXT NOT NULL,
    text_begin INTEGER NOT NULL,
    text_end INTEGER NOT NULL,
    quote TEXT NOT NULL,
    mass REAL NOT NULL,
    is_verified INTEGER NOT NULL,
    PRIMARY KEY (message, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX citation_of_document ON citation (document);

CREATE TABLE quotation (
    message INTEGER NOT NULL REFERENCES message ON DELETE CASCADE,
    position INTEGER NOT NULL,
    answer_begin INTEGER NOT NULL,
    answer_end INTEGER NOT NULL,
    is_found INTEGER NOT NULL,
    name TEXT NOT NULL,
    document INTEGER REFERENCES document ON DELETE SET NULL,
    line_begin INTEGER NOT NULL,
    line_end INTEGER NOT NULL,
    text_begin INTEGER NOT NULL,
    text_end INTEGER NOT NULL,
    PRIMARY KEY (message, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX quotation_of_document ON quotation (document);

-- Without a document: of the project as a whole.
CREATE TABLE summary (
    id INTEGER PRIMARY KEY,
    project INTEGER NOT NULL REFERENCES project ON DELETE CASCADE,
    document INTEGER REFERENCES document ON DELETE CASCADE,
    content_hash INTEGER NOT NULL,
    text TEXT NOT NULL,
    tokens_read INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    message INTEGER REFERENCES message ON DELETE SET NULL
) STRICT;
CREATE UNIQUE INDEX summary_of_document ON summary (project, ifnull(document, 0));
CREATE INDEX summary_by_document ON summary (document);
CREATE INDEX summary_by_message ON summary (message);
