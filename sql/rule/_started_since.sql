-- The start of a higher sequence of a deployment's component and scope in its cell; null when there was none.
-- Called by the rule, and where a deployment enters.
create or replace function deploy_queue._started_since(candidate deploy_queue.deployments) returns deploy_queue.started_sequences
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select started
    from deploy_queue.started_sequences as started
    where started.cell_id = candidate.cell_id and started.component = candidate.component
      and started.sequence_scope = coalesce(candidate.sequence_scope, '') and started.sequence > candidate.sequence
  );
end;
$$;
