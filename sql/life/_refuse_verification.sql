-- Refuses the verification of a deployment that does not run, or is to stop.
-- Called by the guard, under the lock of the cell, with the deployment as it was.
create or replace function deploy_queue._refuse_verification(deployment deploy_queue.deployments) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if deployment.start_timestamp is null then
    raise exception using
      errcode = 'QD004',
      message = format('%s is %s; it cannot be verified before it started', deploy_queue._label(deployment),
        deploy_queue._status(deployment, null)),
      hint = 'Start it first.';
  end if;
  if deployment.stop_timestamp is not null then
    raise exception using
      errcode = 'QD059',
      message = format('%s is being stopped; it is not verified any more', deploy_queue._label(deployment)),
      hint = 'Its keeper ends the work, and confirms that with confirm_stop().';
  end if;
end;
$$;
