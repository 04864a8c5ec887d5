-- sql/queries/blob_restore.sql - copies of archived objects; arguments as in blob.sql

-- name: blob_restore(bigint, bigint, bigint, text, text, text, bigint, bigint, timestamptz, timestamptz, timestamptz)
-- Version at seq $7 of key $6 of $5's bucket $4 gets a copy from $9 until $10, as fast as $8 says,
-- where the one it had was ready at $11 (null: it had none). done is null when something of that is
-- no longer so.
with bucket as materialized (
  select b.id, b.owner
    from core.environment e
    left join blob.bucket b on b.space = $3 and b.name = $4
   where e.id = $1 and e.generation = $2 and e.state = 'running'),
version as materialized (
  select v.seq
    from bucket b
    join blob.version v on v.space = $3 and v.bucket in (b.id, -b.id) and v.key = $6 and v.seq = $7
   where b.owner = $5),
done as (
  insert into blob.restore as r (space, seq, bucket, key, rank, ready_at, until_at)
  select $3, v.seq, b.id, $6, $8, $9, $10 from bucket b cross join version v
  on conflict (space, seq) do update
     set rank = excluded.rank, ready_at = excluded.ready_at, until_at = excluded.until_at,
         told = r.told and r.ready_at = excluded.ready_at
   where r.ready_at = $11
  returning r.seq)
select b.id as bucket, b.owner as bucket_owner, d.seq as done
  from bucket b left join done d on true

-- name: blob_restores(bigint, bigint[])
-- What there is of the versions at $2, beside each.
select a.ord, r.ready_at, r.until_at
  from unnest($2) with ordinality as a (seq, ord)
  join blob.restore r on r.space = $1 and r.seq = a.seq
 order by a.ord

-- name: blob_restore_turn(timestamptz, bigint)
-- Up to $2 copies that are there by real time $1 and not told yet, or are gone.
with due as materialized (
  select r.space, r.seq, r.bucket, r.key, r.ready_at, r.until_at, r.told, n.now
    from blob.restore r
    join core.environment_service s on s.space = r.space
    join core.environment e on e.id = s.environment_id and e.state = 'running'
   cross join lateral (
     select coalesce(e.clock_frozen, $1 + e.clock_offset * interval '1 microsecond') as now) n
   where (r.ready_at <= n.now and not r.told) or r.until_at <= n.now
   order by r.space, r.seq limit $2
     for update of r skip locked),
told as (
  insert into blob.happened (space, bucket, event, key, version, size, etag, class, until_at, at)
  select d.space, d.bucket, t.event, d.key, v.version, v.size, v.etag,
         case when t.copy then v.storage_class end, case when t.copy then d.until_at end, t.at
    from due d
    join blob.version v on v.space = d.space and v.bucket in (d.bucket, -d.bucket) and v.key = d.key
          and v.seq = d.seq
   cross join lateral (
     values ('ObjectRestore:Completed', true, d.ready_at, not d.told),
            ('ObjectRestore:Delete', false, d.until_at, d.until_at <= d.now))
         as t (event, copy, at, now)
   where t.now and blob.is_told(d.space, d.bucket)
   order by d.space, d.seq, t.at),
gone as (
  delete from blob.restore r using due d
   where r.space = d.space and r.seq = d.seq and d.until_at <= d.now),
kept as (
  update blob.restore r set told = true
    from due d
   where r.space = d.space and r.seq = d.seq and d.until_at > d.now)
select count(*) as n from due
