-- Refuses the name of a component that is another spelling of a known one.
-- Called by _new_component, and by preflight, which notes nothing.
create or replace function deploy_queue._require_component_name(component text) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  perform deploy_queue._require_name('component', _require_component_name.component, (
    select known.component
    from deploy_queue.components as known
    where lower(known.component) = lower(_require_component_name.component)
    order by known.component <> _require_component_name.component, known.component
    limit 1
  ));
end;
$$;
