-- Refuses what a log has no room for. A writer keeps to the limit itself; it has some room beyond it for its notes.
-- Called by append_log.
create or replace function deploy_queue._refuse_full_log(deployment deploy_queue.deployments, size bigint) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_limit integer := (
    select policy.log_limit from deploy_queue.log_policy(deployment.environment, deployment.component) as policy
  );
  v_room_for_notes constant integer := 65536;
begin
  if _refuse_full_log.size > v_limit::bigint + v_room_for_notes then
    raise exception using
      errcode = 'QD086',
      message = format('the log of %s is full: it would have %s bytes', deploy_queue._label(deployment), _refuse_full_log.size),
      hint = format('log_limit allows %s. Keep the beginning and the end of what was printed.', v_limit);
  end if;
end;
$$;
