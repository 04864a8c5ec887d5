-- sql/migrations/0006_probe_bytes.sql - what `make bench` holds object stores against
-- The least a table can be: rows of bytes under a number. Written with MF_TEST=1 only.
create table core.probe_bytes (
  id    bigint generated always as identity primary key,
  bytes bytea not null
);
alter table core.probe_bytes alter column bytes set storage external;
