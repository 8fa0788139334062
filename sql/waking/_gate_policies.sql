-- The gates that policies demand, to be compared: those of an environment, and what a component demands otherwise.
-- Called by _tell_of_gates.
create or replace function deploy_queue._gate_policies(general deploy_queue.environments, own deploy_queue.component_policies)
returns text[]
language sql stable
set search_path = pg_catalog, pg_temp
return array(
  select nullif((to_jsonb(general) || coalesce(jsonb_strip_nulls(to_jsonb(own)), '{}')) ->> policy.name, '')
  from unnest(array[
    'confirmation', 'approvals', 'approvers', 'promote_from', 'promotion_cells', 'soak', 'same_artifact', 'require_checks', 'gate_rollbacks'
  ]) with ordinality as policy (name, number)
  order by policy.number
);
