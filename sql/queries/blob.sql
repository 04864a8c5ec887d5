-- sql/queries/blob.sql - buckets and objects
--
-- Every data statement begins with $1 environment, $2 generation, $3 space, and
-- returns no row when the environment is no longer what the caller knows (space.h). Otherwise it
-- returns at least one row, whose null columns say what is not there: bucket, then key.

-- name: blob_bucket_make(bigint, bigint, bigint, text, text, text, timestamptz)
-- Make bucket $4 for owner $5 in region $6. made: its id is new; else owner is whose it was before.
-- Neither: somebody makes it this very moment.
with live as (
  select from core.environment where id = $1 and generation = $2 and state = 'running'),
made as (
  insert into blob.bucket (space, name, owner, region, created_at)
  select $3, $4, $5, $6, $7 from live
  on conflict (space, name) do nothing
  returning id)
select m.id as made, b.owner, b.region
  from live
  left join made m on true
  left join blob.bucket b on b.space = $3 and b.name = $4

-- name: blob_bucket_find(bigint, bigint, bigint, text)
select b.id as bucket, b.owner as bucket_owner, b.region, b.created_at
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
-- way go with it.
with live as (
  select from core.environment where id = $1 and generation = $2 and state = 'running'),
removed as (
  delete from blob.bucket b using live
   where b.space = $3 and b.name = $4 and b.owner = $5
     and not exists (select from blob.version v where v.space = $3 and v.bucket = b.id)
  returning b.id),
uploads as (
  delete from blob.upload u using removed r where u.space = $3 and u.bucket = r.id
  returning u.id),
parts as (
  delete from blob.part p using uploads u where p.space = $3 and p.parts = u.id)
select b.id as bucket, b.owner as bucket_owner, r.id as removed
  from live
  left join blob.bucket b on b.space = $3 and b.name = $4
  left join removed r on true

-- name: blob_put(bigint, bigint, bigint, text, text, text, timestamptz, bigint, text, text[], text[], text, text, text, text, bigint, text, bytea, boolean, text, text[])
-- Put the null version of key $6 into $5's bucket $4; $19: only where nothing is. It becomes $20's,
-- with access list $21. The condition is decided on the locked row, so it holds against every
-- writer. No row: nothing was
-- written, and blob_bucket_find may say why; telling it here made every put a fifth slower.
insert into blob.version as v (space, bucket, key, modified_at, size, etag, headers, metadata,
       storage_class, checksum_algorithm, checksum_type, checksum, home, body, bytes, owner, acl)
select $3, b.id, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $20, $21
  from core.environment e
 cross join lateral blob.bucket_enter($3, $4) b
 where e.id = $1 and e.generation = $2 and e.state = 'running' and b.owner = $5
on conflict (space, bucket, key, version) do update
   set seq = excluded.seq, latest = true, delete_marker = false,
       modified_at = excluded.modified_at, owner = excluded.owner, size = excluded.size,
       etag = excluded.etag, headers = excluded.headers, metadata = excluded.metadata,
       storage_class = excluded.storage_class, checksum_algorithm = excluded.checksum_algorithm,
       checksum_type = excluded.checksum_type, checksum = excluded.checksum,
       home = excluded.home, body = excluded.body, bytes = excluded.bytes, parts = null,
       acl = excluded.acl
 where not $19 or v.delete_marker
returning v.seq

-- name: blob_put_match(bigint, bigint, bigint, text, text, text, timestamptz, bigint, text, text[], text[], text, text, text, text, bigint, text, bytea, text, text, text[])
-- The same, only over an object whose etag is $19 ('*': any). found: there is an object.
with bucket as materialized (
  select b.id, b.owner
    from core.environment e
    left join blob.bucket b on b.space = $3 and b.name = $4
   where e.id = $1 and e.generation = $2 and e.state = 'running'),
put as (
  update blob.version v
     set seq = nextval('blob.change'), modified_at = $7, owner = $20, acl = $21, size = $8,
         etag = $9, headers = $10,
         metadata = $11, storage_class = $12, checksum_algorithm = $13, checksum_type = $14,
                checksum = $15,
         home = $16, body = $17, bytes = $18, parts = null
    from bucket b
   where v.space = $3 and v.bucket = b.id and v.key = $6 and v.version = '' and b.owner = $5
     and v.latest and not v.delete_marker and ($19 = '*' or v.etag = $19)
  returning v.seq)
