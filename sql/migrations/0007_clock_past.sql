-- sql/migrations/0007_clock_past.sql - how an environment's clock ran before
-- Pairs: until that real time (microseconds since 1970) it ran so many microseconds off real time.
-- The oldest first, the last 16 changes; a presigned URL expires as the clock has moved since.
alter table core.environment add column clock_past bigint[] not null default '{}';
