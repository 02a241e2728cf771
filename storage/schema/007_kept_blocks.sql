-- Keys of all that a project has, or has had, in the KV cache: blocks of its plans, anchors, turns
-- of its chats; so that they go with it. What the quota has removed and what a later plan is
-- without stays in the list.
CREATE TABLE kept_block (
    project INTEGER NOT NULL REFERENCES project ON DELETE CASCADE,
    key BLOB NOT NULL,
    PRIMARY KEY (project, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX kept_block_by_key ON kept_block (key);
INSERT INTO kept_block SELECT project, key FROM kept_turn;
-- Zeros: the block was planned without a KV cache.
INSERT OR IGNORE INTO kept_block SELECT project, key FROM block WHERE key <> zeroblob(16);
DROP TABLE kept_turn;
