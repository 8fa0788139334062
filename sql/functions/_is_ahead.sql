-- Whether one queued deployment stands ahead of another: the line is ordered by priority, then by place.
-- Called by the triggers; the rule says the same in a form that the index serves.
create or replace function deploy_queue._is_ahead(
  one deploy_queue.deployments,
  other deploy_queue.deployments
) returns boolean
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return (- one.priority, coalesce(one.place, one.id)) < (- other.priority, coalesce(other.place, other.id));
end;
$$;
