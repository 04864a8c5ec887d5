-- sql/queries/account.sql - accounts and their API keys

-- name: account_create(text, text, text, timestamptz)
-- A new account $1 named $2 with e-mail $3.
insert into core.account (public_id, name, email, created_at)
values ($1, $2, $3, $4)
returning id, public_id, name, email, email is not null as confirmed, tier, created_at,
          false as disabled

-- name: account_load(bigint)
-- An address that is not confirmed is where it logs in.
select a.id, a.public_id, a.name, coalesce(a.email, l.email) as email,
       a.email is not null as confirmed, a.tier, a.created_at, false as disabled
  from core.account a
  left join core.login l on l.account_id = a.id
 where a.id = $1 and a.disabled_at is null

-- name: account_find(text)
-- By public id or name, those that are not disabled first of all; two rows tell the caller that the
-- name is not one account's.
select id, public_id, name, email, email is not null as confirmed, tier, created_at,
       disabled_at is not null as disabled
  from core.account
 where public_id = $1
    or name = $1 and (disabled_at is null
                      or not exists (select from core.account o
                                      where o.name = $1 and o.disabled_at is null))
 order by id
 limit 2

-- name: account_list()
select id, public_id, name, email, email is not null as confirmed, tier, created_at,
       disabled_at is not null as disabled
  from core.account
 order by id

-- name: account_set_tier(bigint, text)
-- Account $1 is of tier $2; what caches know of its environments is void. No row: no such tier.
with raised as (
  update core.environment
     set generation = generation + 1
   where account_id = $1 and state not in ('destroying', 'destroyed')
     and exists (select from core.tier where id = $2))
update core.account
   set tier = $2
 where id = $1 and exists (select from core.tier where id = $2)
returning id

-- name: account_quota(bigint, text, text, text, text)
-- Account $1 has quotas of its own: environments $2, hours $3, storage $4, requests $5. Null: as it
-- is; empty: its tier's. What caches know of its environments is void.
with raised as (
  update core.environment
     set generation = generation + 1
   where account_id = $1 and state not in ('destroying', 'destroyed'))
update core.account
   set environments = case when $2 is null then environments else nullif($2, '')::integer end,
       hours = case when $3 is null then hours else nullif($3, '')::integer end,
       storage = case when $4 is null then storage else nullif($4, '')::bigint end,
       requests = case when $5 is null then requests else nullif($5, '')::integer end
 where id = $1

-- name: account_disable(bigint, timestamptz)
update core.account set disabled_at = coalesce(disabled_at, $2) where id = $1

-- name: account_enable(bigint)
update core.account set disabled_at = null where id = $1

-- name: account_active(bigint)
-- The environments of account $1 that run or would, held until the transaction ends.
select e.id, e.public_id, e.state::text as state,
       (select count(*) from core.server s where s.environment_id = e.id) as servers
  from core.environment e
 where e.account_id = $1 and e.state in ('provisioning', 'running', 'error')
 order by e.id
   for update

-- name: account_lock_first()
-- Held until the transaction ends: two programs setting up one installation make one account.
select pg_advisory_xact_lock(5568258288764739957)::text as locked

-- name: key_create(text, bigint, text, text, bytea, timestamptz, timestamptz, text[])
-- Key $1 of account $2 named $3, prefix $4, hash $5, made at $6, valid until $7 (null: for ever),
-- for the scopes $8 (null: all).
insert into core.api_key
       (public_id, account_id, name, prefix, hash, created_at, expires_at, scopes)
values ($1, $2, $3, $4, $5, $6, $7, $8)
returning id, public_id, name, prefix, created_at, expires_at, revoked_at, used_at, scopes

-- name: key_check(text, timestamptz)
-- The key of prefix $1 if it is valid at $2, with its hash for the caller to compare.
select k.id, k.account_id, k.hash, k.used_at, k.expires_at, k.scopes,
       coalesce(a.requests, t.requests) as requests
  from core.api_key k
  join core.account a on a.id = k.account_id
  join core.tier t on t.id = a.tier
 where k.prefix = $1 and k.revoked_at is null and a.disabled_at is null
   and (k.expires_at is null or k.expires_at > $2)

-- name: key_touch(bigint, timestamptz, timestamptz)
-- Key $1 was used at $2; nothing is written when that is known since $3.
update core.api_key set used_at = $2
 where id = $1 and (used_at is null or used_at < $3)

-- name: key_list(bigint, text, bigint)
-- Up to $3 keys of account $1 in the order they were made, after $2.
select id, public_id, name, prefix, created_at, expires_at, revoked_at, used_at, scopes
  from core.api_key
 where account_id = $1
   and ($2 is null or id > (select k.id from core.api_key k
                             where k.account_id = $1 and k.public_id = $2))
 order by id
 limit $3

-- name: key_hold(bigint, text)
-- Key $2 of account $1, held until the transaction ends.
select id, public_id, name, prefix, created_at, expires_at, revoked_at, used_at, scopes
  from core.api_key
 where account_id = $1 and public_id = $2
   for no key update

-- name: key_find(bigint, text)
select id, public_id, name, prefix, created_at, expires_at, revoked_at, used_at, scopes
  from core.api_key
 where account_id = $1 and public_id = $2

-- name: key_rename(bigint, text, text)
-- Key $2 of account $1 is named $3.
update core.api_key
   set name = $3
 where account_id = $1 and public_id = $2
returning id, public_id, name, prefix, created_at, expires_at, revoked_at, used_at, scopes

-- name: key_revoke(bigint, text, timestamptz)
-- Revoke key $2 of account $1 at $3; a key revoked before keeps its time.
update core.api_key
   set revoked_at = coalesce(revoked_at, $3)
 where account_id = $1 and public_id = $2
returning id, public_id, name, prefix, created_at, expires_at, revoked_at, used_at, scopes

-- name: key_owner(text)
-- Whose key this is, by its public id or prefix.
select account_id, public_id from core.api_key where public_id = $1 or prefix = $1

-- name: key_any(bigint, timestamptz)
-- Whether account $1 has a key that is valid at $2.
select exists (select from core.api_key
                where account_id = $1 and revoked_at is null
                  and (expires_at is null or expires_at > $2)) as any
