-- sql/queries/sweep.sql - environments nobody uses, and what is written to their owners

-- name: sweep_find(timestamptz, bigint, bigint, bigint, bigint, bigint, bigint)
-- Up to $7 environments past $6 for which something is due at $1; the spans $2 to $5 are those of
-- core.sweep_step.
select e.id, core.sweep_step(e, $1, $2, $3, $4, $5) as step
  from core.environment e
 where e.state in ('running', 'stopped', 'error') and e.id > $6
   and core.sweep_step(e, $1, $2, $3, $4, $5) is not null
 order by e.id
 limit $7

-- name: sweep_hold(bigint, text, timestamptz, bigint, bigint, bigint, bigint)
-- Environment $1, held until the transaction ends, when step $2 is still due for it at $3; not when
-- somebody else holds it.
select e.id, e.public_id, e.account_id, e.name, e.state::text as state, e.auto_shutdown_hours,
       e.persistent, e.changed_at,
       (select count(*) from core.server s where s.environment_id = e.id) as servers,
       greatest(e.active_at, e.changed_at) as idle_from
  from core.environment e
 where e.id = $1 and core.sweep_step(e, $3, $4, $5, $6, $7) = $2
   for update skip locked

-- name: sweep_note(bigint, text, timestamptz)
-- Step $2 was done to environment $1 at $3.
update core.environment
   set warned_at = case when $2 = 'warn' then $3 else warned_at end,
       idled_at = case when $2 = 'stop' then $3 else idled_at end,
       notice_at = case when $2 = 'notice' then $3 else notice_at end
 where id = $1

-- name: sweep_used(bigint[], timestamptz[])
-- Environments $1 were used at $2. Taken in the order of their ids, as everybody does who takes
-- several. Not a change: copies in caches stay good.
with held as (
  select e.id
    from core.environment e
   where e.id = any ($1)
   order by e.id
     for no key update)
update core.environment e
   set active_at = greatest(e.active_at, u.used_at)
  from held
  join unnest($1, $2) as u (id, used_at) on u.id = held.id
 where e.id = held.id and e.state = 'running'

-- name: sweep_connected(bigint[])
-- The running environments with a real server on one of the ports $1.
select distinct e.id
  from core.server s
  join core.environment e on e.id = s.environment_id
 where s.port = any ($1) and e.state = 'running'
 order by e.id

-- name: mail_put(bigint, text, text, text, timestamptz)
-- A mail to the owner of account $1, once about $2: subject $3, text $4, at $5. Nothing when no
-- address is known.
insert into core.mail (account_id, to_address, subject, body, dedup, created_at)
select a.id, a.email, $3, $4, $2, $5
  from core.account a
 where a.id = $1 and a.email <> '' and a.disabled_at is null
    on conflict (dedup) do nothing

-- name: mail_take(timestamptz, timestamptz)
-- The next mail to be sent at $1, which is nobody else's until $2.
update core.mail m
   set locked_until = $2, attempts = m.attempts + 1
 where m.id = (select n.id from core.mail n
                where n.sent_at is null and n.given_up_at is null
                  and (n.locked_until is null or n.locked_until <= $1)
                order by n.id
                limit 1
                  for update skip locked)
returning m.id, m.to_address, m.subject, m.body, m.created_at, m.attempts

-- name: mail_done(bigint, bigint, timestamptz, text, timestamptz, timestamptz)
-- Attempt $2 at mail $1 has ended: sent at $3 (null: not), because of $4; again at $5, or given up
-- at $6.
update core.mail
   set sent_at = $3, error = $4, locked_until = $5, given_up_at = $6
 where id = $1 and attempts = $2 and sent_at is null
