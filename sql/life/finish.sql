-- Ends a running deployment well; the buffer of its cell begins. One that has finished already is left as it is.
-- Called by clients; a plain UPDATE of finish_timestamp does the same.
create or replace function deploy_queue.finish(deployment_id bigint, keeper text default null, verified boolean default false)
returns deploy_queue.deployments
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_deployment deploy_queue.deployments;
begin
  update deploy_queue.deployments
  set finish_timestamp = deploy_queue._now(),
    verified_at = case when finish.verified then deploy_queue._now() end
  where deployments.id = finish.deployment_id and deployments.finish_timestamp is null
    and deployments.keeper is not distinct from coalesce(finish.keeper, deployments.keeper)
  returning deployments.* into v_deployment;

  if not found then
    v_deployment := deploy_queue._untouched(finish.deployment_id, finish.keeper);
    raise notice '% has already finished', deploy_queue._label(v_deployment);
  end if;
  return v_deployment;
end;
$$;

comment on function deploy_queue.finish(bigint, text, boolean) is
  'Finishes a running deployment and returns it. Finishing it twice is fine; a queued or cancelled one is refused. keeper: as it was given to enqueue() or try_start(); refused when the deployment has another one or none. verified: the caller has seen that what was deployed works; without it, the finish is refused where require_verification is set.';
