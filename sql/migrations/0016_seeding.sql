-- sql/migrations/0016_seeding.sql - made-up records on their way into real servers

-- What a record is made from is all here, so whoever takes a row loads the same bytes.
create table core.seeding (
  id             bigint generated always as identity primary key,
  environment_id bigint not null references core.environment,
  server_id      bigint not null,  -- as it was when this was asked for: a server that was reset
  epoch          integer not null, -- or is gone meanwhile gets nothing
  template       text not null,
  seed           bigint not null,
  reference_day  integer not null, -- days since 1970
  related        bigint not null,
  count          bigint not null,
  into_name      text not null,    -- the table, or what keys begin with
  state          text not null check (state in ('waiting', 'running', 'succeeded', 'failed')),
  done           bigint not null default 0, -- records sent in the present try
  made           boolean not null default false, -- the table was not there before
  tries          integer not null default 0,
  fault          text check (fault in ('unfit', 'interrupted', 'unavailable')),
  reason         text,             -- why it failed, or what the last try met
  due_at         timestamptz,      -- null: it is over
  locked_by      text,             -- who works on it,
  locked_until   timestamptz,      -- and until when it is believed to
  created_at     timestamptz not null,
  changed_at     timestamptz not null,
  check ((due_at is null) = (state in ('succeeded', 'failed')))
);
create index seeding_due on core.seeding (due_at) where due_at is not null;
create index seeding_server on core.seeding (server_id) where due_at is not null;
create index seeding_environment on core.seeding (environment_id);
