-- sql/queries/life.sql - the life of environments, as their owners see it

-- name: life_create(bigint, text, text, text, text, text, bigint, boolean, boolean, boolean,
--   bigint, bigint, timestamptz, text[], text[], text[], text[], text[], text[], text[], text)
-- Environment $2 of account $1 with all it needs: name $3, provider $4, package $5, rate $6,
-- hours until shut-down $7, persistent $8, lenient $9; a port of $11 to $12 when $10 and one is
-- free; made at $13; services $14; of its AWS accounts the ids $15, keys $16, sealed secrets in
-- hexadecimal $17, owner ids $18, display names $19, e-mails $20; in state $21. No id:
-- another environment took the port or the id meanwhile; `refusal`: the account may not have it
-- (core.quota_refusal).
-- Ports others are about to take are locked, so that nobody waits for them.
with quota as materialized (
  select core.quota_refusal($1, $13, true) as refusal),
free as materialized (
  select p::integer from generate_series($11, $12) p
   where $10 and not exists (select from core.environment e where e.port = p)
   order by p),
env as (
  insert into core.environment
         (public_id, account_id, name, provider, package, state, hourly_rate, auto_shutdown_hours,
          persistent, lenient, port, created_at, changed_at, active_at)
  select $2, $1, $3, $4, $5, $21::core.environment_state, $6::numeric, $7, $8, $9,
         (select p from free where pg_try_advisory_xact_lock(1296450130, p) limit 1),
         $13, $13, $13
    from quota
   where quota.refusal is null
      on conflict do nothing
  returning id, port),
fresh as (
  insert into core.space (environment_id, service, created_at)
  select env.id, s.service, $13
    from env, unnest($14) with ordinality as s (service, ord)
   order by s.ord
  returning id, environment_id, service),
linked as (
  insert into core.environment_service (environment_id, service, ord, space)
  select f.environment_id, f.service, s.ord, f.id
    from fresh f
    join unnest($14) with ordinality as s (service, ord) on s.service = f.service),
keyed as (
  insert into core.aws_account
         (environment_id, ord, account_id, access_key_id, secret, owner_id, display_name, email)
  select env.id, a.ord, a.account_id, a.access_key_id, decode(a.secret, 'hex'), a.owner_id,
         a.display_name, a.email
    from env, unnest($15, $16, $17, $18, $19, $20) with ordinality
         as a (account_id, access_key_id, secret, owner_id, display_name, email, ord))
select env.id, env.port, quota.refusal from quota left join env on true

-- name: life_find(bigint, text)
-- Environment $2 of account $1, one row for each of its AWS accounts.
select e.id, e.public_id, e.name, e.provider, e.package, e.state::text as state, e.reason,
       e.generation, trim_scale(e.hourly_rate)::text as hourly_rate, e.auto_shutdown_hours,
       e.persistent, e.lenient, e.port, e.created_at, e.changed_at, e.destroyed_at,
       e.clock_offset, e.clock_frozen,
       array(select s.service from core.environment_service s
              where s.environment_id = e.id order by s.ord) as services,
       a.account_id as aws_account_id, a.access_key_id, a.secret, a.owner_id, a.display_name,
       a.email
  from core.environment e
  left join core.aws_account a on a.environment_id = e.id
 where e.account_id = $1 and e.public_id = $2
 order by a.ord

-- name: life_secrets(bigint, bigint, bigint)
-- Up to $3 sealed secrets past account $2 of environment $1, kept from changes until the
-- transaction ends.
select environment_id, ord, access_key_id, secret
  from core.aws_account
 where (environment_id, ord) > ($1, $2)
 order by environment_id, ord
 limit $3
   for update

-- name: life_reseal(bigint[], bigint[], text[])
-- Account $2 of environment $1 has the sealed secret $3, in hexadecimal.
update core.aws_account a
   set secret = decode(s.secret, 'hex')
  from unnest($1, $2, $3) as s (environment_id, ord, secret)
 where a.environment_id = s.environment_id and a.ord = s.ord

