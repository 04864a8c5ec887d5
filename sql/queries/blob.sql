-- sql/queries/blob.sql - buckets and objects
--
-- Every data statement begins with $1 environment, $2 generation, $3 space, and
-- returns no row when the environment is no longer what the caller knows (space.h). Otherwise it
-- returns at least one row, whose null columns say what is not there: bucket, then key.

-- name: blob_bucket_make(bigint, bigint, bigint, text, text, text, timestamptz, boolean, text[])
-- Make bucket $4 for owner $5 in region $6, with tags $9, and for versions that can be locked if
-- $8. made: its id is new; else owner is whose it was before. Neither: somebody makes it this very
-- moment.
with live as (
  select from core.environment where id = $1 and generation = $2 and state = 'running'),
made as (
  insert into blob.bucket (space, name, owner, region, created_at, versioning, locks, tags)
  select $3, $4, $5, $6, $7, case when $8 then 'Enabled' end, $8, $9 from live
  on conflict (space, name) do nothing
  returning id)
select m.id as made, b.owner, b.region
  from live
  left join made m on true
  left join blob.bucket b on b.space = $3 and b.name = $4

-- name: blob_bucket_find(bigint, bigint, bigint, text)
select b.id as bucket, b.owner as bucket_owner, b.region, b.created_at, b.versioning, b.locks,
       b.lock_mode, b.lock_days, b.lock_years, b.tags
  from core.environment e
  left join blob.bucket b on b.space = $3 and b.name = $4
 where e.id = $1 and e.generation = $2 and e.state = 'running'

-- name: blob_bucket_list(bigint, bigint, bigint, text, text, text, text, bigint)
-- The first $8 buckets of owner $4 after name $5 that begin with $6, of region $7 when it is given.
select b.name, b.region, b.created_at
  from core.environment e
  left join lateral (
    select name, region, created_at
      from blob.bucket
     where space = $3 and owner = $4 and name > $5 and starts_with(name, $6)
        and ($7 is null or region = $7)
     order by name limit $8) b on true
 where e.id = $1 and e.generation = $2 and e.state = 'running'
 order by b.name

-- name: blob_bucket_lock(bigint, text)
-- Wait for the statements that are putting something into the bucket, and keep new ones waiting.
select pg_advisory_xact_lock(hashtextextended($2, $1))

-- name: blob_bucket_remove(bigint, bigint, bigint, text, text)
-- After blob_bucket_lock. removed is null when the bucket is another's or not empty. Uploads under
-- way go with it. Another bucket of that name begins with what is said by default of who may do
-- what: where this one had anything else, nobody may remember that.
with live as (
  select from core.environment where id = $1 and generation = $2 and state = 'running'),
removed as (
  delete from blob.bucket b using live
   where b.space = $3 and b.name = $4 and b.owner = $5
     and not exists (select from blob.version v
                      where v.space = $3 and v.bucket in (b.id, -b.id))
  returning b.id, b.policy is not null or b.acl is not null or b.shut is distinct from 15
            or b.ownership is distinct from 'BucketOwnerEnforced' or b.region <> 'us-east-1'
            or exists (select from blob.bucket_config c
                        where c.space = $3 and c.bucket = b.id
                          and c.kind in ('encryption', 'lifecycle', 'notification'))
              as special),
raised as (
  update core.environment e set generation = e.generation + 1
    from removed r where e.id = $1 and r.special),
uploads as (
  delete from blob.upload u using removed r where u.space = $3 and u.bucket = r.id
  returning u.id),
parts as (
  delete from blob.part p using uploads u where p.space = $3 and p.parts = u.id)
select b.id as bucket, b.owner as bucket_owner, r.id as removed
  from live
  left join blob.bucket b on b.space = $3 and b.name = $4
  left join removed r on true

