-- sql/migrations/0031_rename.sql - objects get other keys
--
-- What was renamed, by the token the client sent with it: a request that comes again is answered
-- as it was, and does nothing.
create table blob.renamed (
  space   bigint not null,
  account text not null,
  token   text collate "C" not null,
  asked   text not null,           -- a digest of the request
  version text,                    -- of the object under its new key
  at      timestamptz not null,    -- real time
  primary key (space, account, token)
);
create index renamed_at on blob.renamed (space, at);

insert into core.customer_table (name, ord) values ('blob.renamed', 96);

-- The object in_source of bucket b becomes in_key, over what is there. Without versioning its row
-- gets the other key, and nothing else of it changes, not its time either. Where there are versions
-- it becomes a new one of in_key, and a delete marker of in_who's comes over in_source.
--   done     version: of in_key; gone: the delete marker; size, etag: the object's
--   missing  there is no such object
--   changed  it is not the one of in_seq (null: any)
--   unmet    what is there is not as in_absent (nothing), in_etag ('*': any), in_since (changed
--            after) and in_not_since want it
create function blob.rename(in_space bigint, b blob.bucket, in_source text, in_key text,
       in_seq bigint, in_absent boolean, in_etag text, in_since timestamptz,
       in_not_since timestamptz, in_who text, in_now timestamptz, out outcome text,
       out version text, out gone text, out size bigint, out etag text)
language plpgsql as $$
declare
  s       blob.version;
  t       blob.version;
  new_seq bigint;
  changed timestamptz;
begin
  -- In one order, so that two that go opposite ways do not wait on each other.
  perform pg_advisory_xact_lock(k.lock)
     from (select distinct blob.key_lock(b.id, u.key) as lock
             from unnest(array[in_source, in_key]) as u (key) order by 1) k;
  select v.* into s
    from blob.version v
   where v.space = in_space and v.bucket = b.id and v.key = in_source
     for update;
  if not found then
    outcome := 'missing';
    return;
  elsif in_seq <> s.seq then
    outcome := 'changed';
    return;
  end if;
  select v.* into t
    from blob.version v
   where v.space = in_space and v.bucket = b.id and v.key = in_key
     for update;
  changed := date_trunc('second', t.modified_at);
  if (in_absent and t.key is not null)
     or (in_etag is not null
         and (t.key is null or (in_etag <> '*' and t.etag <> in_etag)))
     or (in_since is not null and (t.key is null or changed <= in_since))
     or (in_not_since is not null and coalesce(changed > in_not_since, false)) then
    outcome := 'unmet';
    return;
  end if;
  outcome := 'done';
  version := s.version;
  size := s.size;
  etag := s.etag;
  if in_source = in_key then
    return;
  end if;
  new_seq := s.seq;
  if b.versioning is not null then
    version := blob.version_enter(in_space, b.id, b.versioning, in_key, false, in_absent, in_etag);
    new_seq := nextval('blob.change');
    s.modified_at := in_now;
  end if;
  insert into blob.version as v (space, bucket, key, version, seq, modified_at, owner, size, etag,
         headers, metadata, storage_class, checksum_algorithm, checksum_type, checksum, home, body,
         bytes, parts, acl, tags, lock_mode, retain_until, legal_hold)
  values (in_space, b.id, in_key, version, new_seq, s.modified_at, s.owner, s.size, s.etag,
          s.headers, s.metadata, s.storage_class, s.checksum_algorithm, s.checksum_type, s.checksum,
          s.home, s.body, s.bytes, s.parts, s.acl, s.tags, s.lock_mode, s.retain_until,
          s.legal_hold)
  on conflict on constraint version_pkey do update
     set seq = excluded.seq, modified_at = excluded.modified_at, owner = excluded.owner,
         size = excluded.size, etag = excluded.etag, headers = excluded.headers,
         metadata = excluded.metadata, storage_class = excluded.storage_class,
         checksum_algorithm = excluded.checksum_algorithm, checksum_type = excluded.checksum_type,
         checksum = excluded.checksum, home = excluded.home, body = excluded.body,
         bytes = excluded.bytes, parts = excluded.parts, acl = excluded.acl, tags = excluded.tags,
         lock_mode = excluded.lock_mode, retain_until = excluded.retain_until,
         legal_hold = excluded.legal_hold
   -- A put without versioning takes no lock on the key: one may have come since.
   where not in_absent;
  if not found then
    outcome := 'unmet';
    return;
  end if;
  if b.versioning is null then
    delete from blob.version v
     where v.space = in_space and v.bucket = b.id and v.key = in_source and v.version = '';
  else
    select d.version into gone
      from blob.version_delete(in_space, b.id, b.versioning, in_source, null, null, in_who, in_now,
                               false) d;
  end if;
end $$;

-- The same once for in_token of in_account (null: however often), at real time in_at. in_asked is
-- all that was asked for. Besides: again, it was done before, and version says what came of it;
-- reused, the token came with another request. A token is kept for a day or longer.
create function blob.rename_once(in_account text, in_token text, in_asked text, in_at timestamptz,
       in_space bigint, b blob.bucket, in_source text, in_key text, in_seq bigint,
       in_absent boolean, in_etag text, in_since timestamptz, in_not_since timestamptz, in_who text,
       in_now timestamptz, out outcome text, out version text, out gone text, out size bigint,
       out etag text)
language plpgsql as $$
declare
  asked text;
begin
  if b.id is null then -- it has gone this very moment
    return;
  end if;
  if in_token is not null then
    delete from blob.renamed r
     where r.space = in_space and (r.account, r.token) in (
           select o.account, o.token
             from blob.renamed o
            where o.space = in_space and o.at < in_at - interval '1 day'
            order by o.at limit 10
              for update skip locked);
    -- Waits for another one with the token.
    insert into blob.renamed as r (space, account, token, asked, at)
    values (in_space, in_account, in_token, in_asked, in_at)
    on conflict on constraint renamed_pkey do nothing;
    if not found then
      select r.asked, r.version into asked, version
        from blob.renamed r
       where r.space = in_space and r.account = in_account and r.token = in_token;
      outcome := case when asked = in_asked then 'again' else 'reused' end;
      return;
    end if;
  end if;
  select r.outcome, r.version, r.gone, r.size, r.etag into outcome, version, gone, size, etag
    from blob.rename(in_space, b, in_source, in_key, in_seq, in_absent, in_etag, in_since,
                     in_not_since, in_who, in_now) r;
  if in_token is null then
    return;
  elsif outcome = 'done' then
    update blob.renamed r set version = rename_once.version
     where r.space = in_space and r.account = in_account and r.token = in_token;
  else
    delete from blob.renamed r
     where r.space = in_space and r.account = in_account and r.token = in_token;
  end if;
end $$;
