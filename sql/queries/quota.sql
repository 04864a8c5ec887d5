-- sql/queries/quota.sql - what accounts may use, and what they do

-- name: quota_load(bigint, timestamptz)
-- The quotas of account $1, and what it has used at $2.
select q.environments, q.hours, q.storage, q.requests,
       (select count(*) from core.environment e
         where e.account_id = $1 and e.state not in ('destroying', 'destroyed')) as alive,
       core.month_used($1, $2)::bigint as used
  from core.quota q
 where q.account_id = $1

-- name: quota_tiers()
select id, title, environments, hours, storage, requests from core.tier order by ord

-- name: quota_refusal(bigint, timestamptz)
-- Why account $1 may not start an environment at $2; null: it may.
select core.quota_refusal($1, $2, false) as refusal

-- name: quota_stored(bigint, bigint)
-- What the objects, parts, messages and documents of buckets of account $1 weigh, $2 more for each
-- than its size.
with spaces as materialized (
  select s.id
    from core.environment e
    join core.space s on s.environment_id = e.id
   where e.account_id = $1 and e.state not in ('destroying', 'destroyed')
     and s.dropped_at is null),
weighed as (
  select sum(v.size + $2) as weight
    from spaces join blob.version v on v.space = spaces.id
  union all
  select sum(p.size + $2)
    from spaces join blob.part p on p.space = spaces.id
  union all
  select sum(octet_length(m.body) + coalesce(octet_length(m.attributes), 0) + $2)
    from spaces join queue.message m on m.space = spaces.id
  union all
  select sum(octet_length(d.document) + $2)
    from spaces join blob.bucket_config d on d.space = spaces.id)
select coalesce(sum(weight), 0)::bigint as weight from weighed

-- name: quota_over(bigint, timestamptz)
-- The first running environment past $1 whose account has used up its hours at $2, or is disabled:
-- a request that was under way may have made one.
select e.id
  from core.environment e
 where e.state = 'running' and e.id > $1
   and e.account_id in (select q.account_id
                          from core.quota q
                         where q.disabled
                            or q.hours is not null
                               and core.month_used(q.account_id, $2)
                                   >= q.hours * 3600000000::numeric)
 order by e.id
 limit 1

-- name: quota_hold(bigint)
-- Environment $1, held until the transaction ends, if it still runs; not when somebody else holds
-- it.
select e.id, e.public_id, e.account_id, e.name, e.state::text as state,
       (select count(*) from core.server s where s.environment_id = e.id) as servers
  from core.environment e
 where e.id = $1 and e.state = 'running'
   for update skip locked
