-- sql/migrations/0035_seeding_bucket.sql - made-up records on their way into buckets, too

-- A seeding is of a server or of a bucket. A bucket's is done file by file: `done` says how many
-- records are in files that are there, and stays when another takes the seeding over.
alter table core.seeding
  alter column server_id drop not null,
  alter column epoch drop not null,
  add column space bigint,  -- as it was when this was asked for: after a reset it is another
  add column bucket text,   -- then into_name is what keys begin with
  add column bytes bigint not null default 0, -- of the files that are there
  add check ((space is null) = (bucket is null)),
  add check ((server_id is null) = (epoch is null)),
  add check ((server_id is null) <> (space is null)),
  drop constraint seeding_fault_check,
  add constraint seeding_fault_check
    check (fault in ('unfit', 'interrupted', 'unavailable', 'full'));
create index seeding_space on core.seeding (space) where due_at is not null;
