-- sql/queries/server.sql - real servers: rows are wishes, mf-provision makes them true

-- name: server_create(bigint, text[], text[], text[], text[], text[], text[], text, bigint, bigint,
--   bigint, timestamptz)
-- Servers for environment $1: services $2, engines $3, versions $4, users $5, databases $6, sealed
-- passwords in hexadecimal $7, listening on $8; ports of $9 to $10, those up to 32767 first,
-- from $11 on; to be started at $12. Fewer rows than services: another environment took a port
-- meanwhile, or there are no more.
with want as (
  select service, engine, version, user_name, database_name, decode(password, 'hex') as password,
         ord, row_number() over (order by ord) as n
    from unnest($2, $3, $4, $5, $6, $7) with ordinality
         as w (service, engine, version, user_name, database_name, password, ord)
   where not exists (select from core.server s
                      where s.environment_id = $1 and s.service = w.service)),
free as (
  select p, row_number() over (order by p > 32767, p < $11, p) as n
    from generate_series($9, $10) p
   where not exists (select from core.server s where s.port = p)
   order by p > 32767, p < $11, p
   limit cardinality($2))
insert into core.server
       (environment_id, service, ord, engine, version, wish, state, address, port, user_name,
        password, database_name, due_at, changed_at)
select $1, want.service, want.ord, want.engine, want.version, 'running', 'new', $8, free.p,
       want.user_name, want.password, want.database_name, $12, $12
  from want join free using (n)
    on conflict do nothing
returning id, service, port

-- name: server_take_user(bigint, bigint, bigint)
-- A user id of $2 to $3 that no environment has for environment $1. No row: another took it.
insert into core.server_user (environment_id, uid)
select $1, u
  from (select u from generate_series($2, $3) u
         where not exists (select from core.server_user s where s.uid = u)
         order by u < $2 + $1 % ($3 - $2 + 1), u limit 1) free
    on conflict do nothing
returning uid

-- name: server_engines(timestamptz)
-- What the machines seen since $1 can run.
select engine, max(version) as version, max(why) as why
  from core.engine
 where seen_at >= $1
 group by engine

-- name: server_see_engine(text, text, text, text, timestamptz)
-- Machine $1 has engine $2 in version $3 (null: it has not, because of $4), seen at $5.
insert into core.engine (host, engine, version, why, seen_at)
values ($1, $2, $3, $4, $5)
    on conflict (host, engine) do update
   set version = excluded.version, why = excluded.why, seen_at = excluded.seen_at

-- name: server_host_known(text)
-- Whether machine $1 was ever seen.
select exists (select from core.engine where host = $1) as known

-- name: server_list(bigint[])
-- The servers of environments $1.
select s.id, s.environment_id, s.service, s.engine, s.version, s.wish, s.state, s.address, s.port,
       s.user_name, s.password, s.database_name, s.tries, s.reason, s.changed_at
  from core.server s
 where s.environment_id = any ($1)
 order by s.environment_id, s.ord

-- name: server_wish(bigint, text, timestamptz)
-- From $3 on the servers of environment $1 shall be $2. The caller holds the environment.
update core.server
   set wish = $2, due_at = $3, changed_at = $3, tries = 0, reason = null,
       state = case when $2 = 'running' and state in ('stopped', 'failed') then 'starting'
                    else state end
 where environment_id = $1

-- name: server_give_up(bigint, timestamptz)
-- Environment $1 has failed at $2: those of its servers that have not shall rest.
update core.server
   set wish = 'stopped', due_at = $2
 where environment_id = $1 and state <> 'failed' and wish = 'running'

-- name: server_reset(bigint, text, timestamptz)
-- From $3 on service $2 (null: each) of environment $1 shall begin anew. The caller holds it.
update core.server
   set epoch = epoch + 1, due_at = $3, changed_at = $3, tries = 0, reason = null,
       state = case when wish = 'running' then 'starting' else state end
 where environment_id = $1 and ($2 is null or service = $2) and wish <> 'gone'

-- name: server_dead_locks(text)
-- Who has servers of machine $1 in hand.
select distinct locked_by from core.server where host = $1 and locked_by is not null

-- name: server_unlock(text)
-- $1 does not live any more.
update core.server set locked_by = null, locked_until = null where locked_by = $1

-- name: server_claim(text, text, timestamptz, timestamptz, bigint)
-- For $2 on machine $1: up to $5 servers with something to do at $3, in its hands until $4.
with pick as (
  select id
    from core.server
   where due_at <= $3 and (locked_until is null or locked_until <= $3)
     and (host is null or host = $1)
   order by due_at
   limit $5
     for update skip locked)
update core.server s
   set locked_by = $2, locked_until = $4, host = $1
  from pick
  join core.server p using (id)
  join core.environment e on e.id = p.environment_id
  left join core.server_user u on u.environment_id = p.environment_id
 where s.id = pick.id
