-- sql/migrations/0036_upload_disturbed.sql - what was deleted since an upload began
-- The current object of its key was deleted, in a bucket without versions, where nothing else
-- tells. Whoever deletes says so: it knows also of what came after the beginning and went again.
alter table blob.upload drop column begun_over;
alter table blob.upload add column deleted_since boolean not null default false;
