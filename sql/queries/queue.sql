-- sql/queries/queue.sql - message queues
--
-- Every data statement begins with $1 environment, $2 generation, $3 space, and names the queue by
-- $4 owner, $5 region, $6 name. It returns no row when the environment is no longer what the caller
-- knows (space.h); otherwise at least one, whose column queue is null when there is no such queue.

-- name: queue_make(bigint, bigint, bigint, text, text, text, bigint, bigint, bigint, bigint, bigint,
--                  boolean, text, text, bigint, text[], timestamptz, timestamptz)
-- made: the queue is new; else what it was before, or deleted: there was one of that name until
-- after $18. None of them: somebody makes it this very moment.
with live as (
  select from core.environment where id = $1 and generation = $2 and state = 'running'),
gone as materialized (
  select true as deleted
    from queue.deleted d
   where d.space = $3 and d.owner = $4 and d.region = $5 and d.name = $6
     and d.deleted_at > $18 and d.deleted_at <= $17),
made as (
  insert into queue.queue (space, owner, region, name, hide_s, delay_s, keep_s, wait_s, size_most,
         encrypted, policy, key, key_reuse_s, tags, created_at, changed_at)
  select $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, jsonb_object($16), $17, $17
    from live
   where not exists (select from gone)
  on conflict (space, owner, region, name) do nothing
  returning id)
select m.id as made, g.deleted, q.id as queue, q.hide_s, q.delay_s, q.keep_s, q.wait_s, q.size_most,
       q.encrypted, q.policy, q.key, q.key_reuse_s
  from live
  left join made m on true
  left join gone g on true
  left join queue.queue q on q.space = $3 and q.owner = $4 and q.region = $5 and q.name = $6

-- name: queue_find(bigint, bigint, bigint, text, text, text)
select q.id as queue, q.hide_s, q.delay_s, q.keep_s, q.wait_s, q.size_most, q.encrypted, q.policy,
       q.key, q.key_reuse_s, q.created_at, q.changed_at,
       array(select u.word
               from jsonb_each_text(q.tags) with ordinality as p (key, value, ord)
              cross join lateral (values (1, p.key), (2, p.value)) as u (side, word)
              order by p.ord, u.side) as tags
  from core.environment e
  left join queue.queue q on q.space = $3 and q.owner = $4 and q.region = $5 and q.name = $6
 where e.id = $1 and e.generation = $2 and e.state = 'running'

-- name: queue_count(bigint, bigint, bigint, text, text, text, timestamptz)
-- The same without tags, and how many messages there are at $7: to be received, delayed, in flight.
select q.id as queue, q.hide_s, q.delay_s, q.keep_s, q.wait_s, q.size_most, q.encrypted, q.policy,
       q.key, q.key_reuse_s, q.created_at, q.changed_at, n.visible, n.delayed, n.hidden
  from core.environment e
  left join queue.queue q on q.space = $3 and q.owner = $4 and q.region = $5 and q.name = $6
  left join lateral (
    select count(*) filter (where m.visible_at <= $7) as visible,
           count(*) filter (where m.visible_at > $7 and m.receives = 0) as delayed,
           count(*) filter (where m.visible_at > $7 and m.receives > 0) as hidden
      from queue.message m
     where m.space = $3 and m.shelf = q.shelf
       and m.sent_at > $7 - make_interval(secs => q.keep_s)) n on true
 where e.id = $1 and e.generation = $2 and e.state = 'running'

-- name: queue_list(bigint, bigint, bigint, text, text, text, text, bigint)
-- The first $8 queues after name $6 that begin with $7.
select q.name
  from core.environment e
  left join lateral (
    select o.name
      from queue.queue o
     where o.space = $3 and o.owner = $4 and o.region = $5 and o.name > $6
       and starts_with(o.name, $7)
     order by o.name limit $8) q on true
 where e.id = $1 and e.generation = $2 and e.state = 'running'
 order by q.name

-- name: queue_change(bigint, bigint, bigint, text, text, text, bigint, bigint, bigint, bigint,
--                    bigint, boolean, text, text, bigint, timestamptz)
-- What is null stays as it is; an empty policy is none, and so is a key.
with live as (
  select from core.environment where id = $1 and generation = $2 and state = 'running'),
changed as (
  update queue.queue q
     set hide_s = coalesce($7, q.hide_s), delay_s = coalesce($8, q.delay_s),
         keep_s = coalesce($9, q.keep_s), wait_s = coalesce($10, q.wait_s),
         size_most = coalesce($11, q.size_most), encrypted = coalesce($12, q.encrypted),
         policy = nullif(coalesce($13, q.policy), ''), key = nullif(coalesce($14, q.key), ''),
         key_reuse_s = coalesce($15, q.key_reuse_s), changed_at = $16
    from live
   where q.space = $3 and q.owner = $4 and q.region = $5 and q.name = $6
  returning q.id)
