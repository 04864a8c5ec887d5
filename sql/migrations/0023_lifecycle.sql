-- sql/migrations/0023_lifecycle.sql - what becomes of objects by themselves
create table blob.lifecycle (
  space     bigint not null,
  bucket    bigint not null,
  passed_at timestamptz,                -- the day, in the environment's time, that has been done
  primary key (space, bucket),
  foreign key (space, bucket) references blob.bucket (space, id) on delete cascade
);

-- One action of one rule of a bucket, and what it is for.
create table blob.rule (
  space      bigint not null,
  bucket     bigint not null,
  ord        bigint not null,
  -- expire, move: current objects; past, move_past: noncurrent versions; marker: delete markers
  -- that are alone; abort: uploads
  action     text not null,
  prefix     text collate "C" not null,
  tags       text[],                    -- name, value, ...: all of them; null: whatever
  size_over  bigint,
  size_under bigint,
  days       bigint,                    -- this or that
  at         timestamptz,
  keep       bigint,                    -- so many newer noncurrent versions are spared
  class      text,                      -- move, move_past: the storage class
  primary key (space, bucket, ord),
  foreign key (space, bucket) references blob.lifecycle (space, bucket) on delete cascade
);

insert into core.customer_table (name, ord) values ('blob.rule', 102), ('blob.lifecycle', 103);

create function blob.rule_fits(in_rule blob.rule, in_key text, in_tags text[], in_size bigint)
returns boolean language sql immutable as $$
  select starts_with(in_key, in_rule.prefix)
     and coalesce(in_size > in_rule.size_over, true)
     and coalesce(in_size < in_rule.size_under, true)
     and not exists (
           select from generate_subscripts(in_rule.tags, 1) r
            where r % 2 = 1 and not exists (
                  select from generate_subscripts(in_tags, 1) t
                   where t % 2 = 1 and in_tags[t] = in_rule.tags[r]
                     and in_tags[t + 1] = in_rule.tags[r + 1]))
$$;

-- Days count from the midnight, UTC, after they began.
create function blob.rule_due(in_rule blob.rule, in_since timestamptz, in_now timestamptz)
returns boolean language sql immutable as $$
  select case when in_rule.at is not null then in_now >= in_rule.at
              else in_since < date_trunc('day', in_now, 'UTC')
                              - make_interval(hours => 24 * in_rule.days::integer) end
$$;

-- Objects only ever go down.
create function blob.class_depth(in_class text) returns integer language sql immutable as $$
  select coalesce(array_position(array['STANDARD_IA', 'INTELLIGENT_TIERING', 'ONEZONE_IA',
                                       'GLACIER_IR', 'GLACIER', 'DEEP_ARCHIVE'], in_class), 0)
$$;

-- The current object of a key, if it still is the one of that seq, goes; with versioning, under a
-- delete marker. Locks as those who write do.
create function blob.rule_expire(in_space bigint, in_name text, in_bucket bigint, in_key text,
       in_seq bigint, in_now timestamptz) returns boolean language plpgsql as $$
declare
  b       blob.bucket := blob.bucket_enter(in_space, in_name);
  outcome text;
begin
  if b.id is distinct from in_bucket then
    return false;
  end if;
  if b.versioning is not null then
    perform pg_advisory_xact_lock(blob.key_lock(in_bucket, in_key));
  end if;
  perform from blob.version v
   where v.space = in_space and v.bucket = in_bucket and v.key = in_key and v.seq = in_seq
     for update;
  if not found then
    return false;
  end if;
  select d.outcome into outcome
    from blob.version_delete(in_space, in_bucket, b.versioning, in_key, null, null, b.owner, in_now,
                             false) d;
  return outcome = 'done';
end $$;
