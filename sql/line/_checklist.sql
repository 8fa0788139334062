-- Gates, open or shut, and the other reasons to wait as one list. Each call that would lift one has the role that may make it: that of the
-- lowest rank, where the roles exist. Called by preflight.
create or replace function deploy_queue._checklist(gates deploy_queue.gate[], reasons deploy_queue.reason[]) returns jsonb
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_roles jsonb := (
    select jsonb_object_agg(granted.function, granted.kind)
    from (
      select distinct on (function) substring(grants.object from '^function deploy_queue\."?(\w+)') as function, ours.kind
      from deploy_queue._grants() as grants
      join deploy_queue._roles() as ours on ours.role_name = grants.role_name
      where grants.object like 'function %'
      order by function, ours.rank
    ) as granted
  );
begin
  return coalesce((
    select jsonb_agg(to_jsonb(item) || jsonb_build_object('cures', (
      select jsonb_agg(cure.call || jsonb_build_object('role', v_roles -> (cure.call ->> 'function')) order by cure.number)
      from jsonb_array_elements(item.cures) with ordinality as cure (call, number)
    )))
    from unnest(_checklist.gates || array(
      select row(reason.kind, false, reason.text, reason.until, reason.deployment_id, reason.cures)::deploy_queue.gate
      from unnest(_checklist.reasons) as reason
      where reason.kind <> all (array(select gate.kind from unnest(_checklist.gates) as gate))
    )) as item
  ), '[]');
end;
$$;
