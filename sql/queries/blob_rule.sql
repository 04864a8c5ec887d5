-- sql/queries/blob_rule.sql - what becomes of objects by themselves
--
-- The first two are part of the transaction that keeps the document. The actions, from
-- blob_rule_expire on, are a step over one bucket: $1 space, $2 bucket, $3 the environment's time,
-- $4 how many at most, of keys past $5 and not past $6; they return how many they dealt with. Each
-- looks again at what it has locked, so it undoes nothing that came since.

-- name: blob_rules_drop(bigint, text, text)
-- Of $2's bucket $3.
delete from blob.lifecycle l using blob.bucket b
 where b.space = $1 and b.owner = $2 and b.name = $3 and l.space = $1 and l.bucket = b.id

-- name: blob_rules_add(bigint, text, text, text)
-- After that: the actions of the JSON document $4.
with kept as (
  insert into blob.lifecycle (space, bucket)
  select $1, b.id from blob.bucket b where b.space = $1 and b.owner = $2 and b.name = $3
  returning bucket)
insert into blob.rule (space, bucket, ord, action, prefix, tags, size_over, size_under, days, at,
       keep, class)
select $1, k.bucket, r.ord, r.a ->> 'action', r.a ->> 'prefix',
       case when r.a ? 'tags' then array(select jsonb_array_elements_text(r.a -> 'tags')) end,
       (r.a ->> 'size_over')::bigint, (r.a ->> 'size_under')::bigint, (r.a ->> 'days')::bigint,
       (r.a ->> 'at')::timestamptz, (r.a ->> 'keep')::bigint, r.a ->> 'class'
  from kept k
 cross join jsonb_array_elements($4::jsonb -> 'rules') with ordinality as r (a, ord)

-- name: blob_rule_take(timestamptz, bigint, bigint)
-- The next bucket past bucket $3 of space $2 whose day, at real time $1, is not done: this
-- transaction's alone. after_key: up to there it is.
select l.space, l.bucket, b.name, b.owner, e.id as environment, e.generation, n.now,
       case when l.day = date_trunc('day', n.now, 'UTC') then l.after_key else '' end as after_key
  from blob.lifecycle l
  join blob.bucket b on b.space = l.space and b.id = l.bucket
  join core.environment_service s on s.space = l.space
  join core.environment e on e.id = s.environment_id and e.state = 'running'
 cross join lateral (
   select coalesce(e.clock_frozen, $1 + e.clock_offset * interval '1 microsecond') as now) n
 where (l.space, l.bucket) > ($2, $3)
   and l.passed_at is distinct from date_trunc('day', n.now, 'UTC')
 order by l.space, l.bucket limit 1
   for update of l skip locked

-- name: blob_rule_reach(bigint, bigint, text, bigint)
-- How far a step goes that begins past key $3: over some $4 objects, versions or uploads; null: to
-- the end.
select least(c.key, p.key, u.key) as upto
  from (select case when count(*) = $4 then max(o.key) end as key
          from (select v.key
                  from blob.version v
                 where v.space = $1 and v.bucket = $2 and v.key > $3
                 order by v.key limit $4) o) c
 cross join (select case when count(*) = $4 then max(o.key) end as key
          from (select v.key
                  from blob.version v
                 where v.space = $1 and v.bucket = -$2 and v.key > $3
                 order by v.key limit $4) o) p
 cross join (select case when count(*) = $4 then max(o.key) end as key
          from (select i.key
                  from blob.upload i
                 where i.space = $1 and i.bucket = $2 and i.key > $3
                 order by i.key limit $4) o) u

-- name: blob_rule_reached(bigint, bigint, timestamptz, text)
-- The day of $3 is done up to key $4; null: to the end.
update blob.lifecycle
   set day = date_trunc('day', $3, 'UTC'), after_key = $4,
       passed_at = case when $4 is null then date_trunc('day', $3, 'UTC') else passed_at end
 where space = $1 and bucket = $2

