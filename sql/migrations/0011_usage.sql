-- sql/migrations/0011_usage.sql - the meter: when environments ran, and what that costs

-- A row is a time an environment ran at one rate, within one hour of UTC. Rows of an environment
-- never overlap; the one that has no end yet is the one it runs in.
create table core.usage (
  environment_id bigint not null references core.environment,
  period_start   timestamptz not null,
  period_end     timestamptz check (period_end > period_start),
  hourly_rate    numeric(10,4) not null,
  cost           numeric,   -- core.usage_cost of the period; null while it is open
  charge         bigint,    -- what it was paid with
  primary key (environment_id, period_start),
  check ((period_end is null) = (cost is null)),
  check (charge is null or cost is not null),
  check (period_end <= date_trunc('hour', period_start, 'UTC') + interval '1 hour')
);
create unique index usage_open on core.usage (environment_id) where period_end is null;
create index usage_late on core.usage (period_start, environment_id) where period_end is null;

-- Hours * rate, from microseconds * rate. A rate has four decimals, so that every multiple of nine
-- microseconds (half hours, 36 seconds) costs an exact decimal of 18; anything else has no end in
-- decimals and is rounded at the 18th. Several periods are added up before they are divided, so
-- that their sum is exact also when each of them is not.
create function core.usage_cost(in_rated numeric) returns numeric
language sql immutable parallel safe as $$
  select round(in_rated / 3600000000.000000000000000000000000, 18)
$$;

-- Microseconds, exactly: never through a double, and the same in every time zone.
create function core.usage_length(in_start timestamptz, in_end timestamptz) returns numeric
language sql stable parallel safe as $$
  select (extract(epoch from in_end) - extract(epoch from in_start)) * 1000000
$$;

-- Close the open period of an environment, which ends at in_at, at every full hour it went through
-- and at in_at. A period without length leaves no row, nor does one that would end before it began:
-- in_at is what another machine's clock said, or was fixed before somebody else's change.
-- Waits for who has the row in hand, and looks again afterwards: mf-meter replaces it by another.
create function core.usage_close(in_environment bigint, in_at timestamptz) returns void
language plpgsql as $$
declare
  since timestamptz;
  ended timestamptz;
  rate  numeric;
begin
  loop
    select u.period_start, u.hourly_rate into since, rate
      from core.usage u where u.environment_id = in_environment and u.period_end is null
       for update;
    exit when found;
    if not exists (select from core.usage u
                    where u.environment_id = in_environment and u.period_end is null) then
      return;
    end if;
  end loop;
  if in_at <= since then
    delete from core.usage u where u.environment_id = in_environment and u.period_end is null;
    return;
  end if;
  ended := least(in_at, date_trunc('hour', since, 'UTC') + interval '1 hour');
  update core.usage u
     set period_end = ended, cost = core.usage_cost(core.usage_length(since, ended) * rate)
   where u.environment_id = in_environment and u.period_end is null;
  insert into core.usage (environment_id, period_start, period_end, hourly_rate, cost)
  select in_environment, p.first, p.last, rate,
         core.usage_cost(core.usage_length(p.first, p.last) * rate)
    from (select h as first, least(in_at, h + interval '1 hour') as last
            from generate_series(ended, in_at, interval '1 hour') h
           where h < in_at) p;
end $$;

-- Open a period at in_at, but not before the last one ended.
create function core.usage_open(in_environment bigint, in_at timestamptz, in_rate numeric)
returns void language sql as $$
  insert into core.usage (environment_id, period_start, hourly_rate)
  select in_environment, greatest(in_at, max(u.period_end)), in_rate
    from core.usage u where u.environment_id = in_environment
$$;

-- Whoever changes an environment's state moves its meter, in the same statement; `changed_at` says
-- when. No path around it: creation, stop, start, failure, recovery, sweep and destruction.
create function core.usage_follow() returns trigger language plpgsql as $$
begin
  if new.state = 'running' then
    perform core.usage_open(new.id, new.changed_at, new.hourly_rate);
  elsif tg_op = 'UPDATE' and old.state = 'running' then
    perform core.usage_close(new.id, new.changed_at);
  end if;
  return null;
end $$;
create trigger environment_made after insert on core.environment
  for each row when (new.state = 'running') execute function core.usage_follow();
create trigger environment_moved after update of state on core.environment
  for each row when (new.state is distinct from old.state
     and (new.state = 'running' or old.state = 'running'))
  execute function core.usage_follow();

-- What runs already is metered from now on: nobody said before that it costs something.
insert into core.usage (environment_id, period_start, hourly_rate)
select e.id, timestamptz 'now', e.hourly_rate from core.environment e where e.state = 'running';
