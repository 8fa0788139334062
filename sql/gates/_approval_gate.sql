-- The gate of those who must say yes: so many others, with the role.
-- Called by _gates.
create or replace function deploy_queue._approval_gate(candidate deploy_queue.deployments, approvals integer, approvers text)
returns deploy_queue.gate[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_role text := deploy_queue._approver_role(_approval_gate.approvers);
  v_given text[];
begin
  if _approval_gate.approvals = 0 then
    return '{}';
  end if;
  v_given := array(
    select deploy_queue._person(given.actor) from deploy_queue._approvals_of(candidate, v_role) as given
  );
  return array[deploy_queue._gate(
    'approval',
    cardinality(v_given) >= _approval_gate.approvals,
    format('%s %s%s (%s)%s',
      _approval_gate.approvals,
      case _approval_gate.approvals when 1 then 'approval' else 'approvals' end,
      ' of ' || _approval_gate.approvers,
      case when v_given = '{}' then 'none given' else format('%s given by %s', cardinality(v_given), array_to_string(v_given, ', ')) end,
      case when to_regrole(quote_ident(v_role)) is null then format('; nobody can approve, since there is no role %s', v_role) end),
    cures => jsonb_build_array(deploy_queue._call('approve', 'deployment_id', candidate.id::text))
  )];
end;
$$;
