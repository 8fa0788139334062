-- Whether a waiting deployment that is confirmed or released has the phrase that it needs. A wrong or missing one leaves an event, and nothing
-- else: to raise an error would take the event back. Called by the guard.
create or replace function deploy_queue._is_confirmed(candidate deploy_queue.deployments) returns boolean
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_flaw text := deploy_queue._flaw_of_confirmation(candidate);
begin
  if v_flaw is not null then
    insert into deploy_queue.deployment_events (deployment_id, kind, reason) values (candidate.id, 'unconfirmed', v_flaw);
  end if;
  return v_flaw is null;
end;
$$;
