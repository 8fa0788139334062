-- Lets a held deployment go: into the line at its end, or on from the place that it has kept.
-- Called by clients; a plain UPDATE that takes the hold away does the same.
create or replace function deploy_queue.release(deployment_id bigint, reason text default null)
returns deploy_queue.deployments
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_deployment deploy_queue.deployments := deploy_queue._lock_deployment(release.deployment_id);
begin
  if deploy_queue._has_ended(v_deployment) then
    perform deploy_queue._refuse_ended(v_deployment);
  end if;
  if v_deployment.hold is null then
    raise notice '% is not on hold', deploy_queue._label(v_deployment);
    return v_deployment;
  end if;

  perform set_config('deploy_queue.reason', coalesce(release.reason, ''), true);
  update deploy_queue.deployments
  set hold = null
  where deployments.id = v_deployment.id
  returning deployments.* into v_deployment;
  perform set_config('deploy_queue.reason', '', true);
  return v_deployment;
end;
$$;

comment on function deploy_queue.release(bigint, text) is
  'Releases a held deployment into the line and returns it. Releasing it twice is fine; an ended one is refused.';
