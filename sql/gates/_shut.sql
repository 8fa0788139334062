-- The gates that are shut, as reasons to wait. Called by _withheld.
create or replace function deploy_queue._shut(gates deploy_queue.gate[]) returns deploy_queue.reason[]
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return array(
    select row(gate.kind, gate.text, gate.until, gate.deployment_id, gate.cures)::deploy_queue.reason
    from unnest(_shut.gates) as gate
    where not gate.is_open
  );
end;
$$;
