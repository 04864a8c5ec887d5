-- sql/queries/blob_list.sql - listings; arguments as in blob.sql

-- name: blob_list(bigint, bigint, bigint, text, text, text, text, bigint)
-- The first $8 objects of bucket $4 whose key is past $5, not below $6, and not past $7.
select b.id as bucket, b.owner as bucket_owner, v.key, null::text as common, v.seq, v.version,
       v.modified_at, v.owner,
       v.size, v.etag, v.storage_class, v.checksum_algorithm, v.checksum_type
  from core.environment e
  left join blob.bucket b on b.space = $3 and b.name = $4
  left join lateral (
    select o.key, o.seq, o.version, o.modified_at, o.owner, o.size, o.etag, o.storage_class,
           o.checksum_algorithm, o.checksum_type
      from blob.version o
     where o.space = $3 and o.bucket = b.id and o.key > $5 and o.key >= $6 and o.key <= $7
     order by o.key limit $8) v on true
 where e.id = $1 and e.generation = $2 and e.state = 'running'
 order by v.key

-- name: blob_list_by(bigint, bigint, bigint, text, text, text, text, bigint, text, bigint, text)
-- The same with keys that hold delimiter $9 after their first $10 characters folded to what stands
-- up to and with it: after each such prefix the walk goes on past everything under it (prefix ||
-- $11), so a page costs its own number of entries, whatever the prefixes hold.  A step takes all
-- keys up to the next fold and with it, at most `take`: one after a fold, since folds come in rows,
-- then more and more.
with recursive bucket as materialized (
  select b.id, b.owner
    from core.environment e
    left join blob.bucket b on b.space = $3 and b.name = $4
   where e.id = $1 and e.generation = $2 and e.state = 'running'),
walk as (
  select 0::bigint as n, true as last, 16 as take, $5 collate "C" as after,
         null::text collate "C" as key, null::text collate "C" as common, null::bigint as seq,
         null::text collate "C" as version, null::timestamptz as modified_at, null::text as owner,
         null::bigint as size, null::text as etag, null::text as storage_class,
         null::text as checksum_algorithm, null::text as checksum_type
   union all
  select w.n + k.i, k.len is not null or k.ends,
         case when k.len is not null then 1 else least(w.take * 4, 64) end,
         case when k.len is not null then left(k.key, k.len) || $11 else k.key end, k.key,
         left(k.key, k.len), k.seq, k.version, k.modified_at, k.owner, k.size, k.etag,
         k.storage_class, k.checksum_algorithm, k.checksum_type
    from walk w
   cross join bucket b
   cross join lateral (
     select o.key, o.seq, o.version, o.modified_at, o.owner, o.size, o.etag, o.storage_class,
            o.checksum_algorithm, o.checksum_type, o.len,
            row_number() over (order by o.key) as i,
            lead(o.key) over (order by o.key) is null as ends,
            count(o.len) over (order by o.key rows between unbounded preceding and current row
                               exclude current row) as folds
       from (
         select v.key, v.seq, v.version, v.modified_at, v.owner, v.size, v.etag, v.storage_class,
                v.checksum_algorithm, v.checksum_type,
                case when strpos(substr(v.key, $10::integer + 1), $9) > 0
                     then $10::integer + length($9) - 1
                            + strpos(substr(v.key, $10::integer + 1), $9) end as len
           from blob.version v
          where v.space = $3 and v.bucket = b.id and v.key > w.after and v.key >= $6
            and v.key <= $7
          order by v.key limit w.take) o) k
   where w.last and w.n < $8 and k.folds = 0)
select b.id as bucket, b.owner as bucket_owner, w.key, w.common, w.seq, w.version, w.modified_at,
       w.owner, w.size, w.etag, w.storage_class, w.checksum_algorithm, w.checksum_type
  from bucket b
  left join walk w on w.n between 1 and $8
 order by w.n
