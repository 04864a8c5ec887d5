-- sql/migrations/0021_store.sql - bodies on their way into a store of somebody else
-- Who is about to write a body into such a store says so first. When a row names the body, that is
-- over in the same transaction: by trigger, so that no statement can forget. What stays here longer
-- than the grace period nobody has named: the collector removes it. seen_at is real time, and moves
-- on while the body is being written.
create table blob.coming (
  home    bigint not null,
  body    text not null,
  seen_at timestamptz not null,
  primary key (home, body)
);
create index coming_seen on blob.coming (seen_at);

create function blob.arrive() returns trigger language plpgsql as $$
begin
  delete from blob.coming where home = new.home and body = new.body;
  return null;
end $$;
create trigger version_arrived after insert or update of home, body on blob.version
  for each row when (new.body is not null) execute function blob.arrive();
create trigger part_arrived after insert or update of home, body on blob.part
  for each row when (new.body is not null) execute function blob.arrive();
