-- sql/queries/audit.sql - who changed what; answers kept for requests that come again

-- name: audit_add(bigint, timestamptz, text, text, text, text, text, bigint, text, bigint)
-- Account $1, at $2, by request $3: operation $4 on $5 by the key with prefix $6, or in session
-- $10, from address $7 came to status $8, code $9.
insert into core.audit
       (account_id, at, request_id, operation, resource, actor, address, status, code)
values ($1, $2, $3, $4, $5,
        coalesce((select s.public_id from core.session s where s.id = $10),
                 (select k.public_id from core.api_key k where k.prefix = $6)), $7, $8, $9)

-- name: audit_note(bigint, timestamptz, text, text, text, text)
-- What no request did: to account $1, at $2, by $6 on this host, operation $4 on $5; $3 tells it
-- from others.
insert into core.audit
       (account_id, at, request_id, operation, resource, actor, address, status)
values ($1, $2, $3, $4, $5, $6, 'local', 200)

-- name: audit_list(bigint, bigint, text, text, text, boolean, timestamptz, timestamptz, bigint)
-- Up to $9 rows of account $1 with ids below $2 (null: from the newest), newest first; of operation
-- $3, resource $4, actor $5 (null: any); done or refused by $6 (null: both); from $7 until before
-- $8.
select id, at, request_id, operation, resource, actor, address, status, code
  from core.audit
 where account_id = $1
   and ($2 is null or id < $2)
   and ($3 is null or operation = $3)
   and ($4 is null or resource = $4)
   and ($5 is null or actor = $5)
   and ($6 is null or (code is null) = $6)
   and ($7 is null or at >= $7)
   and ($8 is null or at < $8)
 order by id desc
 limit $9

-- name: audit_prune(timestamptz, bigint)
-- Up to $2 rows from before $1 go.
select core.audit_prune($1, $2) as gone

-- name: idempotency_claim(bigint, text, bytea, timestamptz, timestamptz, timestamptz)
-- Key $2 of account $1 is a request's with fingerprint $3, at $4, who answers until $5; rows from
-- before $6 count no more. `mine`: nobody has it until this transaction ends; `made`: nobody had
-- it before. The lock goes first: whoever does not get it changes nothing.
with locked as materialized (
  select pg_try_advisory_xact_lock(hashtextextended($2, $1)) as mine),
made as (
  insert into core.idempotency (account_id, key, fingerprint, created_at, leased_until)
  select $1, $2, $3, $4, $5 from locked where mine
      on conflict (account_id, key) do update
     set fingerprint = excluded.fingerprint, created_at = excluded.created_at,
         leased_until = excluded.leased_until, resume = null, status = null, answer = null
   where core.idempotency.created_at < $6
  returning key)
select locked.mine, made.key is not null as made, i.fingerprint, i.leased_until, i.resume, i.status,
       i.answer
  from locked
  left join made on true
  left join core.idempotency i on i.account_id = $1 and i.key = $2 and i.created_at >= $6

-- name: idempotency_lease(bigint, text, timestamptz, text)
-- Key $2 of account $1: it is being answered until $3, and has made $4 so far.
update core.idempotency
   set leased_until = $3, resume = $4
 where account_id = $1 and key = $2

-- name: idempotency_answer(bigint, text, bigint, bytea)
-- Key $2 of account $1 was answered with status $3 and the sealed $4.
update core.idempotency
   set status = $3, answer = $4
 where account_id = $1 and key = $2

-- name: idempotency_answers(bigint, text, bigint)
-- Up to $3 answers past key $2 of account $1, kept from changes until the transaction ends.
select account_id, key, answer as secret
  from core.idempotency
 where (account_id, key) > ($1, $2) and answer is not null
 order by account_id, key
 limit $3
   for update

-- name: idempotency_reseal(bigint[], text[], text[])
-- Key $2 of account $1 was answered with the sealed $3, in hexadecimal.
update core.idempotency i
   set answer = decode(s.answer, 'hex')
  from unnest($1, $2, $3) as s (account_id, key, answer)
 where i.account_id = s.account_id and i.key = s.key

-- name: idempotency_forget(bigint, text)
-- Key $2 of account $1 is free: nothing came of the request.
delete from core.idempotency where account_id = $1 and key = $2 and status is null

-- name: idempotency_prune(timestamptz, bigint)
-- Up to $2 rows from before $1 go.
delete from core.idempotency i
 using (select o.account_id, o.key from core.idempotency o
         where o.created_at < $1
         order by o.created_at
         limit $2
           for update skip locked) as old
 where i.account_id = old.account_id and i.key = old.key
