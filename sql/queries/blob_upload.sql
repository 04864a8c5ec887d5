-- sql/queries/blob_upload.sql - objects that come in parts; arguments as in blob.sql

-- name: blob_upload_make(bigint, bigint, bigint, text, text, text, text, timestamptz, text[], text[], text, text, text, text, text[], text[], text, timestamptz, text)
-- Begin upload $7 of key $6 into $5's bucket $4 for account $14; $15, $16: what the object's access
-- list and tags will be; $17, $18, $19: its retention, until when, and legal hold.
insert into blob.upload (space, id, bucket, key, owner, started_at, headers, metadata,
       storage_class, checksum_algorithm, checksum_type, acl, tags, lock_mode, retain_until,
       legal_hold)
select $3, $7, b.id, $6, $14, $8, $9, $10, $11, $12, $13, $15, $16, $17, $18, $19
  from core.environment e
 cross join lateral blob.bucket_enter($3, $4) b
 where e.id = $1 and e.generation = $2 and e.state = 'running' and b.owner = $5
   and (b.locks or ($17 is null and $19 is null))
returning id

-- name: blob_upload_find(bigint, bigint, bigint, text, text, text, bigint, bigint)
-- Upload $6 of key $5 (null: of any) of bucket $4, and its first $8 parts past number $7.
select b.id as bucket, b.owner as bucket_owner, u.id, u.key, u.owner, u.started_at,
       u.storage_class, u.checksum_algorithm, u.checksum_type,
       case when row_number() over (order by p.number) = 1 then u.headers end as headers,
       p.number, p.modified_at, p.size, p.etag, p.checksum_algorithm as part_algorithm, p.checksum,
       p.crc64nvme
  from core.environment e
  left join blob.bucket b on b.space = $3 and b.name = $4
  left join blob.upload u on u.space = $3 and u.id = $6 and u.bucket = b.id
        and ($5 is null or u.key = $5)
  left join lateral (
    select o.number, o.modified_at, o.size, o.etag, o.checksum_algorithm, o.checksum, o.crc64nvme
      from blob.part o
     where o.space = $3 and o.parts = u.id and o.number > $7
     order by o.number limit $8) p on true
 where e.id = $1 and e.generation = $2 and e.state = 'running'
 order by p.number

-- name: blob_upload_list(bigint, bigint, bigint, text, text, text, text, text, text, bigint, text, bigint)
-- The first $10 uploads into bucket $4 past key $5 and id $6 whose key is not below $7 and not past
-- $8; keys that hold delimiter $9 (null: none) after their first $12 characters fold as in
-- blob_list_by, $11 as there.
with recursive bucket as materialized (
  select b.id, b.owner
    from core.environment e
    left join blob.bucket b on b.space = $3 and b.name = $4
   where e.id = $1 and e.generation = $2 and e.state = 'running'),
walk as (
  select 0::bigint as n, $5 collate "C" as after, $6 collate "C" as after_id,
         null::text collate "C" as key, null::text collate "C" as common,
         null::text collate "C" as id, null::text as owner, null::timestamptz as started_at,
         null::text as storage_class, null::text as checksum_algorithm,
         null::text as checksum_type
   union all
  select w.n + 1, case when k.len is not null then left(k.key, k.len) || $11 else k.key end, k.id,
         k.key, left(k.key, k.len), k.id, k.owner, k.started_at, k.storage_class,
         k.checksum_algorithm, k.checksum_type
    from walk w
   cross join bucket b
   cross join lateral (
     select u.key, u.id, u.owner, u.started_at, u.storage_class, u.checksum_algorithm,
            u.checksum_type,
            case when strpos(substr(u.key, $12::integer + 1), $9) > 0
                 then $12::integer + length($9) - 1
                        + strpos(substr(u.key, $12::integer + 1), $9) end as len
       from blob.upload u
      where u.space = $3 and u.bucket = b.id and u.key <= $8
        and (u.key, u.id) > (greatest(w.after, $7),
                             case when w.after < $7 then '' else w.after_id end)
      order by u.key, u.id limit 1) k
   where w.n < $10)
select b.id as bucket, b.owner as bucket_owner, w.key, w.common, w.id, w.owner, w.started_at,
       w.storage_class, w.checksum_algorithm, w.checksum_type
  from bucket b
  left join walk w on w.n > 0
 order by w.n

-- name: blob_upload_lock(bigint, text, text)
-- Wait for the statements that are putting parts into upload $3 of bucket $2, and keep new ones
-- waiting; nobody deletes the bucket meanwhile.
select pg_advisory_xact_lock_shared(hashtextextended($2, $1)),
       pg_advisory_xact_lock(hashtextextended($3, $1))

