-- name: LockPlaybookFile :exec
-- Until the transaction ends nobody else publishes the file, whichever server they use.
SELECT pg_advisory_xact_lock(hashtextextended('playbook:' || @path::text, 0));

-- name: PutPlaybookDraft :exec
INSERT INTO playbook_drafts (user_id, path, base, base_source, source)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (user_id, path) DO UPDATE
SET base = excluded.base, base_source = excluded.base_source, source = excluded.source, saved_at = wardroom.now();

-- name: PlaybookDraft :one
SELECT * FROM playbook_drafts WHERE user_id = $1 AND path = $2;

-- name: ListPlaybookDrafts :many
SELECT path, saved_at FROM playbook_drafts WHERE user_id = $1 ORDER BY saved_at DESC LIMIT 100;

-- name: DeletePlaybookDraft :exec
DELETE FROM playbook_drafts WHERE user_id = $1 AND path = $2;

-- name: RecordPublication :exec
INSERT INTO playbook_publications (id, path, revision, replaced, note, author_id, author_name)
VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: ListPublications :many
SELECT id, revision, replaced, note, author_name, published_at FROM playbook_publications
WHERE path = $1 ORDER BY published_at DESC, id DESC LIMIT 200;

-- name: PublishedSource :one
-- A text of the file that somebody published or replaced; NULL when it was purged.
SELECT c.body FROM contents c
WHERE c.hash = @revision AND EXISTS (
    SELECT 1 FROM playbook_publications p WHERE p.path = @path AND (p.revision = c.hash OR p.replaced = c.hash));
