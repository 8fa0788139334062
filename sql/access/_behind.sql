-- The condition for rows that come behind one with these values of the fields, in the order of the fields; one that begins with "-" is
-- descending. Nulls are the greatest, as in the order. Called by look.
create or replace function deploy_queue._behind(view oid, by text[], after jsonb) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_behind text := 'false';
  v_field record;
  v_value text;
begin
  for v_field in
    select pg_attribute.attname, pg_attribute.atttypid, starts_with(named.field, '-') as is_descending,
      _behind.after -> (named.position::integer - 1) as value
    from unnest(_behind.by) with ordinality as named (field, position)
    join pg_attribute
      on pg_attribute.attrelid = _behind.view and pg_attribute.attname = ltrim(named.field, '-') and pg_attribute.attnum > 0
    where named.position <= jsonb_array_length(_behind.after)
    order by named.position desc
  loop
    v_value := deploy_queue._argument(v_field.attname, v_field.value, v_field.atttypid);
    v_behind := format('(%s or answer.%I is not distinct from %s and %s)', case
      when v_value = 'null' then case when v_field.is_descending then format('answer.%I is not null', v_field.attname) else 'false' end
      when v_field.is_descending then format('answer.%I < %s', v_field.attname, v_value)
      else format('(answer.%1$I > %2$s or answer.%1$I is null)', v_field.attname, v_value)
    end, v_field.attname, v_value, v_behind);
  end loop;
  return v_behind;
end;
$$;
