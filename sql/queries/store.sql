-- sql/queries/store.sql - bodies in stores of others: those on their way in

-- name: store_coming(bigint, text, timestamptz)
-- Body $2 of environment $1 is about to be written.
insert into blob.coming (home, body, seen_at) values ($1, $2, $3)

-- name: store_still_coming(bigint, text, timestamptz)
-- It still is; no row: the collector has given it up.
update blob.coming set seen_at = $3 where home = $1 and body = $2

-- name: store_is_coming(bigint, text)
select exists (select from blob.coming where home = $1 and body = $2) as coming

-- name: store_not_coming(bigint, text)
delete from blob.coming where home = $1 and body = $2

-- name: store_none_coming(bigint)
delete from blob.coming where home = $1

-- name: store_unnamed(timestamptz, bigint)
-- The oldest $2 of those that nobody has named since before $1.
select home, body from blob.coming where seen_at < $1 order by seen_at limit $2

-- name: store_public_id(bigint)
-- What the world calls environment $1, destroyed ones too.
select public_id from core.environment where id = $1
