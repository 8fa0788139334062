-- Leaves an event that says which policies of an environment, or of a component in it, changed, from what to what.
-- Fires for every write of a table of policies, which has the column environment.
create or replace function deploy_queue.tg__record_configuration() returns trigger
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
-- Events read alike, whatever the session's settings.
set intervalstyle = 'postgres'
set timezone = 'UTC'
as $$
declare
  v_old jsonb := to_jsonb(old) - 'is_adopted';
  v_new jsonb := to_jsonb(new) - 'is_adopted';
  v_environment text;
  v_verb text := case tg_op when 'INSERT' then 'added' when 'DELETE' then 'removed' else 'changed' end;
  v_changes jsonb;
  v_text text;
begin
  for v_environment in
    select distinct named.environment
    from (values (v_old ->> 'environment'), (v_new ->> 'environment')) as named (environment)
    where named.environment is not null
  loop
    perform deploy_queue._require_right(v_environment);
  end loop;

  select
    jsonb_object_agg(policy, jsonb_strip_nulls(jsonb_build_object('from', v_old -> policy, 'to', v_new -> policy))),
    string_agg(
      case tg_op
        when 'UPDATE' then format('%s from %s to %s', policy, coalesce(v_old ->> policy, 'none'), coalesce(v_new ->> policy, 'none'))
        else format('%s %s', policy, coalesce(v_old, v_new) ->> policy)
      end, ', ' order by policy)
  into v_changes, v_text
  from jsonb_object_keys(coalesce(v_new, v_old)) as policy
  where v_old -> policy is distinct from v_new -> policy
    and (tg_op = 'UPDATE' or policy <> 'environment' and coalesce(v_new, v_old) -> policy not in ('null', 'false', '0', '[]'));

  if tg_op <> 'UPDATE' or v_changes is not null then
    insert into deploy_queue.deployment_events (kind, environment, component, reason, detail)
    values (
      'configured', coalesce(v_new, v_old) ->> 'environment', coalesce(v_new, v_old) ->> 'component', format('%s %s%s', tg_table_name, v_verb, ': ' || v_text),
      jsonb_build_object('table', tg_table_name, 'change', v_verb, 'changes', coalesce(v_changes, '{}'))
    );
  end if;
  return null;
end;
$$;

create or replace trigger tg_environments__record_configuration
after insert or update or delete on deploy_queue.environments
for each row execute function deploy_queue.tg__record_configuration();

create or replace trigger tg_freezes__record_configuration
after insert or update or delete on deploy_queue.freezes
for each row execute function deploy_queue.tg__record_configuration();

create or replace trigger tg_maintenance_windows__record_configuration
after insert or update or delete on deploy_queue.maintenance_windows
for each row execute function deploy_queue.tg__record_configuration();

create or replace trigger tg_component_policies__record_configuration
after insert or update or delete on deploy_queue.component_policies
for each row execute function deploy_queue.tg__record_configuration();
