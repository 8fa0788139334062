-- Refuses a call that changes what lies outside of the caller's components or cells, or the work of others: a deployer changes only what it
-- entered itself. Environments are asked for where they are changed (_require_right).
-- Called by call.
create or replace function deploy_queue._require_scope(access deploy_queue.access, arguments jsonb) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ids bigint[] := array(
    select named.id::text::bigint
    from (
      select jsonb_path_query(_require_scope.arguments, '$.keyvalue() ? (@.key == "deployment_id" || @.key == "parent_id").value') as id
      union all
      select jsonb_path_query(_require_scope.arguments, '$.deployment_ids[*]')
    ) as named
    where jsonb_typeof(named.id) = 'number' and named.id::text ~ '^[0-9]{1,18}$'
  );
  v_component text := btrim(_require_scope.arguments ->> 'component');
  v_cell integer := (
    select cells.id from deploy_queue.cells
    where cells.environment = btrim(_require_scope.arguments ->> 'environment')
      and cells.cloud_provider = btrim(_require_scope.arguments ->> 'cloud_provider')
      and cells.region = btrim(_require_scope.arguments ->> 'region')
      and cells.cell_index::text = _require_scope.arguments ->> 'cell_index'
  );
  v_names_cell boolean := _require_scope.arguments ? 'cell_index';
  v_deployment record;
begin
  for v_deployment in
    select deployments.id, deployments.component, deployments.cell_id, deployments.entered_by
    from deploy_queue.deployments
    where deployments.id = any (v_ids)
  loop
    if (_require_scope.access).kind = 'deployer' and v_deployment.entered_by <> (_require_scope.access).principal then
      raise exception using errcode = 'QD072',
        message = format('deployment %s was entered by %s, not by %s', v_deployment.id, v_deployment.entered_by,
          (_require_scope.access).principal),
        hint = 'A deployer changes what it entered itself; an operator may change it.';
    end if;
    if (_require_scope.access).kind = 'agent' and not exists (
      select from deploy_queue.work
      where work.deployment_id = v_deployment.id and work.taken_by = (_require_scope.access).principal
    ) then
      raise exception using errcode = 'QD072',
        message = format('deployment %s was not taken by %s', v_deployment.id, (_require_scope.access).principal),
        hint = 'An agent changes what it has taken.';
    end if;
    -- What is named first counts, unless it lies outside.
    v_component := case
      when v_deployment.component <> all ((_require_scope.access).components) then v_deployment.component
      else coalesce(v_component, v_deployment.component)
    end;
    v_cell := case
      when v_deployment.cell_id <> all ((_require_scope.access).cells) or not v_names_cell then v_deployment.cell_id
      else v_cell
    end;
    exit when v_component <> all ((_require_scope.access).components) or v_cell <> all ((_require_scope.access).cells);
  end loop;

  if (_require_scope.access).components is not null and (v_component = any ((_require_scope.access).components)) is not true then
    raise exception using errcode = 'QD072',
      message = format('%s may change %s only', (_require_scope.access).principal,
        array_to_string((_require_scope.access).components, ', ')),
      hint = 'It is limited to these components.';
  end if;
  if (_require_scope.access).cells is not null and (v_cell = any ((_require_scope.access).cells)) is not true then
    raise exception using errcode = 'QD072',
      message = format('%s may change %s only', (_require_scope.access).principal, (
        select string_agg(deploy_queue._cell_name(cells.environment, cells.cloud_provider, cells.region, cells.cell_index), ', ')
        from deploy_queue.cells where cells.id = any ((_require_scope.access).cells)
      )),
      hint = 'It is limited to these cells.';
  end if;
end;
$$;