-- name: blob_rule_expire(bigint, bigint, timestamptz, bigint, text, text, text)
-- Bucket $7: current objects. Where there never were versions they go at once, locked in the order
-- of their keys as blob_delete_many does; elsewhere one by one, in the order of their locks.
with due as materialized (
  select v.key, v.seq
    from blob.version v
   where v.space = $1 and v.bucket = $2 and v.key > $5 and v.key <= $6 and exists (
         select from blob.rule r
          where r.space = $1 and r.bucket = $2 and r.action = 'expire'
            and blob.rule_fits(r, v.key, v.tags, v.size) and blob.rule_due(r, v.modified_at, $3))
   order by v.key limit $4),
bucket as materialized (
  select b.id, b.versioning from blob.bucket_enter($1, $7) b where b.id = $2),
there as materialized (
  select v.key
    from bucket b
   cross join due d
    join blob.version v on v.space = $1 and v.bucket = b.id and v.key = d.key and v.version = ''
          and v.seq = d.seq
   where b.versioning is null
   order by v.key
     for update of v),
gone as (
  delete from blob.version v using there t
   where v.space = $1 and v.bucket = $2 and v.key = t.key and v.version = ''
  returning v.key),
disturbed as (
  update blob.upload u set deleted_since = true from gone g
   where u.space = $1 and u.bucket = $2 and u.key = g.key),
told as (
  insert into blob.happened (space, bucket, event, key, version, at)
  select $1, $2, 'LifecycleExpiration:Delete', g.key, '', $3
    from gone g where (select blob.is_told($1, $2))),
past as materialized (
  select blob.rule_expire($1, $7, $2, d.key, d.seq, $3) as gone
    from (select o.key, o.seq
            from bucket b
           cross join due o
           where b.versioning is not null
           order by blob.key_lock($2, o.key), o.key) d)
select (select count(*) from gone) + (select count(*) from past) as n

-- name: blob_rule_past(bigint, bigint, timestamptz, bigint, text, text)
-- Noncurrent versions, which count from when something came over them.
with past as (
  select v.key, v.version, v.latest, v.tags, v.size, v.legal_hold, v.retain_until,
         coalesce(lag(v.modified_at) over w, c.modified_at) as since,
         row_number() over w - case when c.key is null then 1 else 0 end as nth
    from blob.version v
    left join blob.version c on c.space = $1 and c.bucket = $2 and c.key = v.key
   where v.space = $1 and v.bucket = -$2 and v.key > $5 and v.key <= $6
     and exists (select from blob.rule r
                  where r.space = $1 and r.bucket = $2 and r.action = 'past')
  window w as (partition by v.key order by v.version)),
due as materialized (
  select p.key, p.version
    from past p
   where not p.latest and p.legal_hold is distinct from 'ON'
     and coalesce(p.retain_until <= $3, true) and exists (
         select from blob.rule r
          where r.space = $1 and r.bucket = $2 and r.action = 'past'
            and p.nth > coalesce(r.keep, 0) and blob.rule_fits(r, p.key, p.tags, p.size)
            and blob.rule_due(r, p.since, $3))
   limit $4),
gone as (
  delete from blob.version v using due d
   where v.space = $1 and v.bucket = -$2 and v.key = d.key and v.version = d.version
     and not v.latest and v.legal_hold is distinct from 'ON'
     and coalesce(v.retain_until <= $3, true)
  returning v.key, v.version),
told as (
  insert into blob.happened (space, bucket, event, key, version, at)
  select $1, $2, 'LifecycleExpiration:Delete', g.key, g.version, $3
    from gone g where (select blob.is_told($1, $2)))
select count(*) as n from gone

-- name: blob_rule_marker(bigint, bigint, timestamptz, bigint, text, text)
-- Delete markers under which nothing is left.
with due as materialized (
  select v.key, v.version
    from blob.version v
   where v.space = $1 and v.bucket = -$2 and v.key > $5 and v.key <= $6
     and v.delete_marker and v.latest
     and exists (select from blob.rule r
                  where r.space = $1 and r.bucket = $2
                    and (r.action = 'marker' or (r.action = 'expire'
                         and blob.rule_due(r, v.modified_at, $3)))
                    and blob.rule_fits(r, v.key, v.tags, v.size))
     and not exists (select from blob.version o
                      where o.space = $1 and o.bucket = -$2 and o.key = v.key
                        and o.version > v.version)
   limit $4),
