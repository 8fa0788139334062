-- The gate of the phrase that a deployment has to bring, exactly as it is written. Where one is demanded when a deployment enters, a wrong
-- or missing one rejects it; this gate is for those that wait when the policy is set, and for those that are not in the line yet.
-- Called by _gates.
create or replace function deploy_queue._confirmation_gate(candidate deploy_queue.deployments, phrase text) returns deploy_queue.gate[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if _confirmation_gate.phrase is null then
    return '{}';
  end if;
  if candidate.confirmation = _confirmation_gate.phrase then
    return array[deploy_queue._gate('confirmation', true, format('it was confirmed with "%s"', candidate.confirmation))];
  end if;
  return array[deploy_queue._gate('confirmation', false, concat(format('it needs the confirmation "%s"', _confirmation_gate.phrase),
      ', not "' || left(deploy_queue._one_line(candidate.confirmation), 100) || '"'),
    cures => jsonb_build_array(case
      when candidate.id is null then deploy_queue._entry(candidate, _confirmation_gate.phrase)
      else deploy_queue._call('confirm', 'deployment_id', candidate.id::text, 'confirmation', _confirmation_gate.phrase)
    end))];
end;
$$;
