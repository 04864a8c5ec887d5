-- sql/queries/core.sql - environments as the data plane loads them
-- name: environment_load(text, bigint)
-- The environment with public id $1, or at port $2, one row for each of its AWS accounts.
select e.id, e.public_id, e.account_id, e.state::text as state, e.generation, e.lenient,
       case when q.storage is not null then greatest(q.storage, 1) end as storage,
       e.clock_offset, e.clock_frozen, e.clock_past, s.services, s.spaces,
       a.account_id as aws_account_id, a.access_key_id, a.secret, a.owner_id,
       a.display_name, a.email
  from core.environment e
       join core.quota q on q.account_id = e.account_id
       left join lateral (select array_agg(es.service order by es.ord) as services,
                                 array_agg(es.space order by es.ord) as spaces
                            from core.environment_service es
                           where es.environment_id = e.id) s on true
       left join core.aws_account a on a.environment_id = e.id
 where e.public_id = $1 or e.port = $2
 order by a.ord
