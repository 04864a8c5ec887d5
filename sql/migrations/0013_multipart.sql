-- sql/migrations/0013_multipart.sql - objects that come in parts
create table blob.upload (
  space         bigint not null,
  id            text collate "C" not null,  -- begins with its time: in order of initiation
  bucket        bigint not null,
  key           text collate "C" not null,
  owner         text not null,              -- the account
  started_at    timestamptz not null,       -- the environment's time
  headers       text[] not null,            -- what the object will have, as in blob.version
  metadata      text[] not null,
  storage_class text not null,
  checksum_algorithm text,
  checksum_type text,
  primary key (space, id)
);
create unique index upload_key on blob.upload (space, bucket, key, id);

-- Parts of an upload, and then of the objects made of it: `parts` is the upload's id, and stays.
-- A completion writes no part anew; a copy of such an object names the same parts.
create table blob.part (
  space       bigint not null,
  parts       text collate "C" not null,
  number      bigint not null,
  modified_at timestamptz not null,         -- the environment's time
  size        bigint not null,
  etag        text not null,
  checksum_algorithm text,                  -- what the sender chose, and its value
  checksum    text,
  crc64nvme   text,                         -- for uploads that chose nothing
  home        bigint,
  body        text,
  bytes       bytea,
  primary key (space, parts, number),
  constraint part_has_a_body check ((body is null) <> (bytes is null))
);
alter table blob.part alter column bytes set storage external;
create index part_body on blob.part (home, body) where body is not null;

alter table blob.version
  add column parts text collate "C",
  drop constraint version_has_a_body,
  add constraint version_has_a_body
    check (delete_marker or num_nonnulls(body, bytes, parts) = 1);
create index version_parts on blob.version (space, parts) where parts is not null;

-- Lists of parts become loose as bodies do: when no version names one after the grace period, the
-- collector removes its rows, and that makes their bodies loose.
alter table blob.loose
  alter column home drop not null,
  alter column body drop not null,
  add column parts_space bigint,
  add column parts text,
  add check ((body is null) <> (parts is null));

create function blob.version_let_go() returns trigger language plpgsql as $$
begin
  insert into blob.loose (home, body, parts_space, parts)
  values (old.home, old.body, case when old.parts is not null then old.space end, old.parts);
  return null;
end $$;
drop trigger version_gone on blob.version;
drop trigger version_changed on blob.version;
create trigger version_gone after delete on blob.version
  for each row when (old.body is not null or old.parts is not null)
  execute function blob.version_let_go();
create trigger version_changed after update of home, body, parts on blob.version
  for each row when ((old.body is not null
                      and (old.home, old.body) is distinct from (new.home, new.body))
                     or (old.parts is not null and old.parts is distinct from new.parts))
  execute function blob.version_let_go();
create trigger part_gone after delete on blob.part
  for each row when (old.body is not null) execute function blob.let_go();
create trigger part_changed after update of home, body on blob.part
  for each row when (old.body is not null
     and (old.home, old.body) is distinct from (new.home, new.body))
  execute function blob.let_go();

-- The upload, for a statement that is about to put a part into it: nobody completes or aborts it,
-- nor deletes its bucket, before that statement's transaction has ended. As blob.bucket_enter. All
-- null: there is none, or the bucket is not in_who's.
create function blob.upload_enter(in_space bigint, in_bucket text, in_who text, in_key text,
       in_upload text) returns blob.upload language plpgsql as $$
declare
  found_upload blob.upload;
begin
  perform pg_advisory_xact_lock_shared(hashtextextended(in_bucket, in_space));
  perform pg_advisory_xact_lock_shared(hashtextextended(in_upload, in_space));
  select u.space, u.id, u.bucket, u.key, u.owner, u.started_at, u.headers, u.metadata,
         u.storage_class, u.checksum_algorithm, u.checksum_type
    into found_upload
    from blob.bucket b
    join blob.upload u on u.space = in_space and u.id = in_upload and u.bucket = b.id
   where b.space = in_space and b.name = in_bucket and b.owner = in_who and u.key = in_key;
  return found_upload;
end $$;

insert into core.customer_table (name, ord) values ('blob.upload', 120), ('blob.part', 130);
