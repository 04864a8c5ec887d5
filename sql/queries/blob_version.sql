-- sql/queries/blob_version.sql - versions, tags, object lock; arguments as in blob.sql

-- name: blob_versioning_set(bigint, bigint, bigint, text, text, text)
-- After blob_bucket_lock, so that whoever puts something in knows: $5's bucket $4 gets versioning
-- $6. done is null where locks want it as it is.
with live as (
  select from core.environment where id = $1 and generation = $2 and state = 'running'),
done as (
  update blob.bucket b set versioning = $6
    from live
   where b.space = $3 and b.name = $4 and b.owner = $5 and (not b.locks or $6 = 'Enabled')
  returning b.id)
select b.id as bucket, b.owner as bucket_owner, d.id as done
  from live
  left join blob.bucket b on b.space = $3 and b.name = $4
  left join done d on true

-- name: blob_locks_set(bigint, bigint, bigint, text, text, text, bigint, bigint)
-- $5's bucket $4 has locks from now on, and new objects get retention $6 (null: none) for $7 days
-- or $8 years. done is null where versioning is not enabled.
with live as (
  select from core.environment where id = $1 and generation = $2 and state = 'running'),
done as (
  update blob.bucket b set locks = true, lock_mode = $6, lock_days = $7, lock_years = $8
    from live
   where b.space = $3 and b.name = $4 and b.owner = $5 and b.versioning = 'Enabled'
  returning b.id)
select b.id as bucket, b.owner as bucket_owner, d.id as done
  from live
  left join blob.bucket b on b.space = $3 and b.name = $4
  left join done d on true

-- name: blob_bucket_tag(bigint, bigint, bigint, text, text, text[])
with live as (
  select from core.environment where id = $1 and generation = $2 and state = 'running'),
done as (
  update blob.bucket b set tags = $6
    from live
   where b.space = $3 and b.name = $4 and b.owner = $5
  returning b.id)
select b.id as bucket, b.owner as bucket_owner, d.id as done
  from live
  left join blob.bucket b on b.space = $3 and b.name = $4
  left join done d on true

-- name: blob_tag(bigint, bigint, bigint, text, text, text, text, text[])
-- Version $7 (blob.version_place) of key $6 of $5's bucket $4 gets tags $8. done is null where it
-- is a delete marker, or has been moved meanwhile.
with bucket as materialized (
  select b.id, b.owner, b.versioning, b.locks, p.bucket, p.version
    from core.environment e
    left join blob.bucket b on b.space = $3 and b.name = $4
    left join lateral blob.version_place($3, b.id, $6, $7) p on true
   where e.id = $1 and e.generation = $2 and e.state = 'running'),
done as (
  update blob.version v set tags = $8
    from bucket b
   where v.space = $3 and v.bucket = b.bucket and v.key = $6 and v.version = b.version
     and b.owner = $5 and not v.delete_marker
  returning v.version)
select b.id as bucket, b.owner as bucket_owner, b.versioning, b.locks, v.key, v.version, v.latest,
       v.delete_marker, v.etag, d.version as done, false as kept
  from bucket b
  left join blob.version v on v.space = $3 and v.bucket = b.bucket and v.key = $6
        and v.version = b.version
  left join done d on true

-- name: blob_retain(bigint, bigint, bigint, text, text, text, text, text, timestamptz, timestamptz, boolean)
-- The same: retention $8 until $9 (null: none). kept: what holds at $10 may not be made less; $11:
-- governance may be passed.
with bucket as materialized (
  select b.id, b.owner, b.versioning, b.locks, p.bucket, p.version
    from core.environment e
    left join blob.bucket b on b.space = $3 and b.name = $4
    left join lateral blob.version_place($3, b.id, $6, $7) p on true
   where e.id = $1 and e.generation = $2 and e.state = 'running'),
done as (
  update blob.version v set lock_mode = $8, retain_until = $9
    from bucket b
   where v.space = $3 and v.bucket = b.bucket and v.key = $6 and v.version = b.version
     and b.owner = $5 and b.locks and not v.delete_marker
     and not blob.retention_kept(v.lock_mode, v.retain_until, $8, $9, $10, $11)
  returning v.version)