gone as (
  delete from blob.version v using due d
   where v.space = $1 and v.bucket = -$2 and v.key = d.key and v.version = d.version and v.latest
  returning v.key, v.version),
told as (
  insert into blob.happened (space, bucket, event, key, version, at)
  select $1, $2, 'LifecycleExpiration:Delete', g.key, g.version, $3
    from gone g where (select blob.is_told($1, $2)))
select count(*) as n from gone

-- name: blob_rule_move(bigint, bigint, timestamptz, bigint, text, text)
-- Current objects, to the deepest storage class that is due.
with due as materialized (
  select v.key, v.version, v.seq, m.class
    from blob.version v
   cross join lateral (
     select r.class
       from blob.rule r
      where r.space = $1 and r.bucket = $2 and r.action = 'move'
        and blob.class_depth(r.class) > blob.class_depth(v.storage_class)
        and blob.rule_fits(r, v.key, v.tags, v.size) and blob.rule_due(r, v.modified_at, $3)
      order by blob.class_depth(r.class) desc limit 1) m
   where v.space = $1 and v.bucket = $2 and v.key > $5 and v.key <= $6
   order by v.key limit $4),
moved as (
  update blob.version v set storage_class = d.class
    from due d
   where v.space = $1 and v.bucket = $2 and v.key = d.key and v.version = d.version
     and v.seq = d.seq
  returning v.key, v.version, v.size, v.etag, v.storage_class),
told as (
  insert into blob.happened (space, bucket, event, key, version, size, etag, class, at)
  select $1, $2, 'LifecycleTransition', m.key, m.version, m.size, m.etag, m.storage_class, $3
    from moved m where (select blob.is_told($1, $2)))
select count(*) as n from moved

-- name: blob_rule_move_past(bigint, bigint, timestamptz, bigint, text, text)
with past as (
  select v.key, v.version, v.latest, v.delete_marker, v.tags, v.size, v.storage_class,
         coalesce(lag(v.modified_at) over w, c.modified_at) as since,
         row_number() over w - case when c.key is null then 1 else 0 end as nth
    from blob.version v
    left join blob.version c on c.space = $1 and c.bucket = $2 and c.key = v.key
   where v.space = $1 and v.bucket = -$2 and v.key > $5 and v.key <= $6
     and exists (select from blob.rule r
                  where r.space = $1 and r.bucket = $2 and r.action = 'move_past')
  window w as (partition by v.key order by v.version)),
due as materialized (
  select p.key, p.version, m.class
    from past p
   cross join lateral (
     select r.class
       from blob.rule r
      where r.space = $1 and r.bucket = $2 and r.action = 'move_past'
        and p.nth > coalesce(r.keep, 0)
        and blob.class_depth(r.class) > blob.class_depth(p.storage_class)
        and blob.rule_fits(r, p.key, p.tags, p.size) and blob.rule_due(r, p.since, $3)
      order by blob.class_depth(r.class) desc limit 1) m
   where not p.latest and not p.delete_marker
   limit $4),
moved as (
  update blob.version v set storage_class = d.class
    from due d
   where v.space = $1 and v.bucket = -$2 and v.key = d.key and v.version = d.version
     and not v.latest
  returning v.key, v.version, v.size, v.etag, v.storage_class),
told as (
  insert into blob.happened (space, bucket, event, key, version, size, etag, class, at)
  select $1, $2, 'LifecycleTransition', m.key, m.version, m.size, m.etag, m.storage_class, $3
    from moved m where (select blob.is_told($1, $2)))
select count(*) as n from moved

-- name: blob_rule_uploads(bigint, bigint, timestamptz, bigint, text, text)
select u.key, u.id
  from blob.upload u
 where u.space = $1 and u.bucket = $2 and u.key > $5 and u.key <= $6 and exists (
       select from blob.rule r
        where r.space = $1 and r.bucket = $2 and r.action = 'abort'
          and starts_with(u.key, r.prefix) and blob.rule_due(r, u.started_at, $3))
 order by u.key, u.id limit $4
