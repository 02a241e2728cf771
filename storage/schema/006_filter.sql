-- Which files of its sources a project takes: of the rules that match a file's name, the last one
-- says. Apart from left_out, which goes with the last reading of a source.
CREATE TABLE filter_rule (
    project INTEGER NOT NULL REFERENCES project ON DELETE CASCADE,
    position INTEGER NOT NULL,
    pattern TEXT NOT NULL,
    is_glob INTEGER NOT NULL,
    is_wanted INTEGER NOT NULL,
    PRIMARY KEY (project, position)
) STRICT, WITHOUT ROWID;
-- 15: LeftOutCause::unwanted.
INSERT INTO filter_rule (project, position, pattern, is_glob, is_wanted)
SELECT project, row_number() OVER (PARTITION BY project ORDER BY name) - 1, name, 0, 0 FROM (
    SELECT DISTINCT source.project AS project, left_out.name AS name
    FROM left_out JOIN source ON source.id = left_out.source WHERE left_out.cause = 15
);
