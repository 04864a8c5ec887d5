-- sql/migrations/0001_core.sql - accounts, environments, prices, registry of customer tables
create schema core;

-- Who pays. Sign-up and sessions come with their own tables.
create table core.account (
  id          bigint generated always as identity primary key,
  public_id   text not null unique,
  name        text not null,
  email       text,
  tier        text not null default 'beginner',
  created_at  timestamptz not null,
  disabled_at timestamptz
);

-- API keys: shown once, kept as SHA-256; the prefix is what a person recognises a key by.
create table core.api_key (
  id          bigint generated always as identity primary key,
  account_id  bigint not null references core.account,
  public_id   text not null unique,
  name        text not null,
  prefix      text not null unique,
  hash        bytea not null check (length(hash) = 32),
  created_at  timestamptz not null,
  expires_at  timestamptz,
  revoked_at  timestamptz,
  used_at     timestamptz
);
create index api_key_account on core.api_key (account_id, id);

create table core.service (
  id       text primary key,
  cloud    text not null,
  ord      integer not null,
  title    text not null,
  kind     text not null check (kind in ('emulated', 'real'))
);

-- A price holds from `since` until the next one.
create table core.price (
  service text not null references core.service,
  since   timestamptz not null,
  hourly  numeric(10,4) not null check (hourly >= 0),
  primary key (service, since)
);

create table core.package (
  id        text primary key,
  ord       integer not null,
  title     text not null,
  any_of    integer  -- not null: covers any request of at most that many services
);

create table core.package_price (
  package text not null references core.package,
  since   timestamptz not null,
  hourly  numeric(10,4) not null check (hourly >= 0),
  primary key (package, since)
);

create table core.package_service (
  package text not null references core.package,
  service text not null references core.service,
  primary key (package, service)
);

create type core.environment_state as enum
  ('provisioning', 'running', 'stopped', 'destroying', 'destroyed', 'error');

create table core.environment (
  id            bigint generated always as identity primary key,
  public_id     text not null unique,
  account_id    bigint not null references core.account,
  name          text,
  provider      text,
  package       text references core.package,
  state         core.environment_state not null,
  reason        text,
  -- Raised by everything a cached copy must not outlive: state, credentials, clock, spaces.
  generation    bigint not null default 1,
  hourly_rate   numeric(10,4) not null,
  auto_shutdown_hours integer not null check (auto_shutdown_hours between 1 and 48),
  persistent    boolean not null default false,
  lenient       boolean not null default false,
  clock_offset  bigint not null default 0,       -- microseconds added to real time
  clock_frozen  timestamptz,                     -- its time stands here
  port          integer unique,                  -- of the web server: names environment and cloud
  created_at    timestamptz not null,
  changed_at    timestamptz not null,
  active_at     timestamptz not null,
  destroyed_at  timestamptz
);
create index environment_account on core.environment (account_id, id);
create index environment_state on core.environment (state, id)
  where state in ('provisioning', 'destroying');

-- One service's data of one environment. Reset and destroy swap or drop the pointer below and leave
-- the old space, with dropped_at set, to the collector.
create table core.space (
  id             bigint generated always as identity primary key,
  environment_id bigint not null references core.environment,
  service        text not null references core.service,
  created_at     timestamptz not null,
  dropped_at     timestamptz
);
create index space_dropped on core.space (dropped_at) where dropped_at is not null;
create index space_environment on core.space (environment_id);

create table core.environment_service (
  environment_id bigint not null references core.environment,
  service        text not null references core.service,
  ord            integer not null,
  space          bigint not null references core.space,
  primary key (environment_id, service)
);

-- AWS accounts of an environment; the secret is encrypted under MF_SECRET_KEY_FILE.
create table core.aws_account (
  environment_id bigint not null references core.environment,
  ord            integer not null,
  account_id     text not null check (account_id ~ '^[0-9]{12}$'),
  access_key_id  text not null,
  secret         bytea not null,
  owner_id       text not null,
  display_name   text not null,
  email          text not null,
  primary key (environment_id, ord),
  unique (environment_id, access_key_id)
);

-- Every table that holds customers' data, with its space column first in its keys. The collector
-- empties dropped spaces from it, and a test compares it with the catalogue, so that no table is
-- forgotten. `ord`: rows go in this order.
create table core.customer_table (
  name text primary key,
  ord  integer not null
);
