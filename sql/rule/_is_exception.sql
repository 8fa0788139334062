-- Whether a freeze that is in force makes an exception for a deployment.
-- Called by the rule and for the heads of a line: such a deployment passes those that the freeze holds.
create or replace function deploy_queue._is_exception(candidate deploy_queue.deployments) returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return exists (
    select from deploy_queue._freezes_over(candidate) as placed where deploy_queue._passes(candidate, placed)
  );
end;
$$;
