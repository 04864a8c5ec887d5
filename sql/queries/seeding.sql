-- sql/queries/seeding.sql - made-up records on their way into servers and buckets: the work queue

-- name: seeding_create(bigint, text, text, bigint, bigint, bigint, bigint, text, timestamptz,
--   bigint)
-- For service $2 of environment $1: template $3, seed $4, day $5, related $6, count $7, into $8;
-- at $9. No row: it has no such server that runs, or $10 of them wait already.
insert into core.seeding
       (environment_id, server_id, epoch, template, seed, reference_day, related, count, into_name,
        state, due_at, created_at, changed_at)
select s.environment_id, s.id, s.epoch, $3, $4, $5, $6, $7, $8, 'waiting', $9, $9, $9
  from core.server s
 where s.environment_id = $1 and s.service = $2 and s.wish = 'running'
   and (select count(*) from core.seeding o
         where o.server_id = s.id and o.due_at is not null) < $10
returning id

-- name: seeding_create_files(bigint, bigint, bigint, text, boolean, text, bigint, bigint, bigint,
--   bigint, text, timestamptz, bigint)
-- For bucket $4 of space $3 of environment $1, made for this or not ($5): template $6, seed $7, day
-- $8, related $9, count $10, keys beginning with $11; at $12. No row: the environment is not as at
-- generation $2, or $13 of the space wait already.
insert into core.seeding
       (environment_id, space, bucket, made, template, seed, reference_day, related, count,
        into_name, state, due_at, created_at, changed_at)
select e.id, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'waiting', $12, $12, $12
  from core.environment e
 where e.id = $1 and e.generation = $2 and e.state = 'running'
   and (select count(*) from core.seeding o
         where o.space = $3 and o.due_at is not null) < $13
returning id

-- name: seeding_find(bigint, text, bigint)
-- Seeding $3 of environment $2 of account $1.
select g.id, g.state, g.count, g.done, g.bytes, g.made, g.fault, g.reason
  from core.seeding g
  join core.environment e on e.id = g.environment_id
 where e.account_id = $1 and e.public_id = $2 and g.id = $3

-- name: seeding_claim(text, timestamptz, timestamptz, boolean)
-- For $1: what is due at $2, in its hands until $3, of buckets alone ($4) or any; one server's come
-- one after the other, and so do one space's.
with pick as (
  select id
    from core.seeding g
   where due_at <= $2 and (locked_until is null or locked_until <= $2)
     and (g.space is not null or not $4)
     and not exists (select from core.seeding o
                      where (o.server_id = g.server_id or o.space = g.space)
                        and o.due_at is not null and o.id < g.id)
   order by due_at, id
   limit 1
     for update skip locked)
update core.seeding g
   set locked_by = $1, locked_until = $3, state = 'running', tries = g.tries + 1,
       done = case when g.space is null then 0 else g.done end, changed_at = $2
  from pick
  join core.seeding p using (id)
  join core.environment e on e.id = p.environment_id
  left join core.server s on s.id = p.server_id
  left join core.environment_service i on i.environment_id = e.id and i.space = p.space
 where g.id = pick.id
returning g.id, e.public_id, g.template, g.seed, g.reference_day, g.related, g.count, g.into_name,
          g.bucket, g.space, g.done, g.tries, g.created_at,
          case when g.space is null then coalesce(s.epoch = g.epoch and s.wish = 'running', false)
               else i.space is not null and e.state = 'running' end as there,
          g.space is not null or coalesce(s.state = 'running', false) as running, s.engine,
          s.address, s.port, s.user_name, s.password, s.database_name

-- name: seeding_progress(bigint, text, bigint, boolean, timestamptz, timestamptz)
-- $2 has sent $3 records of seeding $1, and made the table or not ($4), at $5, and has it
-- until $6. No row: it is in other hands.
update core.seeding g
   set done = $3, made = g.made or $4, changed_at = $5, locked_until = $6
 where g.id = $1 and g.locked_by = $2
returning g.id

-- name: seeding_file(bigint, text, bigint, bigint, bigint, timestamptz)
-- $2 puts a file of $5 bytes at $6: with it $4 records of seeding $1 are there, and were $3. Part
-- of the transaction that puts it. Then it is anyone's again, or over. No row: it is in other
-- hands.
update core.seeding g
   set done = $4, bytes = g.bytes + $5, tries = 0, reason = null, changed_at = $6,
       state = case when $4 < g.count then 'waiting' else 'succeeded' end,
       due_at = case when $4 < g.count then $6 end, locked_by = null, locked_until = null
 where g.id = $1 and g.locked_by = $2 and g.done = $3
returning g.id

-- name: seeding_settle(bigint, text, text, boolean, text, text, timestamptz, timestamptz)
-- $2 leaves seeding $1 as $3, the table made or not ($4), fault $5, because of $6; due again at
-- $7 (null: it is over). At $8.
update core.seeding g
   set state = $3, done = case when $3 = 'succeeded' then g.count else g.done end,
       made = g.made or $4, fault = $5, reason = $6, due_at = $7, changed_at = $8,
       locked_by = null, locked_until = null
 where g.id = $1 and g.locked_by = $2
returning g.id

-- name: seeding_postpone(bigint, text, timestamptz, boolean)
-- $2 leaves seeding $1 to others from $3 on; whether this was a try says $4.
update core.seeding
   set locked_by = null, locked_until = null, due_at = $3, state = 'waiting',
       tries = case when $4 then tries else tries - 1 end
 where id = $1 and locked_by = $2

-- name: seeding_due()
-- When there will be something to do next.
select min(greatest(due_at, coalesce(locked_until, due_at))) as due_at
  from core.seeding
 where due_at is not null

-- name: seeding_locks(text)
-- Who has seedings in hand, of those whose names begin with $1.
select distinct locked_by from core.seeding
 where due_at is not null and starts_with(locked_by, $1)

-- name: seeding_unlock(text)
-- $1 does not live any more.
update core.seeding set locked_by = null, locked_until = null
 where due_at is not null and locked_by = $1

-- name: seeding_forget(timestamptz)
-- Those that were over before $1 go.
delete from core.seeding where due_at is null and changed_at < $1
