-- The target to which the command of a staged deployment goes. Refuses one of another component or cell, and a deployment without a command.
-- Called by hand_over.
create or replace function deploy_queue._target_for(deployment deploy_queue.deployments, target text) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_fitting text[] := array(
    select targets.target
    from deploy_queue.targets
    where (targets.environment, targets.cloud_provider, targets.region, targets.cell_index, targets.component)
      = (deployment.environment, deployment.cloud_provider, deployment.region, deployment.cell_index, deployment.component)
      and (targets.target = btrim(_target_for.target)) is not false
    order by 1
  );
begin
  if deployment.command is null or cardinality(v_fitting) <> 1 then
    raise exception using errcode = 'QD126', message = format(case
        when deployment.command is null then '%s has no command'
        when cardinality(v_fitting) > 1 then '%s is of several targets: %s'
        when _target_for.target is null then 'no agent serves the component and cell of %s'
        else '%1$s is not of target %3$L'
      end, deploy_queue._label(deployment), array_to_string(v_fitting, ', '), btrim(_target_for.target)),
      hint = 'deploy_queue.known_targets lists them.';
  end if;
  return v_fitting[1];
end;
$$;
