-- sql/migrations/0015_audit.sql - who changed what, and answers kept for requests that come again

-- One row for each change through the control API, written by the transaction that is the change;
-- and one for each that was refused.
create table core.audit (
  id         bigint generated always as identity primary key,
  account_id bigint not null references core.account,
  at         timestamptz not null,
  request_id text not null,
  operation  text not null,  -- as the API's table names it: "StopEnvironment"
  resource   text,           -- what it was done to: "env-abc123defg"
  actor      text,           -- the key or session: "key-abc123defg"
  address    text not null,  -- the client's
  status     integer not null check (status between 100 and 599),
  code       text            -- of the problem; null: it was done
);
create index audit_account on core.audit (account_id, id);
create index audit_resource on core.audit (account_id, resource, id);
create index audit_at on core.audit (at);

-- Rows are added, and go when they are old; nothing else ever happens to them.
create function core.audit_keep() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and old.at < current_setting('mockfactory.audit_before', true)::timestamptz
  then
    return old;
  end if;
  raise exception 'the audit log is only added to';
end $$;
create trigger audit_keep before update or delete on core.audit
  for each row execute function core.audit_keep();
create trigger audit_keep_all before truncate on core.audit
  for each statement execute function core.audit_keep();

-- Up to in_limit rows from before in_before go; returns how many.
create function core.audit_prune(in_before timestamptz, in_limit bigint) returns bigint
language plpgsql as $$
declare
  gone bigint;
begin
  perform set_config('mockfactory.audit_before', in_before::text, true);
  delete from core.audit
   where id = any (array(select a.id from core.audit a where a.at < in_before
                          order by a.at limit in_limit));
  get diagnostics gone = row_count;
  return gone;
end $$;

-- Requests that carried an Idempotency-Key. The row is written by the transaction that is the
-- request's effect, so there is none without the other. Answers are sealed: they may hold secrets.
create table core.idempotency (
  account_id  bigint not null references core.account,
  key         text not null,
  fingerprint bytea not null check (length(fingerprint) = 32), -- of method, target and body
  created_at  timestamptz not null,
  leased_until timestamptz not null, -- whoever made the row is answering until then
  resume      text,                  -- what it has made, for whoever goes on
  status      integer,               -- of the answer; null: there is none yet
  answer      bytea,
  primary key (account_id, key)
);
create index idempotency_created on core.idempotency (created_at);
