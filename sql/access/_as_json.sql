-- An expression that makes JSON of another one: as to_jsonb does, but durations are numbers of seconds, at any depth.
-- Called by call and look.
create or replace function deploy_queue._as_json(expression text, type oid) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_relation oid := (select pg_type.typrelid from pg_type where pg_type.oid = _as_json.type);
begin
  if _as_json.type = 'interval'::regtype then
    return format('to_jsonb(extract(epoch from %s))', _as_json.expression);
  end if;
  return format('to_jsonb(%s)', _as_json.expression) || coalesce((
    select format(' || jsonb_build_object(%s)', string_agg(
      format('%L, %s', pg_attribute.attname, deploy_queue._as_json(
        format('(%s).%I', _as_json.expression, pg_attribute.attname), pg_attribute.atttypid
      )), ', '
    ))
    from pg_attribute
    join pg_type on pg_type.oid = pg_attribute.atttypid
    where pg_attribute.attrelid = nullif(v_relation, 0) and pg_attribute.attnum > 0 and not pg_attribute.attisdropped
      and (pg_type.oid = 'interval'::regtype or pg_type.typtype = 'c')
    having count(*) > 0
  ), '');
end;
$$;
