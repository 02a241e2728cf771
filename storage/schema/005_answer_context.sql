-- The model that tokens are of: two processes may have a project open with two models.
ALTER TABLE document_tokens ADD COLUMN model_fingerprint TEXT NOT NULL DEFAULT '';
UPDATE document_tokens SET model_fingerprint =
    (SELECT model_fingerprint FROM project JOIN document ON project.id = document.project
     WHERE document.id = document_tokens.document);

-- Of an answer: what context it saw and where its blocks stood, so that only the same is explained.
-- 0: made before this was kept.
ALTER TABLE message ADD COLUMN context_hash INTEGER NOT NULL DEFAULT 0;
ALTER TABLE message ADD COLUMN placement INTEGER NOT NULL DEFAULT 1;
ALTER TABLE message ADD COLUMN placement_window INTEGER NOT NULL DEFAULT 0;
