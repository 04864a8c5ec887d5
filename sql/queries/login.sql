-- sql/queries/login.sql - passwords, failed log-ins, links in mails, identities

-- name: login_account(text, text, text, text, timestamptz)
-- A new account $1 named $2 of tier $3 with the confirmed e-mail $4 (null: none), at $5.
insert into core.account (public_id, name, tier, email, created_at)
values ($1, $2, $3, $4, $5)
returning id

-- name: login_unmake(bigint)
-- Account $1, made in this transaction, was not needed.
delete from core.account where id = $1

-- name: login_create(bigint, text, text, timestamptz)
-- Account $1 logs in by e-mail $2 and the password of hash $3, since $4. No row: another does.
insert into core.login (account_id, email, password, changed_at)
values ($1, $2, $3, $4)
    on conflict (email) do nothing
returning account_id

-- name: login_count(text[], bigint[], timestamptz, timestamptz)
-- Count a log-in at $3 under each of the keys $1 (hexadecimal), except those that have had $2 since
-- $4, from when on they count. Returns a row for each that was counted.
with asked as (
  select decode(a.hex, 'hex') as key, a.most from unnest($1, $2) as a (hex, most))
insert into core.login_failure as f (key, failures, since)
select k.key, 1, $3
  from asked k
 order by k.key
    on conflict (key) do update
   set failures = case when f.since <= $4 then 1 else f.failures + 1 end,
       since = case when f.since <= $4 then $3 else f.since end
 where f.since <= $4
    or f.failures < (select l.most from asked l where l.key = f.key)
returning 1 as counted

-- name: login_find(text, bigint, text[])
-- Who logs in by e-mail $1, or is account $2; at least one row. When the youngest of what is
-- counted under $3 began.
select l.account_id, l.password, c.since
  from (select max(f.since) as since from core.login_failure f
         where f.key in (select decode(k, 'hex') from unnest($3) k)) c
  left join (select g.account_id, g.password
               from core.login g
               join core.account a on a.id = g.account_id
              where a.disabled_at is null and (g.email = $1 or g.account_id = $2)) l on true

-- name: login_forgive(text[], text)
-- The log-in was right: what is counted under $1 is forgotten, and this one under $2.
with gone as (
  delete from core.login_failure where key in (select decode(k, 'hex') from unnest($1) k))
update core.login_failure
   set failures = failures - 1
 where key = decode($2, 'hex') and failures > 0

-- name: login_set_password(bigint, text, timestamptz)
-- Account $1 has the password of hash $2 from $3 on; links to set one count no more.
with links as (
  update core.mail_token set used_at = $3
   where account_id = $1 and kind = 'reset' and used_at is null)
update core.login set password = $2, changed_at = $3 where account_id = $1

-- name: login_rehash(bigint, text, text)
-- The same password of account $1, whose hash was $2, under newer parameters.
update core.login set password = $3 where account_id = $1 and password = $2

-- name: login_mail(bigint, text, text, bytea, timestamptz, timestamptz, bigint, timestamptz,
--   text, text, text)
-- A mail to account $1 or to who has e-mail $2, with a link of kind $3 and hash $4, made at $5,
-- good until $6, unless it had $7 of them since $8: subject $9, text $10; $11 tells mails apart.
-- Nothing for an address that is confirmed when that is the link's purpose.
with chosen as (
  select l.account_id, l.email
    from core.login l
    join core.account a on a.id = l.account_id
   where (l.account_id = $1 or l.email = $2) and a.disabled_at is null
     and ($3 <> 'verify' or l.verified_at is null)
     and (select count(*) from core.mail_token m
           where m.account_id = l.account_id and m.kind = $3 and m.created_at > $8) < $7),
token as (
  insert into core.mail_token (hash, account_id, kind, email, created_at, expires_at)
  select $4, chosen.account_id, $3, chosen.email, $5, $6 from chosen)
insert into core.mail (account_id, to_address, subject, body, dedup, created_at)
select chosen.account_id, chosen.email, $9, $10, $11, $5 from chosen

