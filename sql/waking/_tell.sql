-- Notifies the channel of a deployment and, while a session follows, the channel of all that are told something: there a server hears for all
-- its waiters at once. Called by everything that wakes a waiter or a keeper.
create or replace function deploy_queue._tell(deployment_id bigint, payload text default '') returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Without a payload, several wake-ups of a waiter in one transaction become one.
  perform deploy_queue._notify('deploy_queue_deployment_' || _tell.deployment_id, _tell.payload);
  if deploy_queue._has_followers() then
    perform deploy_queue._notify('deploy_queue_told', _tell.deployment_id::text);
  end if;
end;
$$;