-- name: life_list(bigint, text, text, bigint)
-- Up to $4 environments of account $1, newest first, older than $3 (null: from the start), in state
-- $2 (null: all that are not destroyed).
select e.id, e.public_id, e.name, e.provider, e.package, e.state::text as state, e.reason,
       e.generation, trim_scale(e.hourly_rate)::text as hourly_rate, e.auto_shutdown_hours,
       e.persistent, e.lenient, e.port, e.created_at, e.changed_at, e.destroyed_at,
       e.clock_offset, e.clock_frozen,
       array(select s.service from core.environment_service s
              where s.environment_id = e.id order by s.ord) as services
  from core.environment e
 where e.account_id = $1
   and case when $2 is null then e.state <> 'destroyed' else e.state::text = $2 end
   and ($3 is null or e.id < (select c.id from core.environment c
                               where c.account_id = $1 and c.public_id = $3))
 order by e.id desc
 limit $4

-- name: life_lock(bigint, text)
-- Environment $2 of account $1, held until the transaction ends.
select id, state::text as state, generation, clock_offset, clock_frozen,
       (select count(*) from core.server s where s.environment_id = core.environment.id) as servers
  from core.environment
 where account_id = $1 and public_id = $2
   for update

-- name: life_enter(bigint, text, text, timestamptz)
-- Environment $1 is in state $2, because of $3, since $4.
update core.environment
   set state = $2::core.environment_state, reason = $3, generation = generation + 1,
       changed_at = $4,
       active_at = case when $2 = 'running' then $4 else active_at end,
       destroyed_at = case when $2 = 'destroyed' then $4 end
 where id = $1

-- name: life_strip(bigint, timestamptz)
-- Environment $1 is on its way out at $2: its spaces are the collector's, its credentials are gone,
-- its port is free; the row stays for its usage.
with unlinked as (
  delete from core.environment_service where environment_id = $1),
unkeyed as (
  delete from core.aws_account where environment_id = $1),
dropped as (
  update core.space set dropped_at = $2 where environment_id = $1 and dropped_at is null)
update core.environment set port = null where id = $1

-- name: life_update(bigint, boolean, text, bigint, boolean, timestamptz)
-- Environment $1 at $6: its name is $3 if $2; hours until shut-down $4 and persistent $5, null: as
-- they are.
update core.environment
   set name = case when $2 then $3 else name end,
       auto_shutdown_hours = coalesce($4, auto_shutdown_hours),
       persistent = coalesce($5, persistent),
       generation = generation + 1, changed_at = $6
 where id = $1

-- name: life_reset(bigint, text, timestamptz)
-- Give service $2 of environment $1 (null: each of its services) an empty space at $3; the old ones
-- are the collector's. The caller holds the environment.
with old as (
  select environment_id, service, space
    from core.environment_service
   where environment_id = $1 and ($2 is null or service = $2)),
fresh as (
  insert into core.space (environment_id, service, created_at)
  select environment_id, service, $3 from old
  returning id, environment_id, service),
swapped as (
  update core.environment_service es
     set space = f.id
    from fresh f
   where es.environment_id = f.environment_id and es.service = f.service
  returning es.service),
dropped as (
  update core.space s set dropped_at = $3 from old where s.id = old.space),
raised as (
  update core.environment
     set generation = generation + 1, changed_at = $3
   where id = $1 and exists (select from old))
select count(*) as services from swapped

-- name: life_set_clock(bigint, bigint, timestamptz, timestamptz, bigint)
-- The clock of environment $1 runs $2 microseconds off, or stands at $3; changed at $4, which is $5
-- in microseconds.
update core.environment
   set clock_past = (clock_past || array[$5, clock_offset])
                    [greatest(cardinality(clock_past) - 29, 1):],
       clock_offset = $2, clock_frozen = $3, generation = generation + 1, changed_at = $4
 where id = $1
