-- Whether a freeze that is in force, or the stop of its line, makes an exception for a deployment.
-- Called by the rule and for the heads of a line: such a deployment passes those that it holds.
create or replace function deploy_queue._is_exception(candidate deploy_queue.deployments) returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return deploy_queue._rolls_back(candidate) or exists (
    select from deploy_queue._freezes_over(candidate) as placed where deploy_queue._passes(candidate, placed)
  );
end;
$$;
