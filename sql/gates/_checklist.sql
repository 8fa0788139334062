-- What a deployment has to pass before it starts: its gates, open or shut, then all else that it waits for, at most so many deployments.
-- Called by preflight; the same reasons as _waiting_on.
create or replace function deploy_queue._checklist(
  candidate deploy_queue.deployments,
  at_most integer default null
) returns deploy_queue.gate[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_gates deploy_queue.gate[] := '{}';
begin
  if (deploy_queue._policy(candidate.environment, candidate.cell_id)).has_gates then
    v_gates := deploy_queue._gates(candidate);
  end if;
  return v_gates || array(
    select row(reason.kind, false, reason.text, reason.until, reason.deployment_id, reason.cures)::deploy_queue.gate
    from unnest(deploy_queue._waiting_on(candidate, _checklist.at_most)) as reason
    where reason.kind <> all (array(select gate.kind from unnest(v_gates) as gate))
  );
end;
$$;
