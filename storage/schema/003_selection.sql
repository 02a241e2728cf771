-- Of an answer: the blocks that it attended to, where its question chose them. Empty: all of them.
ALTER TABLE message ADD COLUMN selected_blocks BLOB NOT NULL DEFAULT x'';