select c.id as queue from live left join changed c on true

-- name: queue_tag(bigint, bigint, bigint, text, text, text, text[], text[], bigint)
-- Put tags $7 (name, value, ...), remove those named $8; done is false when there would be more
-- than $9.
with found as materialized (
  select q.id
    from core.environment e
    left join queue.queue q on q.space = $3 and q.owner = $4 and q.region = $5 and q.name = $6
   where e.id = $1 and e.generation = $2 and e.state = 'running'),
changed as (
  update queue.queue q
     set tags = (q.tags || jsonb_object($7)) - $8
    from found f
   where q.space = $3 and q.id = f.id
     and (select count(*) from jsonb_object_keys((q.tags || jsonb_object($7)) - $8)) <= $9
  returning q.id)
select f.id as queue, c.id is not null as done from found f left join changed c on true

-- name: queue_purge(bigint, bigint, bigint, text, text, text, timestamptz, timestamptz, timestamptz)
-- Let go of all messages at $7, unless it was done since $8; $9 is the real time.
with found as materialized (
  select q.id, q.shelf, q.purged_at
    from core.environment e
    left join queue.queue q on q.space = $3 and q.owner = $4 and q.region = $5 and q.name = $6
   where e.id = $1 and e.generation = $2 and e.state = 'running'),
purged as (
  update queue.queue q
     set shelf = nextval('queue.shelf'), purged_at = $7
    from found f
   where q.space = $3 and q.id = f.id and q.shelf = f.shelf
     and (q.purged_at is null or q.purged_at <= $8)
  returning f.shelf),
gone as (
  insert into queue.gone (space, shelf, gone_at)
  select $3, p.shelf, $9 from purged p
  on conflict (space, shelf) do nothing)
select f.id as queue, p.shelf is not null as purged from found f left join purged p on true

-- name: queue_remove(bigint, bigint, bigint, text, text, text, timestamptz, timestamptz, timestamptz)
-- At $7; the name is kept, two that were deleted before $8 are not any longer; $9 is the real time.
with live as (
  select from core.environment where id = $1 and generation = $2 and state = 'running'),
removed as (
  delete from queue.queue q using live
   where q.space = $3 and q.owner = $4 and q.region = $5 and q.name = $6
  returning q.id, q.shelf),
gone as (
  insert into queue.gone (space, shelf, gone_at)
  select $3, r.shelf, $9 from removed r
  on conflict (space, shelf) do nothing),
kept as (
  insert into queue.deleted (space, owner, region, name, deleted_at)
  select $3, $4, $5, $6, $7 from removed
  on conflict (space, owner, region, name) do update set deleted_at = excluded.deleted_at),
past as materialized (
  select d.owner, d.region, d.name
    from removed r
   cross join lateral (
     select o.owner, o.region, o.name
       from queue.deleted o
      where o.space = $3 and o.deleted_at < $8 and (o.owner, o.region, o.name) <> ($4, $5, $6)
      order by o.deleted_at limit 2
        for update skip locked) d),
forgotten as (
  delete from queue.deleted d using past p
   where d.space = $3 and d.owner = p.owner and d.region = p.region and d.name = p.name)
select r.id as queue from live left join removed r on true

