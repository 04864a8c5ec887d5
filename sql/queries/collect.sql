-- sql/queries/collect.sql - dropped spaces, emptied and removed

-- name: collect_take(timestamptz, timestamptz, bigint)
-- The next space dropped before $1, after the one dropped at $2 with number $3. It is this
-- transaction's alone, and so are the other spaces of its environment, so that someone sees the
-- last.
select s.id, s.environment_id, s.dropped_at, e.state = 'destroyed' as destroyed
  from core.space s
  join core.environment e on e.id = s.environment_id
 where s.dropped_at < $1 and (s.dropped_at, s.id) > ($2, $3)
 order by s.dropped_at, s.id
 limit 1
   for update of s skip locked
   for no key update of e skip locked

-- name: collect_empty(bigint, bigint)
-- Delete up to $2 rows of space $1.
select core.space_empty($1, $2) as rows

-- name: collect_last(bigint, bigint)
-- Is space $2 the last of environment $1?
select not exists (select from core.space where environment_id = $1 and id <> $2) as last

-- name: collect_done(bigint)
delete from core.space where id = $1
