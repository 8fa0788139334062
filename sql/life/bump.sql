-- Moves a queued deployment forward in its line: to this priority, or ahead of all that wait in its cell.
-- Called by operators; a plain UPDATE of priority does the same.
create or replace function deploy_queue.bump(deployment_id bigint, reason text, priority integer default null)
returns deploy_queue.deployments
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_deployment deploy_queue.deployments := deploy_queue._lock_deployment(bump.deployment_id);
  v_before integer := v_deployment.priority;
begin
  if bump.reason ~ '\S' is not true then
    raise exception using
      errcode = 'QD022',
      message = 'reason is missing',
      hint = 'The overtaken ones are told why.';
  end if;
  if deploy_queue._has_ended(v_deployment) then
    perform deploy_queue._refuse_ended(v_deployment);
  end if;

  if v_deployment.start_timestamp is not null then
    raise exception using
      errcode = 'QD007',
      message = deploy_queue._label(v_deployment) || ' is running already',
      hint = 'Only waiting deployments are moved.';
  end if;
  perform set_config('deploy_queue.reason', bump.reason, true);
  update deploy_queue.deployments
  set priority = coalesce(bump.priority, greatest(deployments.priority, (
    select max(ahead.priority) + 1
    from deploy_queue._queued as ahead
    where ahead.cell_id = deployments.cell_id
      and ahead.hold is distinct from 'outside'
      and ahead.id <> deployments.id
  )))
  where deployments.id = v_deployment.id
  returning deployments.* into v_deployment;
  perform set_config('deploy_queue.reason', '', true);

  if v_deployment.priority = v_before then
    raise notice 'nothing was changed: % had priority % already', deploy_queue._label(v_deployment), v_before;
  end if;
  return v_deployment;
end;
$$;

comment on function deploy_queue.bump(bigint, text, integer) is
  'Gives a queued deployment this priority, by default one more than the highest of the others in its line, and returns it. The reason is recorded.';
