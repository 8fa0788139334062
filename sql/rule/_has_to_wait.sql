-- Whether somebody stands ahead of a deployment in its line and does not let it pass.
-- Called by the wake-ups, for where it stood before.
create or replace function deploy_queue._has_to_wait(candidate deploy_queue.deployments) returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return exists (
    select
    from deploy_queue.deployments as ahead
    where ahead.cell_id = candidate.cell_id
      and ahead.id <> candidate.id
      and ahead.start_timestamp is null
      and ahead.finish_timestamp is null
      and ahead.cancellation_timestamp is null
      and deploy_queue._lets_wait(ahead, candidate)
  );
end;
$$;
