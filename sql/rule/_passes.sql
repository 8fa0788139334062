-- Whether a freeze makes an exception for a deployment: for the role that entered it, with the concurrency key if the freeze names one, for
-- the actor that it claims, or for this one alone.
-- Called by the rule and the wake-ups.
create or replace function deploy_queue._passes(candidate deploy_queue.deployments, placed deploy_queue.freezes)
returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return coalesce(placed.allow_actor = candidate.actor, false)
    or coalesce(candidate.id = any (placed.allow_ids), false)
    or placed.allow_role is not null
      and (placed.allow_key = candidate.concurrency_key or placed.allow_key is null) is true
      and deploy_queue._is_member(candidate.entered_by, placed.allow_role);
end;
$$;
