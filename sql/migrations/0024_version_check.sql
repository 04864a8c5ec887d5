-- sql/migrations/0024_version_check.sql - objects without a check of their bodies
-- PostgreSQL reads the text of a check again for each statement that inserts: this one was an
-- eighth of the work of a put. That a version which is no delete marker has exactly one of body,
-- bytes and parts is asserted by blob_put (shared/engine/blob.c); all others copy from such rows.
alter table blob.version drop constraint version_has_a_body;
