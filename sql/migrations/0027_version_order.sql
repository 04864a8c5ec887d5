-- sql/migrations/0027_version_order.sql - the order of a key's versions, current or past
--
-- The newest first, as `version` alone orders those of the past (0014).
create function blob.version_order(in_version text, in_seq bigint) returns text
language sql immutable as $$
  select case when in_version = '' then blob.version_stamp(in_seq) || '-' else in_version end
$$;
