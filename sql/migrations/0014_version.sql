-- sql/migrations/0014_version.sql - versions of objects, tags, object lock
--
-- A bucket's objects are rows under its id, one for each key: the current versions, as they were
-- before there were any others, and all that a listing of objects or a plain GET ever reads. Its
-- past, which is noncurrent versions and all delete markers, is rows under minus its id: there the
-- newest version of a key comes first by the primary key.
--
-- What `version` holds:
--   ''                   the null version, while it is current
--   16 digits, '-'       the null version in the past; the digits count down
--   16 + 16 digits       any other version: this is its public id
-- `latest` is true for a current object, and for a delete marker that is the newest of its key.
-- Whoever changes which version is the newest holds blob.key_lock's lock on the key, except in a
-- bucket that never had versioning, where there is only the one row.
alter table blob.bucket
  add column versioning text,          -- null: never had it; Enabled, Suspended
  add column locks boolean not null default false,
  add column lock_mode text,           -- what new objects get; null: nothing
  add column lock_days bigint,         -- this or that
  add column lock_years bigint,
  add column tags text[];              -- name, value, ...; null: none

alter table blob.version
  add column tags text[],              -- name, value, ...; null: none
  add column lock_mode text,           -- GOVERNANCE, COMPLIANCE; null: no retention
  add column retain_until timestamptz, -- the environment's time
  add column legal_hold text;          -- ON, OFF; null: never said

alter table blob.upload
  add column seq bigint not null default nextval('blob.change'), -- when it began, among changes
  add column tags text[],              -- what the object will have
  add column lock_mode text,
  add column retain_until timestamptz,
  add column legal_hold text;

-- A key's null version of the past.
create index version_past_null on blob.version (space, bucket, key) where version like '%-';

-- As in 0002, with every column there is.
create or replace function blob.bucket_enter(in_space bigint,
       in_name text) returns blob.bucket language plpgsql as $$
declare
  found_bucket blob.bucket;
begin
  perform pg_advisory_xact_lock_shared(hashtextextended(in_name, in_space));
  select b.* into found_bucket
    from blob.bucket b where b.space = in_space and b.name = in_name;
  return found_bucket;
end $$;

-- What a key is locked by. A few for each bucket, because a statement about a thousand keys takes
-- all it needs, and the server has room for some thousands.
create function blob.key_lock(in_bucket bigint, in_key text) returns bigint
language sql immutable as $$
  select hashint8extended(in_bucket, hashtextextended(in_key, 0) & 255)
$$;

-- The part of `version` that puts the newest first.
create function blob.version_stamp(in_seq bigint) returns text language sql immutable as $$
  select to_hex(9223372036854775807 - in_seq)
$$;

-- Until when a new object is retained: as it asks for, else as its bucket has it for all.
create function blob.retain_until(in_lock_mode text, in_days bigint, in_years bigint,
       in_asked_mode text, in_asked timestamptz, in_now timestamptz) returns timestamptz
language sql stable as $$
  select case when in_asked_mode is not null then in_asked
              when in_lock_mode is not null
              then in_now + make_interval(years => coalesce(in_years, 0)::integer,
                                          days => coalesce(in_days, 0)::integer) end
$$;

-- Where version in_version of a key is: '' is the null version; null: the newest, whatever it is.
create function blob.version_place(in_space bigint, in_bucket bigint, in_key text,
       in_version text) returns table (bucket bigint, version text)
language sql stable rows 1 as $$
  select v.bucket, v.version
    from blob.version v
   where v.space = in_space and v.bucket = in_bucket and v.key = in_key
     and (in_version is null or v.version = in_version)
   union all
  (select v.bucket, v.version
     from blob.version v
    where in_version is null
      and v.space = in_space and v.bucket = -in_bucket and v.key = in_key
    order by v.version limit 1)
   union all
  select v.bucket, v.version
    from blob.version v
   where in_version <> ''
     and v.space = in_space and v.bucket = -in_bucket and v.key = in_key and v.version = in_version
   union all
  select v.bucket, v.version
    from blob.version v
   where in_version = ''
     and v.space = in_space and v.bucket = -in_bucket and v.key = in_key and v.version like '%-'
   limit 1
$$;

-- Make room for a new version of a key of a bucket that has or had versioning: the current one
-- becomes one of the past, a suspended bucket's null version goes. Returns what `version` of the
-- new row is to be; null: the condition (in_absent: no object is there; in_etag: one with that etag
-- is, '*': any) does not hold, and nothing was done. The caller inserts the row in the same
-- statement, over the null version if that is current.
create function blob.version_enter(in_space bigint, in_bucket bigint, in_versioning text,
       in_key text, in_marker boolean, in_absent boolean, in_etag text) returns text
language plpgsql as $$
declare
  current_version text;
  current_etag    text;
  new_seq         bigint;
