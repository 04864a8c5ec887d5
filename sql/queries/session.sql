-- sql/queries/session.sql - sessions and their refresh tokens

-- name: session_create(text, bigint, text, text, text, timestamptz, timestamptz, timestamptz, bytea)
-- Session $1 of account $2 by method $3, from address $4 and agent $5, begun at $6, until $7, and
-- $8 in any case, with the refresh token of hash $9. No row: the account is disabled.
with made as (
  insert into core.session (public_id, account_id, method, address, agent, created_at,
         refreshed_at, expires_at, ends_at)
  select $1, a.id, $3, $4, $5, $6, $6, $7, $8
    from core.account a
   where a.id = $2 and a.disabled_at is null
  returning id, public_id, account_id, expires_at),
token as (
  insert into core.refresh_token (hash, session_id, created_at)
  select $9, made.id, $6 from made)
select made.public_id, made.account_id, made.expires_at, a.public_id as account_public_id
  from made
  join core.account a on a.id = made.account_id

-- name: session_check(text, timestamptz)
-- Session $1 if it lasts at $2.
select s.id, s.account_id, coalesce(a.requests, t.requests) as requests
  from core.session s
  join core.account a on a.id = s.account_id
  join core.tier t on t.id = a.tier
 where s.public_id = $1 and s.revoked_at is null and s.expires_at > $2 and a.disabled_at is null

-- name: session_refresh(bytea, bytea, timestamptz, bigint)
-- The refresh token of hash $1 is used at $3, and $2 takes its place; the session ends $4
-- microseconds later, but no later than it must. No row: there is no such token, it was used
-- before, or the session is over. Of two at once the second finds it used.
with used as (
  update core.refresh_token r
     set used_at = $3
    from core.session s
    join core.account a on a.id = s.account_id
   where r.hash = $1 and r.used_at is null and s.id = r.session_id and s.revoked_at is null
     and s.expires_at > $3 and a.disabled_at is null
  returning r.session_id, a.public_id as account_public_id),
renewed as (
  update core.session s
     set refreshed_at = $3,
         expires_at = least(s.ends_at, $3 + $4 * interval '1 microsecond')
    from used
   where s.id = used.session_id and s.revoked_at is null
  returning s.id, s.public_id, s.account_id, s.expires_at, used.account_public_id),
token as (
  insert into core.refresh_token (hash, session_id, created_at)
  select $2, renewed.id, $3 from renewed)
select public_id, account_id, expires_at, account_public_id from renewed

-- name: session_reused(bytea, timestamptz)
-- The refresh token of hash $1 was used before: its session is over at $2.
update core.session s
   set revoked_at = $2, reason = 'a refresh token was used twice'
  from core.refresh_token r
 where r.hash = $1 and r.used_at is not null and s.id = r.session_id and s.revoked_at is null
returning s.id

-- name: session_list(bigint, text, bigint, timestamptz)
-- Up to $3 sessions of account $1 that last at $4, in the order they began, after $2.
select id, public_id, method, address, agent, created_at, refreshed_at, expires_at
  from core.session
 where account_id = $1 and revoked_at is null and expires_at > $4
   and ($2 is null or id > (select s.id from core.session s
                             where s.account_id = $1 and s.public_id = $2))
 order by id
 limit $3

-- name: session_revoke(bigint, text, timestamptz, text)
-- Session $2 of account $1 is over at $3, because of $4.
update core.session
   set revoked_at = $3, reason = $4
 where account_id = $1 and public_id = $2 and revoked_at is null and expires_at > $3
returning id

-- name: session_end(bigint, bigint, timestamptz, text)
-- Session $2 of account $1 is over at $3, because of $4.
update core.session
   set revoked_at = coalesce(revoked_at, $3), reason = coalesce(reason, $4)
 where account_id = $1 and id = $2

-- name: session_revoke_others(bigint, bigint, timestamptz, text)
-- All sessions of account $1 but $2 are over at $3, because of $4.
update core.session
   set revoked_at = $3, reason = $4
 where account_id = $1 and id <> $2 and revoked_at is null
returning id

-- name: session_clean(timestamptz)
-- What ended before $1 is forgotten; its refresh tokens go with it.
delete from core.session
 where id in (select id from core.session
               where expires_at < $1
               order by expires_at
               limit 1000)
returning id