-- name: login_verify(bytea, bigint, timestamptz, text[])
-- Account $2 opens at $3 the link of hash $1, sent to its address: that is confirmed. Of the
-- domains $4 it is an employee.
with token as (
  update core.mail_token
     set used_at = $3
   where hash = $1 and kind = 'verify' and account_id = $2 and used_at is null and expires_at > $3
  returning account_id, email),
login as (
  update core.login l
     set verified_at = coalesce(l.verified_at, $3)
    from token
   where l.account_id = token.account_id and l.email = token.email
  returning l.account_id, l.email)
update core.account a
   set email = login.email,
       tier = case when a.tier not in ('anonymous', 'beginner') then a.tier
                   when split_part(login.email, '@', 2) = any ($4) then 'employee'
                   else 'beginner' end
  from login
 where a.id = login.account_id
returning a.id

-- name: login_forget(timestamptz, timestamptz)
-- Addresses that accounts from before $1 have not confirmed are free at $2, if nobody is logged in,
-- no environment is there and no key was used since; those accounts are disabled.
with free as (
  delete from core.login l
   using core.account a
   where a.id = l.account_id and l.verified_at is null and a.created_at < $1
     and not exists (select from core.environment e
                      where e.account_id = a.id and e.state not in ('destroying', 'destroyed'))
     and not exists (select from core.session s
                      where s.account_id = a.id and s.revoked_at is null and s.expires_at > $2)
     and not exists (select from core.api_key k
                      where k.account_id = a.id and k.revoked_at is null and k.used_at >= $1)
     and not exists (select from core.identity i where i.account_id = a.id)
  returning a.id)
update core.account a set disabled_at = coalesce(a.disabled_at, $2)
  from free
 where a.id = free.id
returning a.id

-- name: login_reset(bytea, timestamptz, text)
-- The link of hash $1 is opened at $2 to set the password of hash $3; others that were mailed count
-- no more. `verified`: the address was confirmed before.
with token as (
  update core.mail_token
     set used_at = $2
   where hash = $1 and kind = 'reset' and used_at is null and expires_at > $2
  returning account_id, email),
others as (
  update core.mail_token o
     set used_at = $2
    from token
   where o.account_id = token.account_id and o.kind = 'reset' and o.hash <> $1
     and o.used_at is null),
was as (
  select l.account_id, l.verified_at is not null as verified
    from core.login l
    join token on token.account_id = l.account_id and token.email = l.email
     for update of l),
changed as (
  update core.login l
     set password = $3, changed_at = $2, verified_at = coalesce(l.verified_at, $2)
    from was
   where l.account_id = was.account_id
  returning l.account_id, l.email)
select was.account_id, was.verified, changed.email from was join changed using (account_id)

-- name: login_confirmed(bigint, text, text[])
-- Account $1 has confirmed its e-mail $2; of the domains $3 it is an employee.
update core.account a
   set email = $2,
       tier = case when a.tier not in ('anonymous', 'beginner') then a.tier
                   when split_part($2, '@', 2) = any ($3) then 'employee'
                   else 'beginner' end
 where a.id = $1

-- name: login_dispossess(bigint, timestamptz)
-- Whatever else opened account $1 opens it no more from $2 on.
with keys as (
  update core.api_key set revoked_at = $2 where account_id = $1 and revoked_at is null)
delete from core.identity where account_id = $1

-- name: identity_use(text, text, text, timestamptz)
-- The account of subject $2 of issuer $1, which says e-mail $3 at $4.
update core.identity i
   set used_at = $4, email = coalesce($3, i.email)
  from core.account a
 where i.issuer = $1 and i.subject = $2 and a.id = i.account_id
returning i.account_id, a.disabled_at is not null as disabled

-- name: identity_create(text, text, bigint, text, timestamptz)
-- Account $3 is subject $2 of issuer $1, with e-mail $4, since $5. No row: another is already.
insert into core.identity (issuer, subject, account_id, email, created_at, used_at)
values ($1, $2, $3, $4, $5, $5)
    on conflict (issuer, subject) do nothing
returning account_id

-- name: login_clean(timestamptz, timestamptz)
-- Failures since before $1 and links that ended before $2 are forgotten.
with failures as (
  delete from core.login_failure where since < $1)
delete from core.mail_token where expires_at < $2 returning account_id
