-- sql/queries/blob_plain.sql - objects of buckets that never had versioning; arguments as in blob
--
-- What most requests are about, in statements with little to set up: for one row PostgreSQL spends
-- most of its time on that, for each table, each column that is returned and each function.

-- name: blob_bucket_stay(bigint, text)
-- Ahead of a statement that puts something into the bucket: nobody removes it before that one's
-- transaction has ended. A statement of its own, so that the next one sees what was removed until
-- then; a lock in memory, because `for key share` makes the writers of a busy bucket wait.
select pg_advisory_xact_lock_shared(hashtextextended($2, $1))

-- name: blob_put_plain(bigint, bigint, bigint, text, text, text, timestamptz, bigint, text, text[], text[], text, text, text, text, bigint, text, bytea, boolean, text, text[], text[])
-- blob_put for what most objects are: without a lock, in a bucket that never had versioning. After
-- blob_bucket_stay. Nothing touched: blob_put may do better, or say why.
insert into blob.version as v (space, bucket, key, modified_at, size, etag, headers, metadata,
       storage_class, checksum_algorithm, checksum_type, checksum, home, body, bytes, owner, acl,
       tags)
select $3, b.id, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $20, $21, $22
  from core.environment e
  join blob.bucket b on b.space = $3 and b.name = $4
 where e.id = $1 and e.generation = $2 and e.state = 'running' and b.owner = $5
   and b.versioning is null
on conflict (space, bucket, key, version) do update
   set seq = excluded.seq, modified_at = excluded.modified_at, owner = excluded.owner,
       size = excluded.size, etag = excluded.etag, headers = excluded.headers,
       metadata = excluded.metadata, storage_class = excluded.storage_class,
       checksum_algorithm = excluded.checksum_algorithm, checksum_type = excluded.checksum_type,
       checksum = excluded.checksum, home = excluded.home, body = excluded.body,
       bytes = excluded.bytes, parts = null, acl = excluded.acl, tags = excluded.tags
 where not $19

-- name: blob_get_plain(bigint, bigint, bigint, text, text, text, boolean)
-- blob_get for what most objects are: the current one of key $6 of $5's bucket $4, which never had
-- versioning; its bytes when $7. No row: blob_get may find one, or says why. archived: it knows
-- more.
select v.seq, v.modified_at, v.owner, v.size, v.etag, v.headers, v.metadata, v.storage_class,
       v.checksum_algorithm, v.checksum_type, v.checksum, v.home, v.body, v.parts, v.acl, v.tags,
       v.storage_class in ('GLACIER', 'DEEP_ARCHIVE') as archived,
       case when $7 then v.bytes end as bytes
  from core.environment e
  join blob.bucket b on b.space = $3 and b.name = $4
  left join blob.version v on v.space = $3 and v.bucket = b.id and v.key = $6
 where e.id = $1 and e.generation = $2 and e.state = 'running' and b.owner = $5
   and b.versioning is null
