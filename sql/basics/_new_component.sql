-- Notes the name of a component that appears for the first time.
-- Called by the enqueue trigger.
create or replace function deploy_queue._new_component(component text) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  perform deploy_queue._require_name('component', _new_component.component, (
    select known.component from deploy_queue.components as known where lower(known.component) = lower(_new_component.component) limit 1
  ));
  insert into deploy_queue.components (component) values (_new_component.component)
  on conflict on constraint components_pkey do nothing;
exception
  when unique_violation then
    -- Another session has just noted another spelling.
    perform deploy_queue._require_name('component', _new_component.component, (
      select known.component from deploy_queue.components as known where lower(known.component) = lower(_new_component.component) limit 1
    ));
end;
$$;
