-- sql/migrations/0020_bucket_config.sql - documents kept with buckets: CORS, website, inventories
create table blob.bucket_config (
  space    bigint not null,
  bucket   bigint not null,
  kind     text collate "C" not null,   -- as the face names it: 'cors'
  id       text collate "C" not null,   -- '' for kinds a bucket has only one of
  document text not null,               -- the face's, validated on the way in
  primary key (space, bucket, kind, id),
  -- They go with their bucket, and none comes to a bucket that has gone.
  foreign key (space, bucket) references blob.bucket (space, id) on delete cascade
);

insert into core.customer_table (name, ord) values ('blob.bucket_config', 105);
