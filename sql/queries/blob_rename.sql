-- sql/queries/blob_rename.sql - objects get other keys; arguments as in blob.sql

-- name: blob_rename(bigint, bigint, bigint, text, text, text, text, bigint, boolean, text, timestamptz, timestamptz, text, timestamptz, text, text, text, timestamptz)
-- Object $6 of $5's bucket $4 becomes key $7 (blob.rename), provided it is at seq $8 (null:
-- whatever) and $9 to $12 hold of what is there. $13: who makes delete markers, at $14. Once for
-- token $16 of account $15, which came with request $17, at real time $18.
with bucket as materialized (
  select b.id, b.owner, b.versioning
    from core.environment e
    left join blob.bucket b on b.space = $3 and b.name = $4
   where e.id = $1 and e.generation = $2 and e.state = 'running'),
done as materialized (
  select r.outcome, r.version, r.gone, r.size, r.etag
    from (select o.id from bucket o where o.owner = $5) o
   cross join lateral blob.bucket_enter($3, $4) b
   cross join lateral blob.rename_once($15, $16, $17, $18, $3, case when o.id = b.id then b end,
           $6, $7, $8, $9, $10, $11, $12, $13, $14) r),
copies as (
  update blob.restore r set key = $7
    from bucket b join done d on d.outcome = 'done' and b.versioning is null
   where r.space = $3 and r.bucket = b.id and r.key = $6),
disturbed as (
  update blob.upload u set deleted_since = true
    from bucket b join done d on d.outcome = 'done' and b.versioning is null
   where u.space = $3 and u.bucket = b.id and u.key = $6 and $6 <> $7)
select b.id as bucket, b.owner as bucket_owner, b.versioning, d.outcome, d.version, d.gone, d.size,
       d.etag
  from bucket b left join done d on true
