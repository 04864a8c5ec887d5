-- sql/queries/blob_access.sql - who may do what with buckets and objects; arguments as in blob.sql

-- name: blob_access_find(bigint, bigint, bigint, text)
select b.owner, b.region, b.ownership, b.shut, b.policy, b.acl,
       b.versioning is not null as versioned, c.document as encryption, l.document as lifecycle,
       n.document as notification
  from core.environment e
  left join blob.bucket b on b.space = $3 and b.name = $4
  left join blob.bucket_config c
    on c.space = $3 and c.bucket = b.id and c.kind = 'encryption' and c.id = ''
  left join blob.bucket_config l
    on l.space = $3 and l.bucket = b.id and l.kind = 'lifecycle' and l.id = ''
  left join blob.bucket_config n
    on n.space = $3 and n.bucket = b.id and n.kind = 'notification' and n.id = ''
 where e.id = $1 and e.generation = $2 and e.state = 'running'

-- name: blob_access_set(bigint, bigint, bigint, text, text, text, text, bigint, text, text[])
-- Of $5's bucket $4, what $6 names. The generation is raised by whoever comes, also after another:
-- between the two a process may have read what was before.
with live as materialized (
  select from core.environment where id = $1 and generation = $2 and state = 'running'),
changed as (
  update blob.bucket b
     set ownership = case when $6 in ('ownership', 'all') then $7 else b.ownership end,
         shut = case when $6 in ('shut', 'all') then $8 else b.shut end,
         policy = case when $6 in ('policy', 'all') then $9 else b.policy end,
         acl = case when $6 in ('acl', 'all') then $10 else b.acl end
    from live
   where b.space = $3 and b.name = $4 and b.owner = $5
  returning b.id),
raised as (
  update core.environment e set generation = e.generation + 1 from changed where e.id = $1)
select b.id as bucket, b.owner as bucket_owner
  from live
  left join blob.bucket b on b.space = $3 and b.name = $4

-- name: blob_object_acl_set(bigint, bigint, bigint, text, text, text, bigint, text[])
-- The list of key $6 of $5's bucket $4 as it was at seq $7, whichever version that is.
with bucket as materialized (
  select b.id, b.owner
    from core.environment e
    left join blob.bucket b on b.space = $3 and b.name = $4
   where e.id = $1 and e.generation = $2 and e.state = 'running'),
changed as (
  update blob.version v set acl = $8
    from bucket b
   where v.space = $3 and v.bucket in (b.id, -b.id) and v.key = $6 and v.seq = $7
     and b.owner = $5 and not v.delete_marker
  returning v.seq)
select b.id as bucket, b.owner as bucket_owner, c.seq
  from bucket b
  left join changed c on true

-- name: blob_object_headers_set(bigint, bigint, bigint, text, text, text, bigint, text[])
-- The same with its kept headers.
with bucket as materialized (
  select b.id, b.owner
    from core.environment e
    left join blob.bucket b on b.space = $3 and b.name = $4
   where e.id = $1 and e.generation = $2 and e.state = 'running'),
changed as (
  update blob.version v set headers = $8
    from bucket b
   where v.space = $3 and v.bucket in (b.id, -b.id) and v.key = $6 and v.seq = $7
     and b.owner = $5 and not v.delete_marker
  returning v.seq)
select b.id as bucket, b.owner as bucket_owner, c.seq
  from bucket b
  left join changed c on true
