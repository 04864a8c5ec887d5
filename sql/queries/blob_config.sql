-- sql/queries/blob_config.sql - documents kept with buckets; arguments as in blob.sql

-- name: blob_config_put(bigint, bigint, bigint, text, text, text, text, text, bigint)
-- Keep document $8 as $7 of kind $6 of bucket $4 of account $5, unless the bucket has $9 others of
-- that kind already: then kept is null. What processes remember (blob_access_find) raises the
-- generation.
with bucket as materialized (
  select b.id, b.owner
    from core.environment e
    left join blob.bucket b on b.space = $3 and b.name = $4
   where e.id = $1 and e.generation = $2 and e.state = 'running'),
kept as (
  insert into blob.bucket_config as c (space, bucket, kind, id, document)
  select $3, b.id, $6, $7, $8
    from bucket b
   where b.owner = $5
     and $9 > (select count(*) from blob.bucket_config o
                where o.space = $3 and o.bucket = b.id and o.kind = $6 and o.id <> $7)
  on conflict (space, bucket, kind, id) do update set document = excluded.document
  returning c.id),
raised as (
  update core.environment e set generation = e.generation + 1
    from kept
   where e.id = $1 and $6 in ('encryption', 'lifecycle', 'notification'))
select b.id as bucket, b.owner as bucket_owner, k.id as kept
  from bucket b left join kept k on true

-- name: blob_config_find(bigint, bigint, bigint, text, text, text)
select b.id as bucket, b.owner as bucket_owner, c.document
  from core.environment e
  left join blob.bucket b on b.space = $3 and b.name = $4
  left join blob.bucket_config c
    on c.space = $3 and c.bucket = b.id and c.kind = $5 and c.id = $6
 where e.id = $1 and e.generation = $2 and e.state = 'running'

-- name: blob_config_list(bigint, bigint, bigint, text, text, text, bigint)
-- The first $7 of kind $5 past id $6.
select b.id as bucket, b.owner as bucket_owner, c.id, c.document
  from core.environment e
  left join blob.bucket b on b.space = $3 and b.name = $4
  left join lateral (
    select o.id, o.document
      from blob.bucket_config o
     where o.space = $3 and o.bucket = b.id and o.kind = $5 and o.id > $6
     order by o.id limit $7) c on true
 where e.id = $1 and e.generation = $2 and e.state = 'running'
 order by c.id

-- name: blob_config_remove(bigint, bigint, bigint, text, text, text, text)
with bucket as materialized (
  select b.id, b.owner
    from core.environment e
    left join blob.bucket b on b.space = $3 and b.name = $4
   where e.id = $1 and e.generation = $2 and e.state = 'running'),
gone as (
  delete from blob.bucket_config c using bucket b
   where c.space = $3 and c.bucket = b.id and c.kind = $6 and c.id = $7 and b.owner = $5
  returning c.id),
raised as (
  update core.environment e set generation = e.generation + 1
    from gone
   where e.id = $1 and $6 in ('encryption', 'lifecycle', 'notification'))
select b.id as bucket, b.owner as bucket_owner, g.id as gone
  from bucket b left join gone g on true