select b.id as bucket, b.owner as bucket_owner, b.versioning, b.locks, v.key, v.version, v.latest,
       v.delete_marker, v.etag, d.version as done,
       blob.retention_kept(v.lock_mode, v.retain_until, $8, $9, $10, $11) as kept
  from bucket b
  left join blob.version v on v.space = $3 and v.bucket = b.bucket and v.key = $6
        and v.version = b.version
  left join done d on true

-- name: blob_hold(bigint, bigint, bigint, text, text, text, text, text)
-- The same: legal hold $8.
with bucket as materialized (
  select b.id, b.owner, b.versioning, b.locks, p.bucket, p.version
    from core.environment e
    left join blob.bucket b on b.space = $3 and b.name = $4
    left join lateral blob.version_place($3, b.id, $6, $7) p on true
   where e.id = $1 and e.generation = $2 and e.state = 'running'),
done as (
  update blob.version v set legal_hold = $8
    from bucket b
   where v.space = $3 and v.bucket = b.bucket and v.key = $6 and v.version = b.version
     and b.owner = $5 and b.locks and not v.delete_marker
  returning v.version)
select b.id as bucket, b.owner as bucket_owner, b.versioning, b.locks, v.key, v.version, v.latest,
       v.delete_marker, v.etag, d.version as done, false as kept
  from bucket b
  left join blob.version v on v.space = $3 and v.bucket = b.bucket and v.key = $6
        and v.version = b.version
  left join done d on true

-- name: blob_list_versions(bigint, bigint, bigint, text, text, text, text, text, bigint)
-- The first $9 versions and delete markers of bucket $4, by key and then the newest first, past
-- version $6 of key $5, or past all of key $5 when $6 is the greatest; not below $7, and not past
-- $8.  $6 '' means the null version, wherever it is, and all of key $5 when there is none.  Version
-- $6 may have gone, and what was before it be current.  (The index is entered at one pair only:
-- hence greatest().)
with bucket as materialized (
  select b.id, b.owner,
         case when $6 <> '' then $6
              else coalesce((select blob.version_order(v.version, v.seq)
                               from blob.version_place($3, b.id, $5, '') p
                               join blob.version v on v.space = $3 and v.bucket = p.bucket
                                    and v.key = $5 and v.version = p.version), '')
              end collate "C" as after_version
    from core.environment e
    left join blob.bucket b on b.space = $3 and b.name = $4
   where e.id = $1 and e.generation = $2 and e.state = 'running')
select b.id as bucket, b.owner as bucket_owner, v.key, null::text as common, v.version, v.seq,
       v.latest, v.delete_marker, v.modified_at, v.owner, v.size, v.etag, v.storage_class,
       v.checksum_algorithm, v.checksum_type
  from bucket b
  left join lateral (
    (select o.bucket, o.key, o.version, o.seq, o.latest, o.delete_marker, o.modified_at, o.owner,
            o.size, o.etag, o.storage_class, o.checksum_algorithm, o.checksum_type
       from blob.version o
      where o.space = $3 and o.bucket = b.id and o.key > $5 and o.key >= $7 and o.key <= $8
      order by o.key limit $9)
    union all
    (select o.bucket, o.key, o.version, o.seq, o.latest, o.delete_marker, o.modified_at, o.owner,
            o.size, o.etag, o.storage_class, o.checksum_algorithm, o.checksum_type
       from blob.version o
      where o.space = $3 and o.bucket = b.id and o.key = $5 and o.key >= $7 and o.key <= $8
        and blob.version_order(o.version, o.seq) > b.after_version)
    union all
    (select o.bucket, o.key, o.version, o.seq, o.latest, o.delete_marker, o.modified_at, o.owner,
            o.size, o.etag, o.storage_class, o.checksum_algorithm, o.checksum_type
       from blob.version o
      where o.space = $3 and o.bucket = -b.id and o.key <= $8
        and (o.key, o.version) > (greatest($5, $7 collate "C"),
                                  case when $5 < $7 collate "C" then '' else b.after_version end)
      order by o.key, o.version limit $9)
    order by key, bucket desc, version limit $9) v on true
 order by v.key, v.bucket desc, v.version

