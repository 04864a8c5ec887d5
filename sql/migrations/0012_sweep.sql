-- sql/migrations/0012_sweep.sql - what mf-sweep does to environments nobody uses, and its mails

-- Each counts only for the idle time it was written in: a change or a use afterwards voids it.
alter table core.environment
  add column warned_at timestamptz,  -- its owner was told that it will be stopped
  add column idled_at  timestamptz,  -- the sweep stopped it, at this changed_at
  add column notice_at timestamptz;  -- its owner was told that it will be destroyed

-- Those the sweep looks at.
create index environment_kept on core.environment (id)
  where state in ('running', 'stopped', 'error');

-- The one place that decides what is due for an environment at in_now; null: nothing. Spans are
-- microseconds, so that no day is longer than another.
--   warn    it runs and will be idle for its hours within in_warning
--   stop    it has been idle for its hours, and its owner was warned that long ago
--   destroy the sweep stopped it in_grace ago, and it is not persistent
--   notice  it has been stopped, or in error, and will be for in_kept within in_notice
--   remove  it has been so for in_kept, and its owner was told that long ago
-- Uses reach active_at a little later (fcgi/activity.h): a minute more is idle time for sure.
-- The minute less is because cron's minutes are not equally long.
create function core.sweep_step(in_e core.environment, in_now timestamptz, in_warning bigint,
       in_grace bigint, in_kept bigint, in_notice bigint) returns text
language plpgsql stable as $$
declare
  us     constant interval := interval '1 microsecond';
  minute constant interval := interval '1 minute';
  idle_from timestamptz := greatest(in_e.active_at, in_e.changed_at);
  stop_at   timestamptz := idle_from + in_e.auto_shutdown_hours * interval '1 hour';
  gone_at   timestamptz := in_e.changed_at + in_kept * us;
begin
  if in_e.state = 'running' then
    if in_now < stop_at - in_warning * us then
      return null;
    end if;
    if in_warning > 0
       and (in_e.warned_at is null or in_e.warned_at < stop_at - in_warning * us) then
      return 'warn';
    end if;
    if in_now > stop_at + minute
       and (in_warning = 0 or in_now >= in_e.warned_at + in_warning * us - minute) then
      return 'stop';
    end if;
    return null;
  end if;
  if in_e.state not in ('stopped', 'error') then
    return null;
  end if;
  if in_e.state = 'stopped' and in_e.idled_at = in_e.changed_at and not in_e.persistent then
    return case when in_now >= in_e.changed_at + in_grace * us then 'destroy' end;
  end if;
  if in_now < gone_at - in_notice * us then
    return null;
  end if;
  if in_e.notice_at is null or in_e.notice_at < gone_at - in_notice * us then
    return 'notice';
  end if;
  if in_now >= gone_at and in_now >= in_e.notice_at + in_notice * us - minute then
    return 'remove';
  end if;
  return null;
end $$;

-- Mails wait here, written by the transaction that is their reason, until mf-sweep has sent them.
create table core.mail (
  id           bigint generated always as identity primary key,
  account_id   bigint not null references core.account,
  to_address   text not null,
  subject      text not null,
  body         text not null,
  dedup        text not null unique,  -- what it is about: told once
  created_at   timestamptz not null,
  sent_at      timestamptz,
  attempts     integer not null default 0,
  locked_until timestamptz,           -- somebody is sending it, or it waits for its next attempt
  given_up_at  timestamptz,
  error        text
);
create index mail_waiting on core.mail (id) where sent_at is null and given_up_at is null;
