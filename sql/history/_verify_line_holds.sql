-- Deployments that started while the line of their cell was stopped, and do not roll back the one because of which it was.
-- Called by verify_history.
create or replace function deploy_queue._verify_line_holds() returns table (rule text, deployment_id bigint, problem text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  with stops as materialized (
    select (events.detail ->> 'cell_id')::integer as cell_id, events.id, events.kind, events.deployment_id as failed_id, events.occurred_at,
      lead(events.id, 1, 9223372036854775807) over (partition by events.detail ->> 'cell_id' order by events.id) as until
    from deploy_queue.deployment_events as events
    where events.kind in ('line-held', 'line-released')
  )
  select 'held lines', lives.id, format('it started while the line of its cell was stopped, since %s', stops.occurred_at)
  from stops
  join deploy_queue._lives as lives on lives.cell_id = stops.cell_id and lives.started between stops.id and stops.until
  where stops.kind = 'line-held'
    and not lives.forced
    and lives.joined_id is null
    and ((lives.deployments).rollback_of = stops.failed_id) is not true;
end;
$$;
