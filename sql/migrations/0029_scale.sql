-- sql/migrations/0029_scale.sql - what is done in steps, however much there is

-- Lifecycle rules go through a bucket once a day: the day that is being done, and the last key that
-- has been. Another day begins anew.
alter table blob.lifecycle
  add column day       timestamptz,
  add column after_key text collate "C";

-- What a destroyed environment let go of goes with it.
create index loose_home on blob.loose (home);
