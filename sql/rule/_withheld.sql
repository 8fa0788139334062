-- THE RULE, first half: what keeps a deployment from starting whatever else is in its cell. A new rule is a new branch, with its
-- wording and its cure. Called by everything that asks the rule: the decision, the explanation, the forecast. Without a search_path
-- of its own, PostgreSQL writes the body into the caller, which has one: a forecast asks for every deployment of a line.
create or replace function deploy_queue._withheld(candidate deploy_queue.deployments, policy deploy_queue.policies)
returns deploy_queue.reason[]
language sql stable
as $$
  select coalesce(
    case
      when candidate.reserved_until > policy.as_of then array[deploy_queue._reason('reservation', 'its place is reserved until it is redeemed',
        cures => jsonb_build_array(deploy_queue._call('redeem', 'deployment_id', candidate.id::text)))]
      when candidate.hold is not null and candidate.reserved_until is null then array[deploy_queue._reason('hold', 'it is on hold until it is released',
        cures => jsonb_build_array(deploy_queue._call('release', 'deployment_id', candidate.id::text)))]
    end

    || case when candidate.not_before > policy.as_of then array[deploy_queue._reason('schedule', 'it is not to start yet',
      candidate.not_before)]
    end

    || case when candidate.not_after <= policy.as_of then array[deploy_queue._reason('expired',
      format('it was to start before %s; it is cancelled at the next look', date_trunc('second', candidate.not_after)))]
    end

    || case when candidate.reserved_until <= policy.as_of then array[deploy_queue._reason('expired',
      format('its reservation ended at %s', date_trunc('second', candidate.reserved_until)))]
    end

    || case when policy.drops then deploy_queue._obsolete(candidate) end

    || policy.outside_windows

    || case when policy.is_frozen then deploy_queue._frozen(candidate) end

    || case when policy.has_held_lines then deploy_queue._line_held(candidate) end

    || case when policy.has_gates then deploy_queue._shut(deploy_queue._gates(candidate)) end,

    '{}'
  );
$$;