select b.id as bucket, b.owner as bucket_owner, p.seq,
       exists (select from blob.version v
                where v.space = $3 and v.bucket = b.id and v.key = $6 and v.latest
                   and not v.delete_marker) as found
  from bucket b left join put p on true

-- name: blob_copy(bigint, bigint, bigint, text, text, text, timestamptz, text, text, bigint, text[], text[], text, text, text, text, boolean, text, text, text[])
-- Put key $6 into $5's bucket $4, for account $19 with access list $20, with the
-- body of key $9 of bucket $8, provided it still
-- is at seq $10. The row is locked: until this commits nobody lets go of the body. $17, $18 as in
-- blob_put and blob_put_match; with $18 the caller has looked at the target, which is checked here
-- once more.
with bucket as materialized (
  select b.id, b.owner
    from core.environment e
   cross join lateral blob.bucket_enter($3, $4) b
   where e.id = $1 and e.generation = $2 and e.state = 'running'),
source as materialized (
  select v.size, v.etag, v.home, v.body, v.bytes, v.parts
    from blob.bucket s
    join blob.version v on v.space = $3 and v.bucket = s.id and v.key = $9 and v.seq = $10
   where s.space = $3 and s.name = $8
     for key share of v),
put as (
  insert into blob.version as v (space, bucket, key, modified_at, size, etag, headers, metadata,
         storage_class, checksum_algorithm, checksum_type, checksum, home, body, bytes, parts,
         owner, acl)
  select $3, b.id, $6, $7, s.size, s.etag, $11, $12, $13, $14, $15, $16, s.home, s.body, s.bytes,
         s.parts, $19, $20
    from bucket b cross join source s
   where b.owner = $5
     and ($18 is null or exists (
           select from blob.version o
            where o.space = $3 and o.bucket = b.id and o.key = $6 and o.latest
               and not o.delete_marker))
  on conflict (space, bucket, key, version) do update
     set seq = excluded.seq, latest = true, delete_marker = false,
            modified_at = excluded.modified_at,
         owner = excluded.owner, size = excluded.size, etag = excluded.etag,
                headers = excluded.headers,
         metadata = excluded.metadata, storage_class = excluded.storage_class,
         checksum_algorithm = excluded.checksum_algorithm, checksum_type = excluded.checksum_type,
         checksum = excluded.checksum, home = excluded.home, body = excluded.body,
                bytes = excluded.bytes, parts = excluded.parts, acl = excluded.acl
   where (not $17 or v.delete_marker) and ($18 is null or $18 = '*' or v.etag = $18)
  returning v.seq)
select b.id as bucket, b.owner as bucket_owner, p.seq, exists (select from source) as source,
       exists (select from blob.version v
                where v.space = $3 and v.bucket = b.id and v.key = $6 and v.latest
                  and not v.delete_marker) as found
  from bucket b left join put p on true

-- name: blob_get(bigint, bigint, bigint, text, text, boolean)
-- The latest version of key $5 of bucket $4; its bytes when $6 and they are in the row.
select b.id as bucket, b.owner as bucket_owner, b.region, v.key, v.version, v.seq, v.delete_marker,
       v.modified_at,
       v.owner, v.size, v.etag, v.headers, v.metadata, v.storage_class, v.checksum_algorithm,
       v.checksum_type, v.checksum, v.home, v.body, v.parts, v.acl,
       case when $6 then v.bytes end as bytes
  from core.environment e
  left join blob.bucket b on b.space = $3 and b.name = $4
  left join blob.version v on v.space = $3 and v.bucket = b.id and v.key = $5 and v.latest
 where e.id = $1 and e.generation = $2 and e.state = 'running'

-- name: blob_delete(bigint, bigint, bigint, text, text, text, text)
-- Remove the null version of key $6 from bucket $4 for account $5, when its etag is $7 (null, '*':
-- any).
with bucket as materialized (
  select b.id, b.owner
    from core.environment e
    left join blob.bucket b on b.space = $3 and b.name = $4
   where e.id = $1 and e.generation = $2 and e.state = 'running'),
gone as (
  delete from blob.version v using bucket b
   where v.space = $3 and v.bucket = b.id and v.key = $6 and v.version = '' and b.owner = $5
     and ($7 is null or $7 = '*' or v.etag = $7)
  returning v.seq)
