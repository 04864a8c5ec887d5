-- sql/queries/blob_event.sql - events of objects, on their way to queues

-- name: blob_event_add(bigint, text[], text[], text[], text[], text, text[], text[], timestamptz)
-- Of space $1: for queue $4 of account $2 in region $3 a message with public id $5 from sender $6
-- whose body is $7, the event's number as 18 hexadecimal digits, and $8 ($8 null: $7 alone). Part
-- of the transaction of a data statement, which says whether the environment still is what the
-- caller knows.
insert into blob.event (space, id, owner, region, name, public_id, sender, body, sent_at)
select $1, n.id, m.owner, m.region, m.name, m.public_id, $6,
       m.head || coalesce(lpad(upper(to_hex(n.id)), 18, '0') || m.tail, ''), $9
  from unnest($2, $3, $4, $5, $7, $8) with ordinality
       as m (owner, region, name, public_id, head, tail, ord)
 cross join lateral (
   -- m is asked so that each gets its own
   select case when m.ord > 0 then nextval('blob.event_id_seq') end as id) n
 order by m.ord

-- name: blob_event_spaces(timestamptz, bigint, bigint)
-- The first $3 spaces past $2 with events due at $1; a probe of the index for each space that has
-- any.
with recursive walk as (
  (select e.space, e.retry_at
     from blob.event e
    where e.space > $2
    order by e.space, e.retry_at limit 1)
  union all
  select n.space, n.retry_at
    from walk w
   cross join lateral (
     select e.space, e.retry_at
       from blob.event e
      where e.space > w.space
      order by e.space, e.retry_at limit 1) n)
select w.space from walk w where w.retry_at <= $1 limit $3

-- name: blob_event_send(bigint, timestamptz, bigint, bigint, bigint, text, text)
-- The first $3 events of space $1 due at $2 become messages of the queues they name, in their
-- order: one such statement at a time for each space. Where there is no such queue, or it takes no
-- message so long, the next try is $4 seconds later and later; try number $5 drops it.
-- So does a space that is no service's any more. $6, $7: the services of the buckets and of the
-- queues. A row for each queue that got something; taken: how many events were dealt
-- with; mine is false when another statement is at it.
with held as materialized (
  select pg_try_advisory_xact_lock(hashtextextended('blob.event', $1)) as mine),
due as materialized (
  select e.id, e.retry_at, e.tries, e.owner, e.region, e.name, e.public_id, e.sender, e.body,
         e.sent_at
    from blob.event e
   where e.space = $1 and e.retry_at <= $2 and (select h.mine from held h)
   order by e.retry_at, e.id limit $3
     for update),
route as materialized (
  select s.environment_id, q.space
    from core.environment_service s
    left join core.environment_service q
      on q.environment_id = s.environment_id and q.service = $7
   where s.space = $1 and s.service = $6),
routed as materialized (
  select d.id, d.retry_at, d.public_id, d.sender, d.body,
         max(d.sent_at) over (order by d.retry_at, d.id) as sent_at,
         r.space, q.id as queue, q.shelf, q.delay_s,
         q.id is null and r.environment_id is not null and d.tries + 1 < $5 as again
    from due d
    left join route r on true
    left join queue.queue q
      on q.space = r.space and q.owner = d.owner and q.region = d.region and q.name = d.name
     and q.size_most >= octet_length(d.body)),
sent as (
  insert into queue.message (space, shelf, public_id, body, md5, sender, sent_at, visible_at)
  select r.space, r.shelf, r.public_id, r.body, md5(r.body), r.sender, r.sent_at,
         r.sent_at + make_interval(secs => r.delay_s)
    from routed r
   where r.queue is not null
   order by r.retry_at, r.id),
gone as (
  delete from blob.event e using routed r
   where e.space = $1 and e.retry_at = r.retry_at and e.id = r.id and not r.again),
later as (
  update blob.event e
     set tries = e.tries + 1, retry_at = $2 + make_interval(secs => $4 * (e.tries + 1))
    from routed r
   where e.space = $1 and e.retry_at = r.retry_at and e.id = r.id and r.again)
select h.mine, t.taken, q.space, q.queue
  from held h
 cross join (select count(*) as taken from routed) t
  left join (select distinct r.space, r.queue from routed r where r.queue is not null) q on true

-- name: blob_happened_add(bigint, text, text, text, text, bigint, text, timestamptz)
-- Event $3 of version $5 of key $4 of bucket $2, of $6 bytes and etag $7, at $8: where anybody
-- wants to be told.
insert into blob.happened (space, bucket, event, key, version, size, etag, at)
select $1, b.id, $3, $4, $5, $6, $7, $8
  from blob.bucket b
 where b.space = $1 and b.name = $2 and blob.is_told($1, b.id)

-- name: blob_happened_spaces(bigint, bigint)
-- The first $2 spaces past $1 with something that happened; a probe of the index for each.
with recursive walk as (
  (select h.space from blob.happened h where h.space > $1 order by h.space limit 1)
  union all
  select n.space
    from walk w
   cross join lateral (
     select h.space from blob.happened h where h.space > w.space order by h.space limit 1) n)
select w.space from walk w limit $2

-- name: blob_happened_take(bigint, bigint, text)
-- Of the first $2 of space $1 of service $3, while its environment runs, those of the bucket that
-- comes first: what is said of a bucket may be long, and many would be more than a task may hold.
-- One such statement at a time for each space. bucket is null where the bucket has gone.
with held as materialized (
  select pg_try_advisory_xact_lock(hashtextextended('blob.happened', $1)) as mine),
home as materialized (
  select e.id, e.public_id, e.generation
    from core.environment_service s
    join core.environment e on e.id = s.environment_id and e.state = 'running'
   where s.space = $1 and s.service = $3 and (select h.mine from held h)),
due as materialized (
  select d.id, abs(d.bucket) = first_value(abs(d.bucket)) over (order by d.id) as first
    from home
   cross join lateral (
     select h.id, h.bucket from blob.happened h where h.space = $1 order by h.id limit $2) d),
gone as (
  delete from blob.happened h using due d where h.space = $1 and h.id = d.id and d.first
  returning h.id, h.bucket, h.event, h.key, h.version, h.size, h.etag, h.class, h.until_at, h.at)
select m.id as environment, m.public_id, m.generation, b.name as bucket, g.event, g.key, g.version,
       g.size, g.etag, g.class, g.until_at, g.at
  from gone g
 cross join home m
  left join blob.bucket b on b.space = $1 and b.id = abs(g.bucket)
 order by g.id