-- name: blob_put(bigint, bigint, bigint, text, text, text, timestamptz, bigint, text, text[], text[], text, text, text, text, bigint, text, bytea, boolean, text, text[], text[], text, timestamptz, text)
-- Put key $6 into $5's bucket $4; $19: only where nothing is. It becomes $20's, with access list
-- $21, tags $22, retention $23 until $24 (null: the bucket's own) and legal hold $25. The condition
-- is decided on the locked row or key, so it holds against every writer. No row: nothing was
-- written, and blob_bucket_find may say why; telling it here made every put a fifth slower.
insert into blob.version as v (space, bucket, key, version, modified_at, size, etag, headers,
       metadata, storage_class, checksum_algorithm, checksum_type, checksum, home, body, bytes,
       owner, acl, tags, lock_mode, retain_until, legal_hold)
select $3, b.id, $6, p.version, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $20, $21,
       $22, coalesce($23, b.lock_mode),
       blob.retain_until(b.lock_mode, b.lock_days, b.lock_years, $23, $24, $7), $25
  from core.environment e
 cross join lateral blob.bucket_enter($3, $4) b
 cross join lateral (
   -- e is asked so that this comes after it
   select case when e.id is null or b.owner <> $5
                    or (not b.locks and ($23 is not null or $25 is not null)) then null
               when b.versioning is null then ''
               else blob.version_enter($3, b.id, b.versioning, $6, false, $19, null)
          end as version) p
 where e.id = $1 and e.generation = $2 and e.state = 'running' and b.owner = $5
   and p.version is not null
on conflict (space, bucket, key, version) do update
   set seq = excluded.seq, modified_at = excluded.modified_at, owner = excluded.owner,
       size = excluded.size, etag = excluded.etag, headers = excluded.headers,
       metadata = excluded.metadata, storage_class = excluded.storage_class,
       checksum_algorithm = excluded.checksum_algorithm, checksum_type = excluded.checksum_type,
       checksum = excluded.checksum, home = excluded.home, body = excluded.body,
       bytes = excluded.bytes, parts = null, acl = excluded.acl, tags = excluded.tags,
       lock_mode = excluded.lock_mode, retain_until = excluded.retain_until,
       legal_hold = excluded.legal_hold
 where not $19
returning v.version

-- name: blob_put_match(bigint, bigint, bigint, text, text, text, timestamptz, bigint, text, text[], text[], text, text, text, text, bigint, text, bytea, text, text, text[], text[], text, timestamptz, text)
-- The same, only over an object whose etag is $19 ('*': any). found: there is an object.
with bucket as materialized (
  select b.id, b.owner, b.versioning, b.locks
    from core.environment e
    left join blob.bucket b on b.space = $3 and b.name = $4
   where e.id = $1 and e.generation = $2 and e.state = 'running'),
put as (
  update blob.version v
     set seq = nextval('blob.change'), modified_at = $7, owner = $20, size = $8, etag = $9,
         headers = $10, metadata = $11, storage_class = $12, checksum_algorithm = $13,
         checksum_type = $14, checksum = $15, home = $16, body = $17, bytes = $18, parts = null,
         acl = $21, tags = $22
    from bucket b
   where v.space = $3 and v.bucket = b.id and v.key = $6 and v.version = '' and b.owner = $5
     and b.versioning is null and $23 is null and $25 is null and ($19 = '*' or v.etag = $19)
  returning v.version),
added as (
  insert into blob.version as v (space, bucket, key, version, modified_at, size, etag, headers,
         metadata, storage_class, checksum_algorithm, checksum_type, checksum, home, body, bytes,
         owner, acl, tags, lock_mode, retain_until, legal_hold)
  select $3, b.id, $6, p.version, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $20,
         $21, $22, coalesce($23, b.lock_mode),
       blob.retain_until(b.lock_mode, b.lock_days, b.lock_years, $23, $24, $7), $25
    from (select o.id from bucket o where o.versioning is not null and o.owner = $5) o
   cross join lateral blob.bucket_enter($3, $4) b
   cross join lateral (
     select case when o.id = b.id and (b.locks or ($23 is null and $25 is null))
                 then blob.version_enter($3, b.id, b.versioning, $6, false, false, $19)
            end as version) p
   where p.version is not null
  on conflict (space, bucket, key, version) do update
     set seq = excluded.seq, modified_at = excluded.modified_at, owner = excluded.owner,
         size = excluded.size, etag = excluded.etag, headers = excluded.headers,
         metadata = excluded.metadata, storage_class = excluded.storage_class,
         checksum_algorithm = excluded.checksum_algorithm, checksum_type = excluded.checksum_type,
         checksum = excluded.checksum, home = excluded.home, body = excluded.body,
         bytes = excluded.bytes, parts = null, acl = excluded.acl, tags = excluded.tags,
         lock_mode = excluded.lock_mode, retain_until = excluded.retain_until,
         legal_hold = excluded.legal_hold
  returning v.version)
select b.id as bucket, b.owner as bucket_owner, b.versioning, b.locks,
       coalesce(p.version, a.version) as version,
       exists (select from blob.version v
                where v.space = $3 and v.bucket = b.id and v.key = $6) as found
  from bucket b left join put p on true left join added a on true

-- name: blob_copy(bigint, bigint, bigint, text, text, text, timestamptz, text, text, bigint, text[], text[], text, text, text, text, boolean, text, text, text[], text[], text, timestamptz, text, text, text)
-- Put key $6 into $5's bucket $4, for account $19 with access list $20, tags $21, retention $22
-- until $23 and legal hold $24, with the body of version $25 of key $9 of bucket $8, provided it
-- still is at seq $10, and etag $26 (null: the source's). The row is locked: until this commits
-- nobody lets go of the body. Not so where there are versions, or copies of a key to itself would
-- wait on each other: there the collector's grace period keeps it until this has ended for sure.
-- $17, $18 as in blob_put and blob_put_match; with $18 the caller has looked at the target, which
-- is checked here once more.
with bucket as materialized (
  select b.id, b.owner, b.versioning, b.locks, b.lock_mode, b.lock_days, b.lock_years
    from core.environment e
   cross join lateral blob.bucket_enter($3, $4) b
   where e.id = $1 and e.generation = $2 and e.state = 'running'),
kept as materialized (
  select v.seq
    from blob.bucket s
    join blob.version v on v.space = $3 and v.bucket = s.id and v.key = $9 and v.version = $25
          and v.seq = $10
   where s.space = $3 and s.name = $8 and s.versioning is null
     for key share of v),
source as materialized (
  select v.size, v.etag, v.home, v.body, v.bytes, v.parts
    from blob.bucket s
    join blob.version v on v.space = $3 and v.bucket in (s.id, -s.id) and v.key = $9
          and v.version = $25 and v.seq = $10
   where s.space = $3 and s.name = $8
     and (s.versioning is not null or exists (select from kept))),
put as (
  insert into blob.version as v (space, bucket, key, version, modified_at, size, etag, headers,
         metadata, storage_class, checksum_algorithm, checksum_type, checksum, home, body, bytes,
         parts, owner, acl, tags, lock_mode, retain_until, legal_hold)
  select $3, b.id, $6, p.version, $7, s.size, coalesce($26, s.etag), $11, $12, $13, $14, $15, $16,
         s.home, s.body, s.bytes, s.parts, $19, $20, $21, coalesce($22, b.lock_mode),
         blob.retain_until(b.lock_mode, b.lock_days, b.lock_years, $22, $23, $7), $24
    from bucket b
   cross join source s
   cross join lateral (
     -- s is asked so that this comes after it
     select case when s.size is null or b.owner <> $5
                      or (not b.locks and ($22 is not null or $24 is not null)) then null
                 when b.versioning is null then ''
                 else blob.version_enter($3, b.id, b.versioning, $6, false, $17, $18)
            end as version) p
   where p.version is not null
     and (b.versioning is not null or $18 is null or exists (
           select from blob.version o
            where o.space = $3 and o.bucket = b.id and o.key = $6))
  on conflict (space, bucket, key, version) do update
     set seq = excluded.seq, modified_at = excluded.modified_at, owner = excluded.owner,
         size = excluded.size, etag = excluded.etag, headers = excluded.headers,
         metadata = excluded.metadata, storage_class = excluded.storage_class,
         checksum_algorithm = excluded.checksum_algorithm, checksum_type = excluded.checksum_type,
         checksum = excluded.checksum, home = excluded.home, body = excluded.body,
         bytes = excluded.bytes, parts = excluded.parts, acl = excluded.acl, tags = excluded.tags,
         lock_mode = excluded.lock_mode, retain_until = excluded.retain_until,
         legal_hold = excluded.legal_hold
   where not $17 and ($18 is null or $18 = '*' or v.etag = $18)
  returning v.version)
select b.id as bucket, b.owner as bucket_owner, b.versioning, b.locks, p.version,
       exists (select from source) as source,
       exists (select from blob.version v
                where v.space = $3 and v.bucket = b.id and v.key = $6) as found
  from bucket b left join put p on true

-- name: blob_get(bigint, bigint, bigint, text, text, boolean)
-- The object key $5 of bucket $4; its bytes when $6 and they are in the row. marker: there is none
-- because this delete marker is the newest.
select b.id as bucket, b.owner as bucket_owner, b.region, b.versioning, b.locks, v.key, v.version,
       v.seq, v.latest, v.delete_marker, v.modified_at, v.owner, v.size, v.etag, v.headers,
       v.metadata, v.storage_class, v.checksum_algorithm, v.checksum_type, v.checksum, v.home,
       v.body, v.parts, v.acl, v.tags, v.lock_mode, v.retain_until, v.legal_hold,
       r.rank, r.ready_at, r.until_at,
       case when $6 then v.bytes end as bytes,
       case when v.key is null and b.versioning is not null then (
              select o.version
                from blob.version o
               where o.space = $3 and o.bucket = -b.id and o.key = $5
               order by o.version limit 1) end as marker
  from core.environment e
  left join blob.bucket b on b.space = $3 and b.name = $4
  left join blob.version v on v.space = $3 and v.bucket = b.id and v.key = $5
  left join blob.restore r on r.space = $3 and r.seq = v.seq
        and v.storage_class in ('GLACIER', 'DEEP_ARCHIVE')
 where e.id = $1 and e.generation = $2 and e.state = 'running'

-- name: blob_get_version(bigint, bigint, bigint, text, text, boolean, text)
-- The same of version $7 (blob.version_place), be it a delete marker.
select b.id as bucket, b.owner as bucket_owner, b.region, b.versioning, b.locks, v.key, v.version,
       v.seq, v.latest, v.delete_marker, v.modified_at, v.owner, v.size, v.etag, v.headers,
       v.metadata, v.storage_class, v.checksum_algorithm, v.checksum_type, v.checksum, v.home,
       v.body, v.parts, v.acl, v.tags, v.lock_mode, v.retain_until, v.legal_hold,
       r.rank, r.ready_at, r.until_at,
       case when $6 then v.bytes end as bytes, null::text as marker
  from core.environment e
  left join blob.bucket b on b.space = $3 and b.name = $4
  left join lateral blob.version_place($3, b.id, $5, $7) p on true
  left join blob.version v on v.space = $3 and v.bucket = p.bucket and v.key = $5
        and v.version = p.version
  left join blob.restore r on r.space = $3 and r.seq = v.seq
        and v.storage_class in ('GLACIER', 'DEEP_ARCHIVE')
 where e.id = $1 and e.generation = $2 and e.state = 'running'

-- name: blob_delete(bigint, bigint, bigint, text, text, text, text, text, text, timestamptz, boolean)
-- Delete version $8 (blob.version_delete) of key $6 from $5's bucket $4, when its etag is $7 (null,
-- '*': any), for account $9 at $10. $11: may governance be passed; null where that is not asked,
-- and it may be asked of a bucket with locks only.
with bucket as materialized (
  select b.id, b.owner, b.versioning, b.locks
    from core.environment e
    left join blob.bucket b on b.space = $3 and b.name = $4
   where e.id = $1 and e.generation = $2 and e.state = 'running'),
gone as (
  delete from blob.version v using bucket b
   where v.space = $3 and v.bucket = b.id and v.key = $6 and v.version = '' and b.owner = $5
     and b.versioning is null and coalesce($8, '') = '' and $11 is null
     and ($7 is null or $7 = '*' or v.etag = $7)
  returning v.version),
disturbed as (
  update blob.upload u set deleted_since = true from bucket b cross join gone g
   where u.space = $3 and u.bucket = b.id and u.key = $6),
changed as materialized (
  select d.outcome, d.version, d.marker
    from (select o.id from bucket o
           where o.versioning is not null and o.owner = $5 and (o.locks or $11 is null)) o
   cross join lateral blob.bucket_enter($3, $4) b
   cross join lateral blob.version_delete($3, case when o.id = b.id then b.id end, b.versioning,
           $6, $8, $7, $9, $10, coalesce($11, false)) d)
select b.id as bucket, b.owner as bucket_owner, b.versioning, b.locks,
       case when g.version is not null then 'done'
            when c.outcome is not null then c.outcome
            when exists (select from blob.version v
                          where v.space = $3 and v.bucket = b.id and v.key = $6
                            and b.versioning is null and coalesce($8, '') = '')
            and $7 is not null then 'unmet' else 'missing' end as outcome, c.version, c.marker
  from bucket b left join gone g on true left join changed c on true

-- name: blob_delete_many(bigint, bigint, bigint, text, text, text[], text[], text[], text, timestamptz, boolean)
-- The same for keys $6, each with the etag and the version beside it in $7 and $8: a row for each
-- key asked for. Rows are locked in order of their keys, so two such statements do not wait on each
-- other.
with bucket as materialized (
  select b.id, b.owner, b.versioning, b.locks
    from core.environment e
    left join blob.bucket b on b.space = $3 and b.name = $4
   where e.id = $1 and e.generation = $2 and e.state = 'running'),
wanted as materialized (
  select k.ord, k.key, k.etag, k.version
    from unnest($6, $7, $8) with ordinality as k (key, etag, version, ord)),
there as materialized (
  select v.key, v.etag
    from bucket b
    join blob.version v on v.space = $3 and v.bucket = b.id and v.version = ''
   where b.owner = $5 and b.versioning is null and $11 is null
     and v.key = any (select w.key from wanted w where coalesce(w.version, '') = '')
   order by v.key
     for update of v),
gone as (
  delete from blob.version v using bucket b
   where v.space = $3 and v.bucket = b.id and v.version = ''
     and v.key in (
           select t.key from there t join wanted w on w.key = t.key
            where coalesce(w.version, '') = ''
              and (w.etag is null or w.etag = '*' or w.etag = t.etag))
  returning v.key),
disturbed as (
  update blob.upload u set deleted_since = true from bucket b cross join gone g
   where u.space = $3 and u.bucket = b.id and u.key = g.key),
changed as materialized (
  select d.ord, d.outcome, d.version, d.marker
    from (select o.id from bucket o
           where o.versioning is not null and o.owner = $5 and (o.locks or $11 is null)) o
   cross join lateral blob.bucket_enter($3, $4) b
   cross join lateral blob.version_delete_many($3, case when o.id = b.id then b.id end,
           b.versioning, $6, $8, $7, $9, $10, coalesce($11, false)) d)
select b.id as bucket, b.owner as bucket_owner, b.versioning, b.locks, w.ord,
       case when c.outcome is not null then c.outcome
            when coalesce(w.version, '') <> '' or t.key is null then 'missing'
            when g.key is not null then 'done' else 'unmet' end as outcome, c.version, c.marker
  from bucket b
  left join wanted w on true
  left join there t on t.key = w.key
  left join gone g on g.key = w.key
  left join changed c on c.ord = w.ord
 order by w.ord

-- name: blob_loose_see(timestamptz, bigint)
-- The grace period of what became loose since the last time begins, for $2 at most: how many.
with seen as (
  update blob.loose set seen_at = $1
   where id = any (array(select id from blob.loose where seen_at is null limit $2
                            for update skip locked))
  returning id)
select count(*) as n from seen

-- name: blob_loose_take(timestamptz, bigint)
-- Up to $2 bodies and lists of parts loose since before $1, kept from other collectors until the
-- transaction ends;
-- named: a row (a copy) still has it.
select l.id, l.home, l.body, l.parts_space, l.parts,
       exists (select from blob.version v where v.home = l.home and v.body = l.body)
       or exists (select from blob.part p where p.home = l.home and p.body = l.body)
       or exists (select from blob.version v
                   where v.space = l.parts_space and v.parts = l.parts) as named
  from blob.loose l
 where l.seen_at < $1
 order by l.seen_at, l.id limit $2
   for update of l skip locked

-- name: blob_loose_done(bigint[])
delete from blob.loose where id = any ($1)

-- name: blob_named(bigint[], text[])
-- Which of the bodies $2, each of the environment beside it in $1, does some row name?
select b.ord,
       exists (select from blob.version v where v.home = b.home and v.body = b.body)
       or exists (select from blob.part p where p.home = b.home and p.body = b.body) as named
  from unnest($1, $2) with ordinality as b (home, body, ord)
 order by b.ord

-- name: blob_home_named(bigint)
-- Does any row name a body that environment $1 wrote?
select exists (select from blob.version v where v.home = $1 and v.body is not null)
       or exists (select from blob.part p where p.home = $1 and p.body is not null) as named

-- name: blob_home_forget(bigint, bigint)
-- Up to $2 rows: how many.
with gone as (
  delete from blob.loose
   where id = any (array(select id from blob.loose where home = $1 limit $2))
  returning id)
select count(*) as n from gone
