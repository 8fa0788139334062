-- Drops the indexes of a table that are not those of a constraint, and returns the statements that build them again.
-- Called by the adoption: building one over a million rows takes a fraction of filling it row by row.
create or replace function pg_temp._drop_indexes(of_table regclass) returns text[]
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_names text;
  v_definitions text[];
begin
  select string_agg(pg_index.indexrelid::regclass::text, ', '), array_agg(pg_get_indexdef(pg_index.indexrelid))
  into v_names, v_definitions
  from pg_index
  where pg_index.indrelid = _drop_indexes.of_table
    and not exists (select from pg_constraint where pg_constraint.conindid = pg_index.indexrelid);

  execute 'drop index ' || v_names;
  return v_definitions;
end;
$$;
