-- sql/migrations/0017_account.sql - log-in, sessions, identities, scopes of keys, tiers and quotas

-- What an account may use; null: no limit. `hours` are hours an environment ran, within a month of
-- UTC, those of all environments added up; `requests` are those to the control API in a minute.
create table core.tier (
  id           text primary key,
  ord          integer not null,
  title        text not null,
  environments integer check (environments >= 0),
  hours        integer check (hours >= 0),
  storage      bigint check (storage >= 0),
  requests     integer check (requests > 0)
);
insert into core.tier (id, ord, title, environments, hours, storage, requests) values
  ('anonymous',    1, 'Anonymous: the e-mail address is not confirmed', 1, 10, 104857600, 60),
  ('beginner',     2, 'Beginner',        3,  100,    1073741824,  300),
  ('student',      3, 'Student',         5,  250,    5368709120,  300),
  ('professional', 4, 'Professional',   20, 2500,  107374182400, 1200),
  ('government',   5, 'Government',     50, 10000, 536870912000, 1200),
  ('enterprise',   6, 'Enterprise',    200, null, 2199023255552, 6000),
  ('custom',       7, 'Custom: no limits but its own', null, null, null, null),
  ('employee',     8, 'Employee',       50, null,  536870912000, 6000);

-- Accounts there are were made by whoever runs the installation: nothing is taken from them.
update core.account set tier = 'custom';
alter table core.account
  alter column tier set default 'custom',
  add foreign key (tier) references core.tier,
  -- In place of the tier's; null: the tier's.
  add column environments integer check (environments >= 0),
  add column hours        integer check (hours >= 0),
  add column storage      bigint check (storage >= 0),
  add column requests     integer check (requests > 0);

-- What an account may use at the end.
create view core.quota as
select a.id as account_id, coalesce(a.environments, t.environments) as environments,
       coalesce(a.hours, t.hours) as hours, coalesce(a.storage, t.storage) as storage,
       coalesce(a.requests, t.requests) as requests
  from core.account a
  join core.tier t on t.id = a.tier;

create index environment_alive on core.environment (account_id)
  where state not in ('destroying', 'destroyed');

-- Microseconds that environments of an account ran in the month of in_at, until in_at.
create function core.month_used(in_account bigint, in_at timestamptz) returns numeric
language sql stable as $$
  select coalesce(sum(core.usage_length(u.period_start,
                      coalesce(u.period_end, greatest(u.period_start, in_at)))), 0)
    from core.environment e
    join core.usage u on u.environment_id = e.id
   where e.account_id = in_account
     and (e.destroyed_at is null or e.destroyed_at >= date_trunc('month', in_at, 'UTC'))
     and u.period_start >= date_trunc('month', in_at, 'UTC')
$$;

-- Why the account may not make (in_new) or start an environment at in_at: 'environments' or
-- 'hours'; null: it may. Where a number is limited, whoever makes one waits here for all others of
-- the account, and each statement of this function sees what they have done: two at once cannot
-- both take the last place. Accounts without limits wait for nobody.
create function core.quota_refusal(in_account bigint, in_at timestamptz, in_new boolean)
returns text language plpgsql volatile as $$
declare
  q core.quota;
begin
  select * into q from core.quota c where c.account_id = in_account;
  if in_new and q.environments is not null then
    perform from core.account a where a.id = in_account for no key update;
    if (select count(*) from core.environment e
         where e.account_id = in_account and e.state not in ('destroying', 'destroyed'))
       >= q.environments then
      return 'environments';
    end if;
  end if;
  if q.hours is not null
     and core.month_used(in_account, in_at) >= q.hours * 3600000000::numeric then
    return 'hours';
  end if;
  return null;
end $$;

-- What a key may do (shared/core/scope.h); null: everything, also what comes later.
alter table core.api_key add column scopes text[];

-- How an account logs in itself. The address is in lower case; core.account.email, to which mails
-- about environments go, is set only when it was confirmed.
create table core.login (
  account_id  bigint primary key references core.account,
  email       text not null unique check (email = lower(email)),
  password    text,                    -- Argon2id, encoded with its parameters; null: none
  verified_at timestamptz,
  changed_at  timestamptz not null     -- the password
);

-- Who an account is to an OpenID provider: (issuer, subject), never the e-mail.
create table core.identity (
  issuer     text not null,
  subject    text not null,
  account_id bigint not null references core.account,
  email      text,                     -- as the provider last said
  created_at timestamptz not null,
  used_at    timestamptz not null,
  primary key (issuer, subject)
);
create index identity_account on core.identity (account_id);

-- A session is a family of refresh tokens of which the youngest is good once. Access tokens name
-- it, and are good no longer than it is.
create table core.session (
  id           bigint generated always as identity primary key,
  public_id    text not null unique,
  account_id   bigint not null references core.account,
  method       text not null check (method in ('password', 'sso')),
  address      text,
  agent        text,
  created_at   timestamptz not null,
  refreshed_at timestamptz not null,
  expires_at   timestamptz not null,   -- unless it is refreshed before
  ends_at      timestamptz not null,   -- in any case
  revoked_at   timestamptz,
  reason       text                    -- why it was revoked
);
create index session_account on core.session (account_id, id);
create index session_expired on core.session (expires_at);

create table core.refresh_token (
  hash       bytea primary key check (length(hash) = 32),
  session_id bigint not null references core.session on delete cascade,
  created_at timestamptz not null,
  used_at    timestamptz
);
create index refresh_token_session on core.refresh_token (session_id);

-- Links in mails: to confirm an address, to set a new password. Good once.
create table core.mail_token (
  hash       bytea primary key check (length(hash) = 32),
  account_id bigint not null references core.account,
  kind       text not null check (kind in ('verify', 'reset')),
  email      text not null,            -- it was sent there
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at    timestamptz
);
create index mail_token_account on core.mail_token (account_id, kind, created_at);

-- Failed log-ins, counted for an address, an e-mail, and both together; a key is the SHA-256 of
-- what is counted. Shared by all web hosts; of no worth after a crash.
create unlogged table core.login_failure (
  key      bytea primary key,
  failures integer not null,
  since    timestamptz not null
);
create index login_failure_since on core.login_failure (since);