-- name: queue_send(bigint, bigint, bigint, text, text, text, timestamptz, text, text[], text[],
--                  text[], text[], text[], text[], text[], bigint[], bigint[])
-- At $7 sender $8 sends messages: public ids, bodies, their MD5, attributes, their MD5, traces,
-- groups, sizes in bytes, delays in seconds (-1: the queue's own). What is larger than the queue
-- allows is left out.
with found as materialized (
  select q.id, q.shelf, q.delay_s, q.size_most
    from core.environment e
    left join queue.queue q on q.space = $3 and q.owner = $4 and q.region = $5 and q.name = $6
   where e.id = $1 and e.generation = $2 and e.state = 'running'),
sent as (
  insert into queue.message (space, shelf, public_id, body, md5, attributes, attributes_md5, trace,
         sender, group_id, sent_at, visible_at)
  select $3, f.shelf, m.public_id, m.body, m.md5, m.attributes, m.attributes_md5, m.trace, $8,
         m.group_id, $7,
         $7 + make_interval(secs => case when m.delay_s < 0 then f.delay_s else m.delay_s end)
    from found f
   cross join unnest($9, $10, $11, $12, $13, $14, $15, $16, $17) with ordinality
           as m (public_id, body, md5, attributes, attributes_md5, trace, group_id, size, delay_s,
                 ord)
   where m.size <= f.size_most
   order by m.ord)
select f.id as queue, f.delay_s, f.size_most from found f

-- name: queue_receive(bigint, bigint, bigint, text, text, text, timestamptz, bigint, bigint)
-- At $7 claim up to $8 messages and hide them for $9 seconds (-1: as long as the queue says).
-- Messages past their time that are met on the way are deleted: expired counts them. A row for each
-- message; without any, next_at is when the next one will be visible, null when there is none.
with found as materialized (
  select q.id, q.shelf, q.hide_s, q.wait_s, $7 - make_interval(secs => q.keep_s) as oldest
    from core.environment e
    left join queue.queue q on q.space = $3 and q.owner = $4 and q.region = $5 and q.name = $6
   where e.id = $1 and e.generation = $2 and e.state = 'running'),
pick as materialized (
  select m.id, m.sent_at <= f.oldest as expired
    from found f
   cross join lateral (
     select o.id, o.sent_at
       from queue.message o
      where o.space = $3 and o.shelf = f.shelf and o.visible_at <= $7
      order by o.visible_at, o.id limit $8
        for update skip locked) m),
dropped as (
  delete from queue.message m using pick p
   where p.expired and m.space = $3 and m.id = p.id),
claimed as (
  update queue.message m
     set visible_at = $7 + make_interval(secs => case when $9 < 0 then f.hide_s else $9 end),
         receives = m.receives + 1, first_received_at = coalesce(m.first_received_at, $7)
    from pick p, found f
   where not p.expired and m.space = $3 and m.id = p.id
  returning m.id, m.public_id, m.body, m.md5, m.attributes, m.attributes_md5, m.trace, m.sender,
         m.group_id, m.sent_at, m.receives, m.first_received_at)
select f.id as queue, f.wait_s, c.id, c.public_id, c.body, c.md5, c.attributes, c.attributes_md5,
       c.trace, c.sender, c.group_id, c.sent_at, c.receives, c.first_received_at,
       (select count(*) from pick p where p.expired) as expired,
       case when not exists (select from pick) then (
         select o.visible_at
           from queue.message o
          where o.space = $3 and o.shelf = f.shelf and o.visible_at > $7
          order by o.visible_at limit 1) end as next_at
  from found f
  left join claimed c on true
 order by c.id

-- name: queue_delete(bigint, bigint, bigint, text, text, text, bigint[], bigint[])
-- Delete messages $7, each if it was received as often as $8 says: by whoever received it last.
with found as materialized (
  select q.id, q.shelf
    from core.environment e
    left join queue.queue q on q.space = $3 and q.owner = $4 and q.region = $5 and q.name = $6
   where e.id = $1 and e.generation = $2 and e.state = 'running'),
there as materialized (
  select m.id
    from found f
    join queue.message m on m.space = $3 and m.id = any ($7) and m.shelf = f.shelf
    join unnest($7, $8) as w (id, receives) on w.id = m.id and w.receives = m.receives
   order by m.id
     for update of m),
gone as (
  delete from queue.message m using there t where m.space = $3 and m.id = t.id)
select f.id as queue from found f

-- name: queue_hide(bigint, bigint, bigint, text, text, text, timestamptz, bigint[], bigint[])
-- From $7 hide messages $8 for as many seconds as $9 says. A row for each one asked for: done when
-- it is there.
with found as materialized (
  select q.id, q.shelf, $7 - make_interval(secs => q.keep_s) as oldest
    from core.environment e
    left join queue.queue q on q.space = $3 and q.owner = $4 and q.region = $5 and q.name = $6
   where e.id = $1 and e.generation = $2 and e.state = 'running'),
wanted as materialized (
  select w.id, w.hide_s, w.ord
    from unnest($8, $9) with ordinality as w (id, hide_s, ord)),
there as materialized (
  select m.id
    from found f
    join queue.message m on m.space = $3 and m.id = any ($8) and m.shelf = f.shelf
      and m.sent_at > f.oldest
   order by m.id
     for update of m),
hidden as (
  update queue.message m
     set visible_at = $7 + make_interval(secs => w.hide_s)
    from there t
    join wanted w on w.id = t.id
   where m.space = $3 and m.id = t.id and m.visible_at > $7)
select f.id as queue, w.ord, t.id is not null as done
  from found f
  left join wanted w on true
  left join there t on t.id = w.id
 order by w.ord

-- name: queue_collect(timestamptz, bigint)
-- Up to $2 messages of one shelf that was let go of before $1; a shelf that is empty is forgotten.
with shelf as materialized (
  select g.space, g.shelf
    from queue.gone g
   where g.gone_at < $1
   order by g.gone_at limit 1
     for update skip locked),
dead as materialized (
  select m.space, m.id
    from shelf s
    join queue.message m on m.space = s.space and m.shelf = s.shelf
   limit $2),
gone as (
  delete from queue.message m using dead d where m.space = d.space and m.id = d.id),
forgotten as (
  delete from queue.gone g using shelf s
   where g.space = s.space and g.shelf = s.shelf and (select count(*) from dead) < $2)
select (select count(*) from dead) as messages from shelf