select b.id as bucket, b.owner as bucket_owner, g.seq,
       exists (select from blob.version v where v.space = $3 and v.bucket = b.id
          and v.key = $6) as found
  from bucket b left join gone g on true

-- name: blob_delete_many(bigint, bigint, bigint, text, text, text[], text[])
-- The same for keys $6, each when its etag is the one beside it in $7 (null, '*': any): a row for
-- each key asked for. Rows are locked in order of their keys, so two such statements do not wait
-- on each other.
with bucket as materialized (
  select b.id, b.owner
    from core.environment e
    left join blob.bucket b on b.space = $3 and b.name = $4
   where e.id = $1 and e.generation = $2 and e.state = 'running'),
wanted as materialized (
  select k.ord, k.key, k.etag
    from unnest($6, $7) with ordinality as k (key, etag, ord)),
there as materialized (
  select v.key, v.etag
    from bucket b
    join blob.version v on v.space = $3 and v.bucket = b.id and v.version = ''
   where b.owner = $5 and v.key = any (select w.key from wanted w)
   order by v.key
     for update of v),
gone as (
  delete from blob.version v using bucket b
   where v.space = $3 and v.bucket = b.id and v.version = ''
     and v.key in (
           select t.key from there t join wanted w on w.key = t.key
            where w.etag is null or w.etag = '*' or w.etag = t.etag)
  returning v.key)
select b.id as bucket, b.owner as bucket_owner, w.ord, t.key is not null as found,
       g.key is not null as gone
  from bucket b
  left join wanted w on true
  left join there t on t.key = w.key
  left join gone g on g.key = w.key
 order by w.ord

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
       and o.latest and not o.delete_marker
     order by o.key limit $8) v on true
 where e.id = $1 and e.generation = $2 and e.state = 'running'
 order by v.key

-- name: blob_list_by(bigint, bigint, bigint, text, text, text, text, bigint, text, bigint, text)
-- The same with keys that hold delimiter $9 after their first $10 characters folded to what stands
-- up to and with it: after each such prefix the walk goes on past everything under it (prefix ||
-- $11), so a page costs its own number of entries, whatever the prefixes hold.  After a fold a step
-- takes one key, since folds come in rows, and otherwise all keys up to the next fold, at most 64.
with recursive bucket as materialized (
  select b.id, b.owner
    from core.environment e
    left join blob.bucket b on b.space = $3 and b.name = $4
   where e.id = $1 and e.generation = $2 and e.state = 'running'),
walk as (
  select 0::bigint as n, true as last, $5 collate "C" as after, null::text collate "C" as key,
         null::text collate "C" as common, null::bigint as seq, null::text collate "C" as version,
         null::timestamptz as modified_at, null::text as owner, null::bigint as size,
         null::text as etag, null::text as storage_class, null::text as checksum_algorithm,
         null::text as checksum_type
   union all
  select w.n + k.i, k.len is not null or k.ends,
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
            and v.key <= $7 and v.latest and not v.delete_marker
          order by v.key limit 64) o
      where w.common is null
     union all
     (select v.key, v.seq, v.version, v.modified_at, v.owner, v.size, v.etag, v.storage_class,
             v.checksum_algorithm, v.checksum_type,
             case when strpos(substr(v.key, $10::integer + 1), $9) > 0
                  then $10::integer + length($9) - 1
                         + strpos(substr(v.key, $10::integer + 1), $9) end as len,
             1, true, 0
        from blob.version v
       where w.common is not null
         and v.space = $3 and v.bucket = b.id and v.key > w.after and v.key >= $6
         and v.key <= $7 and v.latest and not v.delete_marker
       order by v.key limit 1)) k
   where w.last and w.n < $8 and k.folds = 0)
select b.id as bucket, b.owner as bucket_owner, w.key, w.common, w.seq, w.version, w.modified_at,
       w.owner, w.size, w.etag, w.storage_class, w.checksum_algorithm, w.checksum_type
  from bucket b
  left join walk w on w.n between 1 and $8
 order by w.n

-- name: blob_loose_see(timestamptz)
-- The grace period of what became loose since the last time begins.
update blob.loose set seen_at = $1 where seen_at is null

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

-- name: blob_home_forget(bigint)
delete from blob.loose where home = $1
