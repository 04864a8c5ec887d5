-- tests/sql/customer_tables.sql - the registry of customer tables is what the catalogue says

\echo tables with a space column that are not in the registry
select c.oid::regclass
  from pg_class c
  join pg_attribute a on a.attrelid = c.oid and a.attname = 'space' and not a.attisdropped
 where c.relkind in ('r', 'p')
   and c.relnamespace::regnamespace::text not in ('core', 'pg_catalog', 'information_schema')
   and c.oid::regclass::text not in (select name from core.customer_table)
 order by 1;

\echo tables in the registry that are not there, or have no space
select name
  from core.customer_table
 where not exists (select from pg_attribute
                    where attrelid = to_regclass(name) and attname = 'space')
 order by 1;

\echo indexes (so primary keys and unique constraints) that do not begin with space
select t.name, i.indexrelid::regclass
  from core.customer_table t
  join pg_index i on i.indrelid = to_regclass(t.name)
  left join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
 where a.attname is distinct from 'space'
   -- The collector asks them across all spaces; no request does.
   and i.indexrelid not in ('blob.version_body'::regclass, 'blob.part_body'::regclass)
 order by 1, 2;

\echo foreign keys that do not begin with space
select t.name, c.conname
  from core.customer_table t
  join pg_constraint c on c.conrelid = to_regclass(t.name) and c.contype = 'f'
  join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
 where a.attname <> 'space'
 order by 1, 2;

\echo customer tables without a primary key
select name
  from core.customer_table
 where not exists (select from pg_index where indrelid = to_regclass(name) and indisprimary)
 order by 1;

\echo columns whose default asks for the time or for chance
select table_schema || '.' || table_name || '.' || column_name, column_default
  from information_schema.columns
 where table_schema not in ('pg_catalog', 'information_schema')
   and column_default ~ '(now|random|timestamp|uuid) *\('
 order by 1;
