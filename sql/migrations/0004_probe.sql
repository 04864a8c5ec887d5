-- sql/migrations/0004_probe.sql - what the health check, the bench and the runtime's tests speak to
-- No customer's data: no space. Rows are written with MF_TEST=1 only.
create table core.probe (
  id      bigint generated always as identity primary key,
  word    text not null,
  made_at timestamptz not null
);
create index probe_word on core.probe (word);
