-- Keys of the blocks that hold turns of a project's chats in the KV cache, so that they go with it.
-- Those that the quota has removed stay in the list.
CREATE TABLE kept_turn (
    project INTEGER NOT NULL REFERENCES project ON DELETE CASCADE,
    key BLOB NOT NULL,
    PRIMARY KEY (project, key)
) STRICT, WITHOUT ROWID;
