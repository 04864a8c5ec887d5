-- sql/queries/probe.sql - what the health check, the bench and the runtime's tests ask

-- name: probe_answers()
-- Reads a table, so that a database that is there but not migrated is not called well.
select count(*) as n from (select from core.probe limit 1) p

-- name: probe_put(text, timestamptz)
insert into core.probe (word, made_at) values ($1, $2)
returning id

-- name: probe_count(text)
select count(*) as n from core.probe where word = $1

-- name: probe_store(bytea)
insert into core.probe_bytes (bytes) values ($1)
returning id

-- name: probe_load(bigint)
select bytes from core.probe_bytes where id = $1
