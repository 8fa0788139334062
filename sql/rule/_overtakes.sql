-- Whether a deployment may pass a queued one that stands ahead of it, because a freeze, or the stop of the line,
-- holds that one and makes an exception for this one. Called by the rule and for the heads of a line.
create or replace function deploy_queue._overtakes(
  candidate deploy_queue.deployments,
  ahead deploy_queue.deployments
) returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (deploy_queue._rolls_back(candidate) and not deploy_queue._rolls_back(ahead)) or exists (
    select
    from deploy_queue._freezes_over(candidate) as placed
    where deploy_queue._passes(candidate, placed)
      and not deploy_queue._passes(ahead, placed)
  );
end;
$$;
