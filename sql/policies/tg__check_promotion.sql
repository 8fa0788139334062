-- Refuses a policy by which an environment would promote from one that does not exist, from itself, or in a circle: nothing could start
-- there any more. Fires for every write that may make such a policy, or take away what another environment promotes from.
create or replace function deploy_queue.tg__check_promotion() returns trigger
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_environment text := coalesce(new.environment, old.environment);
  v_from text := case when tg_op <> 'DELETE' then nullif(new.promote_from, '') end;
  v_circle text;
begin
  -- Two sessions, each of which would make one half of a circle, come one after the other.
  perform pg_advisory_xact_lock(25713, -2);
  if v_from is not null then
    perform deploy_queue._require_environment(v_from);
  end if;
  if tg_table_name = 'environments' and tg_op <> 'INSERT' and old.environment is distinct from new.environment and exists (
    select from deploy_queue.environments as others where others.promote_from = old.environment
    union all
    select from deploy_queue.component_policies as own where own.promote_from = old.environment
  ) then
    raise exception using
      errcode = 'QD044',
      message = format('another environment promotes from %s', old.environment),
      hint = 'deploy_queue.set_environment() with another promote_from lets it go.';
  end if;

  with recursive path (component, names) as (
    -- What is said for a component may close a circle for it alone.
    select line.component, array[v_environment]
    from (
      select null
      union
      select own.component from deploy_queue.component_policies as own where own.promote_from is not null
    ) as line (component)
    union all
    select path.component, path.names || edge.source
    from path
    cross join lateral (
      select coalesce(own.promote_from, general.promote_from) as source
      from deploy_queue.environments as general
      left join deploy_queue.component_policies as own
        on own.environment = general.environment and own.component = path.component
      where general.environment = path.names[cardinality(path.names)]
    ) as edge
    where edge.source <> '' and path.names[cardinality(path.names)] <> all (path.names[:cardinality(path.names) - 1])
  )
  select array_to_string(path.names, ' from ') into v_circle
  from path
  where cardinality(path.names) > 1 and path.names[cardinality(path.names)] = v_environment
  limit 1;
  if v_circle is not null then
    raise exception using
      errcode = 'QD060',
      message = format('promotions would go in a circle: %s', v_circle),
      hint = 'Nothing could start in any of them.';
  end if;
  return null;
end;
$$;

create or replace trigger tg_environments__check_promotion
after insert or update of environment, promote_from or delete on deploy_queue.environments
for each row execute function deploy_queue.tg__check_promotion();

create or replace trigger tg_component_policies__check_promotion
after insert or update of promote_from or delete on deploy_queue.component_policies
for each row execute function deploy_queue.tg__check_promotion();
