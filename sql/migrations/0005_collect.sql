-- sql/migrations/0005_collect.sql - emptying a space, whatever tables there are

-- Delete up to in_limit rows of a space, table by table in the order of the registry; returns how
-- many. Fewer than in_limit: the space is empty.
create function core.space_empty(in_space bigint, in_limit bigint) returns bigint
language plpgsql as $$
declare
  customer_table text;
  gone           bigint;
  total          bigint := 0;
begin
  for customer_table in select name from core.customer_table order by ord loop
    execute format('delete from %1$s where space = $1 and ctid = any (array('
                   'select ctid from %1$s where space = $1 limit $2))', customer_table)
      using in_space, in_limit - total;
    get diagnostics gone = row_count;
    total := total + gone;
    exit when total >= in_limit;
  end loop;
  return total;
end $$;
