-- Reads rows of a view or table of the queue for the bearer of a secret, with its rights. Called by servers.
create or replace function deploy_queue.look(
  credential bytea,
  view_name text,
  conditions jsonb default '{}',
  by text default null,
  descending boolean default false,
  after jsonb default null,
  at_most integer default 100
) returns setof jsonb
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_access deploy_queue.access := deploy_queue._access_of(look.credential);
  v_view pg_class;
  v_where text := 'true';
  v_condition record;
begin
  select pg_class.* into v_view
  from pg_class
  where pg_class.relnamespace = 'deploy_queue'::regnamespace and pg_class.relkind in ('v', 'r') and not starts_with(pg_class.relname, '_')
    and pg_class.relname = look.view_name;
  if not found or not has_table_privilege('deploy_queue_' || v_access.kind, v_view.oid, 'select') then
    raise exception using errcode = 'QD071', message = format('there is no view %s', quote_ident(look.view_name)),
      hint = 'docs/sql-api.md lists them.';
  end if;

  for v_condition in
    select given.name, given.operator, given.value, pg_attribute.atttypid as type
    from (
      select key as name, '=' as operator, value from jsonb_each(look.conditions)
      union all
      select look.by, case when look.descending then '<' else '>' end, look.after where look.by is not null
    ) as given
    left join pg_attribute
      on pg_attribute.attrelid = v_view.oid and pg_attribute.attname = given.name and pg_attribute.attnum > 0
  loop
    if v_condition.type is null then
      raise exception using errcode = 'QD073', message = format('%s has no field %s', v_view.relname, quote_ident(v_condition.name));
    end if;
    continue when v_condition.value is null;
    v_where := v_where || format(' and answer.%I %s %s', v_condition.name, v_condition.operator,
      deploy_queue._argument(v_condition.name, v_condition.value, v_condition.type));
  end loop;

  perform deploy_queue._act_as(v_access);
  return query execute format('select %s from deploy_queue.%I as answer where %s %s limit %s',
    deploy_queue._as_json('answer', v_view.reltype), v_view.relname, v_where,
    coalesce('order by answer.' || quote_ident(look.by) || case when look.descending then ' desc' else '' end, ''),
    least(coalesce(look.at_most, 100), 1000));
  perform deploy_queue._act_as(null);
end;
$$;

comment on function deploy_queue.look(bytea, text, jsonb, text, boolean, jsonb, integer) is
  'Reads rows of a view as the bearer of a secret. credential: the SHA-256 of the secret. conditions: fields and the values that they equal. by, descending, after: the field in whose order rows come, and the value behind which to begin. Returns each row as JSON; durations are numbers of seconds.';
