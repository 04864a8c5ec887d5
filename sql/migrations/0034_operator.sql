-- sql/migrations/0034_operator.sql - accounts that are locked out start nothing

-- What an account may use at the end; disabled: nothing.
create or replace view core.quota as
select a.id as account_id, coalesce(a.environments, t.environments) as environments,
       coalesce(a.hours, t.hours) as hours, coalesce(a.storage, t.storage) as storage,
       coalesce(a.requests, t.requests) as requests, a.disabled_at is not null as disabled
  from core.account a
  join core.tier t on t.id = a.tier;

-- As in 0017_account.sql, and 'disabled'.
create or replace function core.quota_refusal(in_account bigint, in_at timestamptz, in_new boolean)
returns text language plpgsql volatile as $$
declare
  q core.quota;
begin
  select * into q from core.quota c where c.account_id = in_account;
  if q.disabled then
    return 'disabled';
  end if;
  if in_new and q.environments is not null then
    perform from core.account a where a.id = in_account for no key update;
    if (select count(*) from core.environment e
         where e.account_id = in_account and e.state not in ('destroying', 'destroyed'))
       >= q.environments then
      return 'environments';
    end if;
  end if;
  if q.hours is not null
     and core.month_used(in_account, in_at) >= q.hours * 3600000000::numeric then
    return 'hours';
  end if;
  return null;
end $$;
