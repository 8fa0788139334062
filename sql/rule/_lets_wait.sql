-- Whether a queued deployment lets another one wait: it stands ahead, and no freeze lets the other one pass.
-- Called by the wake-ups; the rule says the same in a form that the index serves.
create or replace function deploy_queue._lets_wait(
  one deploy_queue.deployments,
  other deploy_queue.deployments
) returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return deploy_queue._is_ahead(one, other) and not deploy_queue._overtakes(other, one);
end;
$$;
