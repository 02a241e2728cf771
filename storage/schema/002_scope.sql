-- Documents that questions do not read, because a person unticked them. By name, so that a document
-- that goes and comes back stays as it was.
CREATE TABLE out_of_scope (
    project INTEGER NOT NULL REFERENCES project ON DELETE CASCADE,
    name TEXT NOT NULL,
    PRIMARY KEY (project, name)
) STRICT, WITHOUT ROWID;
