-- sql/migrations/0010_server.sql - real servers: the wish is the row, mf-provision makes it true

-- What each machine that runs servers can run.
create table core.engine (
  host    text not null,
  engine  text not null,
  version text,        -- "10.11"; null: it cannot
  why     text,        -- when it cannot
  seen_at timestamptz not null,
  primary key (host, engine)
);

create table core.server (
  id             bigint generated always as identity primary key,
  environment_id bigint not null references core.environment,
  service        text not null references core.service,
  ord            integer not null,
  engine         text not null,
  version        text not null,
  epoch          integer not null default 1, -- a reset raises it: files of an older one are waste
  wish           text not null check (wish in ('running', 'stopped', 'gone')),
  state          text not null check (state in ('new', 'starting', 'running', 'stopped', 'failed')),
  host           text,             -- the machine that has its files; null: none yet
  address        text not null,    -- it listens there
  port           integer not null unique,
  user_name      text not null,
  password       bytea not null,   -- sealed, for the context 'server:' || environment's public id
  database_name  text not null,
  tries          integer not null default 0, -- attempts that failed since it last ran for a while
  ran_at         timestamptz,      -- usable since then; null: it never was
  due_at         timestamptz,      -- there is something to do from then on; null: nothing
  locked_by      text,             -- the mf-provision that works on it,
  locked_until   timestamptz,      -- and until when it is believed to
  reason         text,             -- what happened to it, for a person
  changed_at     timestamptz not null,
  unique (environment_id, service)
);
create index server_due on core.server (due_at) where due_at is not null;
create index server_running on core.server (host) where wish = 'running' and state = 'running';
create index server_locked on core.server (locked_by) where locked_by is not null;

-- The user id under which an environment's servers run, where mf-provision gives each its own.
create table core.server_user (
  environment_id bigint primary key references core.environment,
  uid            bigint not null unique
);
