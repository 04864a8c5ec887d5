-- sql/queries/price.sql - services, prices and packages

-- name: price_services(timestamptz)
-- Everything sold at $1 with its price.
select s.id, s.cloud, s.title, s.kind = 'emulated' as emulated, trim_scale(p.hourly)::text as hourly
  from core.service s
  join lateral (select hourly from core.price
                 where service = s.id and since <= $1
                 order by since desc limit 1) p on true
 order by s.ord

-- name: price_packages(timestamptz)
-- Every package at $1 with the services it covers and those it gives by itself.
select k.id, k.title, k.any_of, trim_scale(p.hourly)::text as hourly,
       array(select c.service from core.package_service c
              join core.service s on s.id = c.service
              where c.package = k.id order by s.ord) as covers,
       array(select c.service from core.package_service c
              join core.service s on s.id = c.service
              where c.package = k.id and c.given order by s.ord) as gives
  from core.package k
  join lateral (select hourly from core.package_price
                 where package = k.id and since <= $1
                 order by since desc limit 1) p on true
 order by k.ord

-- name: price_quote(text[], text, text, timestamptz)
-- What the services $1 cost together at $4. A name may be short for one of the cloud $2; $3 is a
-- package the asker named. One row per name, in order; service is null when there is no such one.
with asked as (
  select name, ord from unnest($1) with ordinality as a (name, ord)),
lines as (
  select a.ord, a.name, s.id, s.cloud, s.kind, p.hourly
    from asked a
    left join lateral (select id, cloud, kind from core.service
                        where id = $2 || '_' || a.name or id = a.name
                        order by id = a.name limit 1) s on true
    left join lateral (select hourly from core.price
                        where service = s.id and since <= $4
                        order by since desc limit 1) p on true),
total as (
  select sum(hourly) as hourly, count(distinct id) as n from lines),
covering as (
  select k.id, k.ord, p.hourly
    from core.package k
    join lateral (select hourly from core.package_price
                   where package = k.id and since <= $4
                   order by since desc limit 1) p on true
   where k.any_of >= (select n from total)
      or k.any_of is null and not exists (
           select from lines l
            where not exists (select from core.package_service c
                               where c.package = k.id and c.service = l.id))),
best as (
  select id, hourly from covering order by hourly, ord limit 1)
select l.name, l.id as service, l.cloud, l.kind = 'emulated' as emulated,
       trim_scale(l.hourly)::text as hourly,
       trim_scale(t.hourly)::text as sum,
       trim_scale(least(t.hourly, b.hourly))::text as rate,
       case when b.hourly <= t.hourly then b.id end as package,
       exists (select from core.service
                where cloud = $2 and cloud <> 'plain') as cloud_known,
       exists (select from core.package where id = $3) as package_known,
       exists (select from covering where id = $3) as package_covers
  from lines l
 cross join total t
  left join best b on true
 order by l.ord
