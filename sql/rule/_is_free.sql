-- THE RULE as a yes or no: whether nothing keeps a deployment from starting.
-- Called by the decision and for the heads of lines that look stuck.
create or replace function deploy_queue._is_free(candidate deploy_queue.deployments, policy deploy_queue.policies)
returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return deploy_queue._withheld(candidate, policy) = '{}'
    and not exists (select from deploy_queue._blockers(candidate, policy, 1));
end;
$$;
