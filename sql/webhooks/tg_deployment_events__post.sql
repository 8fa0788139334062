-- Has webhooks told of an event, where one is known.
-- Fires for every event, in the transaction of what it records.
create or replace function deploy_queue.tg_deployment_events__post() returns trigger
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (select from deploy_queue.webhooks) then
    perform deploy_queue._post_event(new);
  end if;
  return null;
end;
$$;

create or replace trigger tg_deployment_events__post
after insert on deploy_queue.deployment_events
for each row execute function deploy_queue.tg_deployment_events__post();
