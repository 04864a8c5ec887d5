-- sql/migrations/0026_upload_over.sql - what an upload began over
-- The change that made the object its key had then, in a bucket without versions; null: there was
-- none.  When it is gone at the completion, somebody deleted it meanwhile, and nothing else tells.
alter table blob.upload add column begun_over bigint;
