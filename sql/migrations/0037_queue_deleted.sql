-- sql/migrations/0037_queue_deleted.sql - queues under a key; names that may not be taken at once

-- What the owner wishes, as `encrypted`: whose key, and seconds until it is asked for again.
alter table queue.queue
  add column key text,
  add column key_reuse_s bigint not null default 300;

-- Names of queues that are gone. Each one that goes takes some along that were here long enough.
create table queue.deleted (
  space      bigint not null,
  owner      text not null,
  region     text not null,
  name       text collate "C" not null,
  deleted_at timestamptz not null,          -- the environment's time
  primary key (space, owner, region, name)
);
create index deleted_at on queue.deleted (space, deleted_at);

insert into core.customer_table (name, ord)
values ('queue.deleted', 230);