begin
  if in_bucket is null then -- it has gone this very moment
    return null;
  end if;
  perform pg_advisory_xact_lock(blob.key_lock(in_bucket, in_key));
  select v.version, v.etag into current_version, current_etag
    from blob.version v
   where v.space = in_space and v.bucket = in_bucket and v.key = in_key;
  if (in_absent and current_version is not null)
     or (in_etag is not null
         and (current_version is null or (in_etag <> '*' and current_etag <> in_etag))) then
    return null;
  end if;
  if in_versioning = 'Suspended' then
    delete from blob.version v
     where v.space = in_space and v.bucket = -in_bucket and v.key = in_key and v.version like '%-';
    if in_marker and current_version = '' then
      delete from blob.version v
       where v.space = in_space and v.bucket = in_bucket and v.key = in_key;
      current_version := null;
    end if;
  end if;
  if current_version is null then
    update blob.version v
       set latest = false
     where v.space = in_space and v.bucket = -in_bucket and v.key = in_key and v.latest
       and v.version = (
             select o.version
               from blob.version o
              where o.space = in_space and o.bucket = -in_bucket and o.key = in_key
              order by o.version limit 1);
  elsif in_versioning = 'Enabled' or current_version <> '' then
    update blob.version v
       set bucket = -in_bucket, latest = false,
           version = case when v.version = '' then blob.version_stamp(v.seq) || '-'
                          else v.version end
     where v.space = in_space and v.bucket = in_bucket and v.key = in_key;
  end if;
  if in_versioning = 'Suspended' and not in_marker then
    return '';
  end if;
  new_seq := nextval('blob.change');
  return blob.version_stamp(new_seq)
         || case when in_versioning = 'Suspended' then '-'
                 else left(md5(in_space || '/' || new_seq), 16) end;
end $$;

-- Delete from a key. in_version null, in a bucket that has or had versioning: put a delete marker
-- of in_who's over it. Else remove that version ('': the null version), and what was before it is
-- the newest.
--   done     version and marker say what was made or removed
--   missing  there is no such version, or nothing in_etag could be of
--   unmet    in_etag is not that of the current version, whatever is to be deleted
--   locked   object lock keeps the version, at in_now; in_bypass: governance may be passed
create function blob.version_delete(in_space bigint, in_bucket bigint, in_versioning text,
       in_key text, in_version text, in_etag text, in_who text, in_now timestamptz,
       in_bypass boolean, out outcome text, out version text, out marker boolean)
language plpgsql as $$
declare
  gone blob.version;
begin
  if in_bucket is null then
    outcome := 'missing';
    return;
  end if;
  if in_version is null and in_versioning is not null then
    version := blob.version_enter(in_space, in_bucket, in_versioning, in_key, true, false, in_etag);
    if version is null then
      outcome := case when exists (
                        select from blob.version v
                         where v.space = in_space and v.bucket in (in_bucket, -in_bucket)
                           and v.key = in_key)
                      then 'unmet' else 'missing' end;
      return;
    end if;
    insert into blob.version (space, bucket, key, version, delete_marker, modified_at, owner, size,
           etag, headers, metadata, storage_class)
    values (in_space, -in_bucket, in_key, version, true, in_now, in_who, 0, '', '{}', '{}',
            'STANDARD');
    outcome := 'done';
    marker := true;
    return;
  end if;
  perform pg_advisory_xact_lock(blob.key_lock(in_bucket, in_key));
  select v.* into gone
    from blob.version_place(in_space, in_bucket, in_key, coalesce(in_version, '')) p
    join blob.version v on v.space = in_space and v.bucket = p.bucket and v.key = in_key
          and v.version = p.version;
  if gone.key is null then
    outcome := 'missing';
    return;
  end if;
  if in_etag is not null and not exists (
       select from blob.version v
        where v.space = in_space and v.bucket = in_bucket and v.key = in_key
          and (in_etag = '*' or v.etag = in_etag)) then
    outcome := 'unmet';
    return;
  end if;
  if gone.legal_hold = 'ON'
     or (gone.retain_until > in_now and not (in_bypass and gone.lock_mode = 'GOVERNANCE')) then
    outcome := 'locked';
    return;
  end if;
  delete from blob.version v
   where v.space = in_space and v.bucket = gone.bucket and v.key = in_key
     and v.version = gone.version;
  if gone.latest then
    update blob.version v
       set latest = true,
           bucket = case when v.delete_marker then v.bucket else in_bucket end,
           version = case when v.version like '%-' and not v.delete_marker then ''
                          else v.version end
     where v.space = in_space and v.bucket = -in_bucket and v.key = in_key
       and v.version = (
             select o.version
               from blob.version o
              where o.space = in_space and o.bucket = -in_bucket and o.key = in_key
              order by o.version limit 1);
  end if;
  outcome := 'done';
  version := gone.version;
  marker := gone.delete_marker;
end $$;

-- The same for many: in_keys, each with its version and etag or null, in their order.
create function blob.version_delete_many(in_space bigint, in_bucket bigint, in_versioning text,
       in_keys text[], in_versions text[], in_etags text[], in_who text, in_now timestamptz,
       in_bypass boolean)
returns table (ord bigint, outcome text, version text, marker boolean)
language plpgsql as $$
begin
  -- In one order, so that two of these do not wait on each other.
  perform pg_advisory_xact_lock(k.lock)
     from (select distinct blob.key_lock(in_bucket, u.key) as lock
             from unnest(in_keys) as u (key) order by 1) k;
  return query
  with wanted as materialized (
    select u.ord, u.key, u.version, u.etag
      from unnest(in_keys, in_versions, in_etags) with ordinality as u (key, version, etag, ord)
     order by u.ord)
  select w.ord, d.outcome, d.version, d.marker
    from wanted w
   cross join lateral blob.version_delete(in_space, in_bucket, in_versioning, w.key, w.version,
           w.etag, in_who, in_now, in_bypass) d;
end $$;

-- Whether a retention that holds at in_now is such that it may not become in_mode until in_until
-- (null: none). It may be made longer; one of governance may be made anything by those who may pass
-- it.
create function blob.retention_kept(in_old_mode text, in_old_until timestamptz, in_mode text,
       in_until timestamptz, in_now timestamptz, in_bypass boolean) returns boolean
language sql immutable as $$
  select coalesce(in_old_until > in_now
                  and not (in_bypass and in_old_mode = 'GOVERNANCE')
                  and (in_until is null or in_until < in_old_until
                       or in_mode <> in_old_mode), false)
$$;
