-- sql/migrations/0030_part_size.sql - where each part begins is told by the index alone
--
-- A range of an object in parts adds up the sizes of all of them: 10,000 rows of the table, or some
-- hundred pages of this.
alter table blob.part
  drop constraint part_pkey,
  add primary key (space, parts, number) include (size);
