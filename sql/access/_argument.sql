-- A JSON value as an SQL literal of an argument. Durations are numbers of seconds. A value of another kind than its type is refused, so
-- that what was checked is what is called.
-- Called by call.
create or replace function deploy_queue._argument(name text, value jsonb, type oid) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_is text := jsonb_typeof(_argument.value);
  v_wanted text := case
    when _argument.type in ('bigint'::regtype, 'integer'::regtype, 'numeric'::regtype, 'float8'::regtype, 'interval'::regtype) then 'number'
    when _argument.type = 'boolean'::regtype then 'boolean'
    when _argument.type = 'jsonb'::regtype then v_is
    when exists (select from pg_type where pg_type.oid = _argument.type and pg_type.typcategory = 'A') then 'array'
    else 'string'
  end;
  v_odd text;
begin
  if v_is = 'null' then
    return 'null';
  end if;
  if v_is <> v_wanted then
    raise exception using errcode = 'QD073', message = format('%s must be a JSON %s, not a %s', _argument.name, v_wanted, v_is);
  end if;
  -- Ids: whose they are is asked of numbers.
  if _argument.type = 'bigint[]'::regtype then
    select jsonb_typeof(element) into v_odd
    from jsonb_array_elements(_argument.value) as element
    where jsonb_typeof(element) <> 'number';
    if found then
      raise exception using errcode = 'QD073', message = format('%s must be an array of numbers, and has a %s', _argument.name, v_odd);
    end if;
  end if;
  return case
    when _argument.type = 'jsonb'::regtype then format('%L::jsonb', _argument.value)
    when _argument.type = 'interval'::regtype then format('make_interval(secs => %s)', _argument.value)
    when v_is = 'array' then format('%L::%s', array(select jsonb_array_elements_text(_argument.value)), format_type(_argument.type, null))
    else format('%L::%s', _argument.value #>> '{}', format_type(_argument.type, null))
  end;
end;
$$;