-- name: blob_upload_abort(bigint, bigint, bigint, text, text, text, text)
-- After blob_upload_lock: upload $7 of key $6 goes, and its parts.
with bucket as materialized (
  select b.id, b.owner
    from core.environment e
    left join blob.bucket b on b.space = $3 and b.name = $4
   where e.id = $1 and e.generation = $2 and e.state = 'running'),
gone as (
  delete from blob.upload u using bucket b
   where u.space = $3 and u.id = $7 and u.bucket = b.id and u.key = $6 and b.owner = $5
  returning u.id),
parts as (
  delete from blob.part p using gone g where p.space = $3 and p.parts = g.id)
select b.id as bucket, b.owner as bucket_owner, g.id
  from bucket b left join gone g on true

-- name: blob_upload_complete(bigint, bigint, bigint, text, text, text, text, timestamptz, bigint, text, text, text, text, bigint[], boolean, text, text)
-- After blob_upload_lock: upload $7 becomes key $6, $17's, without its parts $14. $15, $16: the
-- conditions of blob_put and blob_put_match. disturbed: they hold for what came, or went, or a
-- delete marker that went over the object, after the upload began; then nothing is done either.
with bucket as materialized (
  select b.id, b.owner, b.versioning, b.lock_mode, b.lock_days, b.lock_years
    from core.environment e
    left join blob.bucket b on b.space = $3 and b.name = $4
   where e.id = $1 and e.generation = $2 and e.state = 'running'),
upload as materialized (
  select u.id, u.seq, u.headers, u.metadata, u.storage_class, u.acl, u.tags, u.lock_mode,
         u.retain_until, u.legal_hold,
         case when $15 then exists (
                     select from blob.version v
                      where v.space = $3 and v.bucket = -b.id and v.key = $6 and v.latest
                        and v.seq > u.seq)
                or (u.deleted_since and not exists (
                     select from blob.version v
                      where v.space = $3 and v.bucket = b.id and v.key = $6))
              when $16 is not null then exists (
                     select from blob.version v
                      where v.space = $3 and v.bucket = b.id and v.key = $6 and v.etag = $16
                        and v.seq > u.seq)
              else false end as disturbed
    from bucket b
    join blob.upload u on u.space = $3 and u.id = $7 and u.bucket = b.id and u.key = $6),
put as (
  insert into blob.version as v (space, bucket, key, version, modified_at, size, etag, headers,
         metadata, storage_class, checksum_algorithm, checksum_type, checksum, parts, owner, acl,
         tags, lock_mode, retain_until, legal_hold)
  select $3, b.id, $6, p.version, $8, $9, $10, u.headers, u.metadata, u.storage_class, $11, $12,
         $13, u.id, $17, u.acl, u.tags, coalesce(u.lock_mode, b.lock_mode),
         blob.retain_until(b.lock_mode, b.lock_days, b.lock_years, u.lock_mode, u.retain_until, $8),
         u.legal_hold
    from bucket b
   cross join upload u
   cross join lateral (
     -- u is asked so that this comes after it
     select case when u.disturbed or b.owner <> $5 then null
                 when b.versioning is null then ''
                 else blob.version_enter($3, b.id, b.versioning, $6, false, $15, $16)
            end as version) p
   where p.version is not null
     and (b.versioning is not null or $16 is null or exists (
           select from blob.version o
            where o.space = $3 and o.bucket = b.id and o.key = $6))
  on conflict (space, bucket, key, version) do update
     set seq = excluded.seq, modified_at = excluded.modified_at, owner = excluded.owner,
         size = excluded.size, etag = excluded.etag, headers = excluded.headers,
         metadata = excluded.metadata, storage_class = excluded.storage_class,
         checksum_algorithm = excluded.checksum_algorithm, checksum_type = excluded.checksum_type,
         checksum = excluded.checksum, home = null, body = null, bytes = null,
         parts = excluded.parts, acl = excluded.acl, tags = excluded.tags,
         lock_mode = excluded.lock_mode, retain_until = excluded.retain_until,
         legal_hold = excluded.legal_hold
   where not $15 and ($16 is null or v.etag = $16)
  returning v.version),
gone as (
  delete from blob.upload u using put where u.space = $3 and u.id = $7),
left_out as (
  delete from blob.part p using put
   where p.space = $3 and p.parts = $7 and p.number = any ($14))
select b.id as bucket, b.owner as bucket_owner, b.versioning, p.version, u.disturbed,
       exists (select from blob.version v
                where v.space = $3 and v.bucket = b.id and v.key = $6) as found
  from bucket b left join upload u on true left join put p on true

