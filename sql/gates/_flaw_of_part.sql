-- Why the gates that a holder has passed do not let a part in: its component has others, or it brings what the holder is not, and that was
-- marked bad, was not approved, or is not promoted or checked itself. Null when it may run in that hold.
-- Called by _require_hold.
create or replace function deploy_queue._flaw_of_part(part deploy_queue.deployments, holder deploy_queue.deployments) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_stood deploy_queue.deployments := deploy_queue._deployment(coalesce(holder.joined_id, holder.id));
  v_demands record;
  v_mark deploy_queue.bad_versions;
begin
  if (part.component, part.version, part.artifact) is not distinct from (v_stood.component, v_stood.version, v_stood.artifact) then
    return null;
  end if;
  if deploy_queue._has_other_gates(part, v_stood) then
    return format('%s has gates that %s has not', part.component, v_stood.component);
  end if;

  select * into v_demands from deploy_queue._demands(part.environment, part.component);
  v_mark := deploy_queue._bad_version(part.component, part.version, part.environment);
  if v_mark.id is not null and not deploy_queue._goes_back(part) then
    return deploy_queue._marked_text(v_mark);
  end if;
  -- Another component of the same release is another artifact.
  if v_demands.approvals > 0
    and (part.version is distinct from v_stood.version or part.component = v_stood.component)
  then
    return format('it brings another version or artifact than %s, which was approved', deploy_queue._label(v_stood));
  end if;
  if part.rollback_of is not null and not v_demands.gate_rollbacks then
    return case
      when (v_demands.promote_from is not null or v_demands.require_checks <> '{}') and not deploy_queue._goes_back(part)
        then format('%s has not finished in %s', coalesce(part.version, 'what it deploys'), part.environment)
    end;
  end if;
  return (
    select gate.text
    from unnest(deploy_queue._promotion_gate(part) || deploy_queue._check_gates(part, v_demands.require_checks)) as gate
    where not gate.is_open
    limit 1
  );
end;
$$;