returning s.id, s.environment_id, e.public_id, s.service, s.engine, s.epoch, s.wish, s.state,
          s.address, s.port, s.user_name, s.password, s.database_name, s.tries, s.ran_at,
          coalesce(u.uid, 0) as uid

-- name: server_due()
-- When there will be something to do next.
select min(due_at) as due_at from core.server

-- name: server_settle(bigint, text, text, bigint, text, bigint, text, timestamptz, timestamptz)
-- $2 is done with server $1, which it was to make $3 in epoch $4: its state is $5, attempts that
-- failed $6, reason $7; look again at $8 (null: no need). At $9. When it was wished otherwise
-- meanwhile the wish stays due. No row: it was taken out of $2's hands.
update core.server
   set locked_by = null, locked_until = null, tries = $6, reason = coalesce($7, reason),
       state = case when wish = $3 and epoch = $4 then $5
                    when wish = 'running' then 'starting' else state end,
       due_at = case when wish = $3 and epoch = $4 then $8 else $9 end,
       ran_at = case when $5 = 'running' then $9 else ran_at end, changed_at = $9
 where id = $1 and locked_by = $2
returning environment_id, wish = $3 and epoch = $4 as settled

-- name: server_postpone(bigint, text, timestamptz)
-- $2 leaves server $1 to others, from $3 on.
update core.server
   set locked_by = null, locked_until = null, due_at = $3
 where id = $1 and locked_by = $2

-- name: server_delete(bigint, text)
-- $2 has removed server $1, as was wished.
delete from core.server where id = $1 and locked_by = $2 and wish = 'gone' returning environment_id

-- name: server_new_port(bigint, text, bigint, bigint, bigint, timestamptz)
-- Server $1, in the hands of $2, which never ran, gets another port of $3 to $4, from $5
-- on; due at $6.
-- No row: another environment took it meanwhile, or there are no more.
with free as (
  select p
    from generate_series($3, $4) p
   where not exists (select from core.server s where s.port = p)
   order by p > 32767, p < $5, p
   limit 1)
update core.server
   set port = free.p, due_at = $6, locked_by = null, locked_until = null
  from free
 where id = $1 and locked_by = $2 and ran_at is null
returning port

-- name: server_running(text)
-- The servers that ought to run on machine $1 and did when they were last looked at.
select s.id, s.epoch, s.engine, s.ran_at, s.tries
  from core.server s
 where s.host = $1 and s.wish = 'running' and s.state = 'running' and s.locked_by is null

-- name: server_died(bigint, bigint, bigint, text, timestamptz, timestamptz, text)
-- Server $1 in epoch $2 was found dead at $6, for the $3rd time; why: $4; it is $7, and due at $5.
update core.server
   set state = $7, tries = $3, reason = $4, due_at = $5, changed_at = $6
 where id = $1 and epoch = $2 and wish = 'running' and state = 'running' and locked_by is null
returning environment_id

-- name: server_known(bigint[])
-- Which of these servers there are.
select id, epoch from core.server where id = any ($1)

-- name: server_rest(text, timestamptz)
-- The servers of machine $1 were all stopped; whoever comes next starts those that shall run.
update core.server
   set state = 'starting', due_at = $2, tries = 0, reason = null
 where host = $1 and wish = 'running' and state = 'running'

-- name: server_environment(bigint)
-- Environment $1, held, and what its servers are: how many there are, run, have failed; why.
select e.id, e.public_id, e.state::text as state,
       (select count(*) from core.server s where s.environment_id = e.id) as servers,
       (select count(*) from core.server s
         where s.environment_id = e.id and s.state = 'running') as running,
       (select min(s.service || ': ' || s.reason) from core.server s
         where s.environment_id = e.id and s.state = 'failed') as failure
  from core.environment e
 where e.id = $1
   for update of e

-- name: server_hold_environment(bigint)
-- The environment of server $1, held. No row: there is no such server any more.
select e.id, e.public_id
  from core.environment e
 where e.id = (select s.environment_id from core.server s where s.id = $1)
   for update

-- name: server_free_user(bigint)
-- Environment $1 is gone: its user id is free.
delete from core.server_user where environment_id = $1

-- name: server_secrets(bigint, bigint)
-- Up to $2 sealed passwords of servers after $1, held.
select s.id, e.public_id, s.password as secret
  from core.server s
  join core.environment e on e.id = s.environment_id
 where s.id > $1
 order by s.id
 limit $2
   for update of s

-- name: server_reseal(bigint[], text[])
-- Server $1 has the sealed password $2, in hexadecimal.
update core.server s
   set password = decode(n.secret, 'hex')
  from unnest($1, $2) as n (id, secret)
 where s.id = n.id
