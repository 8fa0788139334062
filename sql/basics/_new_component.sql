-- Notes the name of a component that appears for the first time.
-- Called by the enqueue trigger.
create or replace function deploy_queue._new_component(component text) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  perform deploy_queue._require_component_name(_new_component.component);
  -- Of two sessions that note one name at the same time, or two spellings of it, one waits here for the other's row and looks again.
  insert into deploy_queue.components (component) values (_new_component.component) on conflict do nothing;
  if not found and not exists (select from deploy_queue.components where components.component = _new_component.component) then
    perform deploy_queue._new_component(_new_component.component);
  end if;
end;
$$;
