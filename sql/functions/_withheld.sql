-- What keeps a deployment from starting whoever else is in its cell: a hold, its own schedule, the windows of its
-- environment, freezes. Called by the rule and the prediction. A new rule of this sort is a new branch.
create or replace function deploy_queue._withheld(candidate deploy_queue.deployments) returns setof deploy_queue.reason
language plpgsql stable rows 1
set search_path = pg_catalog, pg_temp
as $$
begin
  return query

  select 'hold', deploy_queue._label(candidate) || ' is on hold until somebody releases it', null::timestamptz, null::bigint
  where candidate.hold is not null

  union all

  select 'schedule', deploy_queue._label(candidate) || ' is not to start earlier', candidate.not_before, null
  where candidate.not_before > deploy_queue._now()

  union all

  select 'window', format('no maintenance window of %s is open', candidate.environment), opening.at, null
  from deploy_queue._window_opens(candidate.environment) as opening (at)
  where opening.at is not null

  union all

  select 'freeze', format('%s is frozen by %s: %s', deploy_queue._freeze_label(placed), placed.owner, placed.reason),
    placed.expires_at, null
  from deploy_queue._freezes(candidate) as placed
  where not deploy_queue._passes(candidate, placed);
end;
$$;
