-- Why a waiting deployment is not to run any more, as one reason: a newer one of its component has superseded it, it would be a step back,
-- or its version was marked bad.
-- Null when it is to run. It keeps no other one waiting, and is cancelled when its row is free. entering: one that is not in the line yet and
-- asks what it would wait for; the candidate itself may be that one. Called by the rule.
create or replace function deploy_queue._obsolete(
  candidate deploy_queue.deployments,
  entering deploy_queue.deployments default null
) returns deploy_queue.reason[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_demands record;
  v_reason deploy_queue.reason := deploy_queue._withdrawn(candidate);
  v_newer deploy_queue.deployments;
  v_started deploy_queue.started_sequences;
begin
  if v_reason.kind is not null then
    return array[v_reason];
  end if;
  -- A rollback goes back on purpose, and a reservation that is over ends for that reason.
  if num_nonnulls(candidate.rollback_of, candidate.joined_id) > 0 or candidate.hold = 'outside'
    or candidate.reserved_until <= deploy_queue._now()
  then
    return null;
  end if;
  select * into v_demands from deploy_queue._demands(candidate.environment, candidate.component);

  if v_demands.ordering = 'latest' then
    v_newer := deploy_queue._newest(candidate, coalesce(entering, candidate));
    if v_newer.id is distinct from candidate.id then
      v_reason.kind := 'superseded';
      v_reason.deployment_id := v_newer.id;
      v_reason.text := 'superseded by ' || deploy_queue._label(v_newer);
    end if;
  end if;
  if v_reason.kind is null and candidate.sequence is not null
    and (v_demands.refuse_outdated or v_demands.ordering <> 'sequential')
  then
    v_started := deploy_queue._started_since(candidate);
    if v_started.deployment_id is not null then
      v_reason.kind := case when v_demands.refuse_outdated then 'outdated' else 'superseded' end;
      v_reason.deployment_id := v_started.deployment_id;
      v_reason.text := format('%s: deployment %s (%s run %s) has started', v_reason.kind, v_started.deployment_id, v_started.component,
        v_started.sequence);
    end if;
  end if;
  return case when v_reason.kind is not null then array[v_reason] end;
end;
$$;
