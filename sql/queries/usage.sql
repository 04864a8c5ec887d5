-- sql/queries/usage.sql - the meter. State changes open and close periods by themselves: see the
-- trigger environment_moved.

-- name: usage_turn(timestamptz, bigint)
-- Up to $2 periods that were open when the hour $1 began are closed at every full hour up to $1,
-- where the last is opened again. Those that somebody has in hand are left to them; the environment
-- is taken, too, because the new row refers to it and would wait for who holds it.
with late as (
  select u.environment_id, u.period_start, u.hourly_rate,
         date_trunc('hour', u.period_start, 'UTC') + interval '1 hour' as ended
    from core.usage u
    join core.environment e on e.id = u.environment_id
   where u.period_end is null and u.period_start < $1
   order by u.period_start, u.environment_id
   limit $2
     for key share of e skip locked
     for update of u skip locked),
closed as (
  update core.usage u
     set period_end = late.ended,
         cost = core.usage_cost(core.usage_length(u.period_start, late.ended) * u.hourly_rate)
    from late
   where u.environment_id = late.environment_id and u.period_start = late.period_start
  returning u.environment_id, u.period_end, u.hourly_rate),
opened as (
  insert into core.usage (environment_id, period_start, period_end, hourly_rate, cost)
  select c.environment_id, h, case when h < $1 then h + interval '1 hour' end, c.hourly_rate,
         case when h < $1 then core.usage_cost(3600000000 * c.hourly_rate) end
    from closed c, generate_series(c.period_end, $1, interval '1 hour') h
  returning period_end)
select (select count(*) from closed) as turned,
       (select count(*) from opened where period_end is not null)
       + (select count(*) from closed) as hours

-- name: usage_list(bigint, timestamptz, timestamptz, bigint)
-- Up to $4 periods of environment $1, the latest first, begun before $3 (null: from the end). The
-- open one costs what it has come to at $2.
select u.period_start, u.period_end, trim_scale(u.hourly_rate)::text as hourly_rate,
       trim_scale(coalesce(u.cost, core.usage_cost(u.hourly_rate
         * core.usage_length(u.period_start, greatest(u.period_start, $2)))))::text as cost,
       u.charge
  from core.usage u
 where u.environment_id = $1 and ($3 is null or u.period_start < $3)
 order by u.period_start desc
 limit $4

-- name: usage_total(bigint, timestamptz)
-- What environment $1 has cost until $2, and that in cents.
select trim_scale(s.cost)::text as total, round(s.cost, 2)::text as cents
  from (select core.usage_cost(coalesce(sum(u.hourly_rate
                 * core.usage_length(u.period_start,
                                     coalesce(u.period_end, greatest(u.period_start, $2)))), 0))
                 as cost
          from core.usage u
         where u.environment_id = $1) s

-- name: usage_sums(bigint, timestamptz, timestamptz, timestamptz, text, bigint)
-- What the environments of account $1 cost from $2 to $3, open periods as at $4: one row for each
-- that ran then, newest first, after environment $5 (null: from the start), up to $6; and on each
-- row what all of them cost. At least one row: without an id when there are no more.
with used as materialized (
  select u.environment_id,
         sum(u.hourly_rate * core.usage_length(greatest(u.period_start, $2),
                                               least(coalesce(u.period_end, $4), $3))) as rated
    from core.usage u
    join core.environment e on e.id = u.environment_id
   where e.account_id = $1 and u.period_start < $3
     and coalesce(u.period_end, $4) > $2
     and coalesce(u.period_end, $4) > u.period_start
   group by u.environment_id),
page as (
  select e.id, e.public_id, e.name, e.state::text as state, used.rated
    from used
    join core.environment e on e.id = used.environment_id
   where $5 is null or e.id < (select c.id from core.environment c
                                where c.account_id = $1 and c.public_id = $5)
   order by e.id desc
   limit $6)
select page.public_id, page.name, page.state,
       trim_scale(core.usage_cost(page.rated))::text as cost, a.total
  from (select trim_scale(core.usage_cost(coalesce(sum(used.rated), 0)))::text as total
          from used) a
  left join page on true
 order by page.id desc
