-- THE RULE, first half: what keeps a deployment from starting whatever else is in its cell. A new rule is a new branch, with its
-- wording and its cure. Called by everything that asks the rule: the decision, the explanation, the forecast. A statement for each branch,
-- and one for each group of them, since PostgreSQL prepares every expression that it comes to anew in each transaction, as a whole.
create or replace function deploy_queue._withheld(candidate deploy_queue.deployments, policy deploy_queue.policies)
returns deploy_queue.reason[]
language plpgsql stable
-- Only functions with a search_path of their own call it: setting it once more costs as much as a short function.
as $$
declare
  v_reasons deploy_queue.reason[] := '{}';
begin
  -- What it brings.
  if num_nonnulls(candidate.reserved_until, candidate.hold, candidate.not_before, candidate.not_after) > 0 then
    if candidate.reserved_until > policy.as_of then
      v_reasons := v_reasons || deploy_queue._reason('reservation', 'its place is reserved until it is redeemed',
        cures => jsonb_build_array(deploy_queue._call('redeem', 'deployment_id', candidate.id::text)));
    end if;

    if candidate.hold is not null and candidate.reserved_until is null then
      v_reasons := v_reasons || deploy_queue._reason('hold', 'it is on hold until it is released',
        cures => jsonb_build_array(deploy_queue._call('release', 'deployment_id', candidate.id::text)));
    end if;

    if candidate.not_before > policy.as_of then
      v_reasons := v_reasons || deploy_queue._reason('schedule', 'it is not to start yet', candidate.not_before);
    end if;

    if candidate.not_after <= policy.as_of then
      v_reasons := v_reasons || deploy_queue._reason('expired',
        format('it was to start before %s; it is cancelled at the next look', date_trunc('second', candidate.not_after)));
    end if;

    if candidate.reserved_until <= policy.as_of then
      v_reasons := v_reasons || deploy_queue._reason('expired',
        format('its reservation ended at %s', date_trunc('second', candidate.reserved_until)));
    end if;
  end if;

  -- What is set for its cell and environment.
  if policy.drops or policy.outside_windows is not null or policy.is_frozen or policy.has_held_lines or policy.has_gates then
    if policy.drops then
      v_reasons := v_reasons || deploy_queue._obsolete(candidate);
    end if;

    if policy.outside_windows is not null then
      v_reasons := v_reasons || policy.outside_windows;
    end if;

    if policy.is_frozen then
      v_reasons := v_reasons || deploy_queue._frozen(candidate);
    end if;

    if policy.has_held_lines then
      v_reasons := v_reasons || deploy_queue._line_held(candidate);
    end if;

    if policy.has_gates then
      v_reasons := v_reasons || deploy_queue._shut(deploy_queue._gates(candidate));
    end if;
  end if;
  return v_reasons;
end;
$$;
