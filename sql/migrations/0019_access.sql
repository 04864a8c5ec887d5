-- sql/migrations/0019_access.sql - who may do what with a bucket and its objects
-- What a bucket says of it is read by every request and therefore remembered by each process
-- (fcgi/memo.h): whatever changes one of these columns, and the end of a bucket that has other than
-- their defaults, raises core.environment.generation in the same statement.
alter table blob.bucket
  add column ownership text default 'BucketOwnerEnforced',  -- null: as it was before there was one
  add column shut integer default 15,   -- what is not public whatever is said: bits, blob.h
  add column policy text,
  add column acl text[];                -- grantee, permission, ...; null: its owner's alone

-- An object without a list is its owner's alone.
alter table blob.version add column acl text[];
alter table blob.upload add column acl text[];