-- name: blob_list_versions_by(bigint, bigint, bigint, text, text, text, text, text, bigint, text, bigint, text)
-- The same with keys that hold delimiter $10 after their first $11 characters folded, as in
-- blob_list_by; $12 is the greatest.
with recursive bucket as materialized (
  select b.id, b.owner,
         case when $6 <> '' then $6
              else coalesce((select blob.version_order(v.version, v.seq)
                               from blob.version_place($3, b.id, $5, '') p
                               join blob.version v on v.space = $3 and v.bucket = p.bucket
                                    and v.key = $5 and v.version = p.version), '')
              end collate "C" as after_version
    from core.environment e
    left join blob.bucket b on b.space = $3 and b.name = $4
   where e.id = $1 and e.generation = $2 and e.state = 'running'),
walk as (
  select 0::bigint as n, $5 collate "C" as after, b.after_version collate "C" as after_version,
         null::text collate "C" as key, null::text collate "C" as common,
         null::text collate "C" as version, null::bigint as seq, null::boolean as latest,
         null::boolean as delete_marker, null::timestamptz as modified_at, null::text as owner,
         null::bigint as size, null::text as etag, null::text as storage_class,
         null::text as checksum_algorithm, null::text as checksum_type
    from bucket b
   union all
  select w.n + 1, case when k.len is not null then left(k.key, k.len) || $12 else k.key end,
         case when k.bucket = b.id then '' else k.version end, k.key, left(k.key, k.len),
         k.version, k.seq, k.latest, k.delete_marker, k.modified_at, k.owner, k.size, k.etag,
         k.storage_class, k.checksum_algorithm, k.checksum_type
    from walk w
   cross join bucket b
   cross join lateral (
     select o.bucket, o.key, o.version, o.seq, o.latest, o.delete_marker, o.modified_at, o.owner,
            o.size, o.etag, o.storage_class, o.checksum_algorithm, o.checksum_type,
            case when strpos(substr(o.key, $11::integer + 1), $10) > 0
                 then $11::integer + length($10) - 1
                        + strpos(substr(o.key, $11::integer + 1), $10) end as len
       from (
         (select v.bucket, v.key, v.version, v.seq, v.latest, v.delete_marker, v.modified_at,
                 v.owner, v.size, v.etag, v.storage_class, v.checksum_algorithm, v.checksum_type
            from blob.version v
           where v.space = $3 and v.bucket = b.id and v.key > w.after and v.key >= $7
             and v.key <= $8
           order by v.key limit 1)
         union all
         (select v.bucket, v.key, v.version, v.seq, v.latest, v.delete_marker, v.modified_at,
                 v.owner, v.size, v.etag, v.storage_class, v.checksum_algorithm, v.checksum_type
            from blob.version v
           where w.n = 0 and v.space = $3 and v.bucket = b.id and v.key = w.after and v.key >= $7
             and v.key <= $8 and blob.version_order(v.version, v.seq) > w.after_version)
         union all
         (select v.bucket, v.key, v.version, v.seq, v.latest, v.delete_marker, v.modified_at,
                 v.owner, v.size, v.etag, v.storage_class, v.checksum_algorithm, v.checksum_type
            from blob.version v
           where v.space = $3 and v.bucket = -b.id
             and v.key <= $8
             and (v.key, v.version) > (greatest(w.after, $7),
                                       case when w.after < $7 then '' else w.after_version end)
           order by v.key, v.version limit 1)) o
      order by o.key, o.bucket desc limit 1) k
   where w.n < $9)
select b.id as bucket, b.owner as bucket_owner, w.key, w.common, w.version, w.seq, w.latest,
       w.delete_marker, w.modified_at, w.owner, w.size, w.etag, w.storage_class,
       w.checksum_algorithm, w.checksum_type
  from bucket b
  left join walk w on w.n > 0
 order by w.n