-- name: blob_part_put(bigint, bigint, bigint, text, text, text, text, bigint, timestamptz, bigint, text, text, text, text, bigint, text, bytea, text)
-- Put part $8 of upload $7, also over one of that number; returns the upload's headers. An upload
-- that chose a checksum takes no part with another, nor one whose seal is another than $18. No row:
-- blob_upload_find may say why.
with u as materialized (
  select u.id, u.headers
    from core.environment e
   cross join lateral blob.upload_enter($3, $4, $5, $6, $7) u
   where e.id = $1 and e.generation = $2 and e.state = 'running' and u.id is not null
     and (u.checksum_algorithm is null or u.checksum_algorithm = $12)
     and u.headers[array_position(u.headers, 'seal') + 1] is not distinct from $18),
put as (
  insert into blob.part as p (space, parts, number, modified_at, size, etag, checksum_algorithm,
         checksum, crc64nvme, home, body, bytes)
  select $3, u.id, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17
    from u
  on conflict (space, parts, number) do update
     set modified_at = excluded.modified_at, size = excluded.size, etag = excluded.etag,
         checksum_algorithm = excluded.checksum_algorithm, checksum = excluded.checksum,
         crc64nvme = excluded.crc64nvme, home = excluded.home, body = excluded.body,
         bytes = excluded.bytes
  returning p.number)
select u.headers from u cross join put

-- name: blob_part_copy(bigint, bigint, bigint, text, text, text, text, bigint, timestamptz, text, text, text, text, text, bigint, text)
-- The same with the whole body of version $16 of key $14 of bucket $13, provided it still is at seq
-- $15; as blob_copy.
with kept as materialized (
  select v.seq
    from blob.bucket s
    join blob.version v on v.space = $3 and v.bucket = s.id and v.key = $14 and v.version = $16
          and v.seq = $15
   where s.space = $3 and s.name = $13 and s.versioning is null
     for key share of v),
source as materialized (
  select v.size, v.etag, v.home, v.body, v.bytes
    from blob.bucket s
    join blob.version v on v.space = $3 and v.bucket in (s.id, -s.id) and v.key = $14
          and v.version = $16 and v.seq = $15
   where s.space = $3 and s.name = $13 and v.parts is null
     and (s.versioning is not null or exists (select from kept)))
insert into blob.part as p (space, parts, number, modified_at, size, etag, checksum_algorithm,
       checksum, crc64nvme, home, body, bytes)
select $3, u.id, $8, $9, s.size, s.etag, $10, $11, $12, s.home, s.body, s.bytes
  from core.environment e
 cross join lateral blob.upload_enter($3, $4, $5, $6, $7) u
 cross join source s
 where e.id = $1 and e.generation = $2 and e.state = 'running' and u.id is not null
   and (u.checksum_algorithm is null or u.checksum_algorithm = $10)
on conflict (space, parts, number) do update
   set modified_at = excluded.modified_at, size = excluded.size, etag = excluded.etag,
       checksum_algorithm = excluded.checksum_algorithm, checksum = excluded.checksum,
       crc64nvme = excluded.crc64nvme, home = excluded.home, body = excluded.body,
       bytes = excluded.bytes
returning p.number

-- name: blob_pieces(bigint, bigint, bigint, text, bigint, bigint, bigint)
-- Of the object made of parts $4: the pieces that hold some of its bytes [$5, $6), or part $7 when
-- it is given. Which they are is found in the index alone; only their rows are read.
select p.number, p.size, p.start, p.total, o.checksum_algorithm, o.checksum, o.crc64nvme, o.home,
       o.body, o.bytes
  from core.environment e
  left join lateral (
    select a.number, a.size, a.start, a.total
      from (
        select i.number, i.size,
               (sum(i.size) over (order by i.number) - i.size)::bigint as start,
               count(*) over () as total
          from blob.part i
         where i.space = $3 and i.parts = $4) a
     where ($7 is null and a.start < $6 and a.start + a.size > $5) or a.number = $7) p on true
  left join lateral (
    select r.checksum_algorithm, r.checksum, r.crc64nvme, r.home, r.body, r.bytes
      from blob.part r
     where r.space = $3 and r.parts = $4 and r.number = p.number limit 1) o on true
 where e.id = $1 and e.generation = $2 and e.state = 'running'
 order by p.number

-- name: blob_parts(bigint, bigint, bigint, text, bigint, bigint)
-- Up to $6 parts past number $5 of the object made of parts $4, and how many it has.
select p.number, p.size, p.checksum_algorithm, p.checksum, t.total
  from core.environment e
 cross join lateral (
   select count(*) as total from blob.part o where o.space = $3 and o.parts = $4) t
  left join lateral (
    select o.number, o.size, o.checksum_algorithm, o.checksum
      from blob.part o
     where o.space = $3 and o.parts = $4 and o.number > $5
     order by o.number limit $6) p on true
 where e.id = $1 and e.generation = $2 and e.state = 'running'
 order by p.number

-- name: blob_parts_remove(bigint, text)
-- For the collector.
delete from blob.part where space = $1 and parts = $2
