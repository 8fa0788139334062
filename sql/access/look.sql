-- Reads rows of a view or table of the queue for the bearer of a secret, with its rights. Called by servers.
create or replace function deploy_queue.look(
  credential bytea,
  view_name text,
  conditions jsonb default '{}',
  at_least jsonb default '{}',
  by text[] default '{}',
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
  v_order text;
  v_condition record;
  v_row jsonb;
  v_bytes bigint := 0;
begin
  select pg_class.* into v_view
  from pg_class
  where pg_class.relnamespace = 'deploy_queue'::regnamespace and pg_class.relkind in ('v', 'r') and not starts_with(pg_class.relname, '_')
    and pg_class.relname = look.view_name::name;
  if not found or not has_table_privilege('deploy_queue_' || v_access.kind, v_view.oid, 'select') then
    raise exception using errcode = 'QD071', message = format('there is no view %s', quote_ident(look.view_name)),
      hint = 'docs/sql-api.md lists them.';
  end if;

  -- One deployment is what is read most, and its plan is kept.
  if look.view_name = 'deployments_with_status' and look.at_least = '{}' and jsonb_typeof(look.conditions -> 'id') = 'number'
    and look.conditions - 'id' = '{}' and look.after is null
  then
    return query
    select to_jsonb(answer) || jsonb_build_object(
      'max_duration', extract(epoch from answer.max_duration), 'stop_grace', extract(epoch from answer.stop_grace)
    )
    from deploy_queue.deployments_with_status as answer
    where answer.id = (look.conditions ->> 'id')::bigint;
    return;
  end if;

  for v_condition in
    select given.name, given.operator, given.choice = '[]' as is_of_none, pg_attribute.atttypid is not null as is_known, (
      select string_agg(deploy_queue._argument(given.name, one, pg_attribute.atttypid), ', ') from jsonb_array_elements(given.choice) as one
    ) as choice
    from (
      select key as name, 'in' as operator, case jsonb_typeof(value) when 'array' then value else jsonb_build_array(value) end as choice
      from jsonb_each(look.conditions)
      union all
      select key, '>=', jsonb_build_array(value) from jsonb_each(look.at_least)
      union all
      select ltrim(field, '-'), null, null
      from unnest(look.by) as named (field)
    ) as given
    left join pg_attribute
      on pg_attribute.attrelid = v_view.oid and pg_attribute.attname = given.name and pg_attribute.attnum > 0
  loop
    if not v_condition.is_known then
      raise exception using errcode = 'QD073', message = format('%s has no field %s', v_view.relname, quote_ident(v_condition.name));
    end if;
    if v_condition.is_of_none then
      v_where := 'false';
    end if;
    continue when v_condition.choice is null;
    v_where := v_where || format(' and answer.%I %s (%s)', v_condition.name, v_condition.operator, v_condition.choice);
  end loop;
  if look.after is not null then
    v_where := v_where || ' and ' || deploy_queue._behind(
      v_view.oid, look.by, case jsonb_typeof(look.after) when 'array' then look.after else jsonb_build_array(look.after) end
    );
  end if;
  v_order := (
    select 'order by ' || string_agg(
      format('answer.%I', ltrim(field, '-')) || case when starts_with(field, '-') then ' desc' else '' end, ', ' order by position
    )
    from unnest(look.by) with ordinality as named (field, position)
  );

  perform deploy_queue._act_as(v_access);
  for v_row in execute format('select %s from deploy_queue.%I as answer where %s %s limit %s',
    deploy_queue._as_json('answer', v_view.reltype), v_view.relname, v_where,
    coalesce(v_order, ''), least(coalesce(look.at_most, 100), 10000))
  loop
    v_bytes := v_bytes + pg_column_size(v_row);
    if v_bytes > 16 * 1024 * 1024 then
      -- The server holds the answer until its client has read it.
      raise exception using errcode = 'QD073', message = format('these rows of %s are more than 16 MiB', v_view.relname),
        hint = 'Ask for fewer rows at a time: limit.';
    end if;
    return next v_row;
  end loop;
  perform deploy_queue._act_as(null);
end;
$$;

comment on function deploy_queue.look(bytea, text, jsonb, jsonb, text[], jsonb, integer) is
  'Reads rows of a view as the bearer of a secret. credential: the SHA-256 of the secret. conditions: fields and what they equal, a value or one of several. at_least: fields and their least values. by: the fields in whose order rows come; one that begins with "-" is descending. after: the values of these fields behind which to begin, or the value of the first. Returns each row as JSON; durations are numbers of seconds.';
