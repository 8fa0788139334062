-- The reason that no maintenance window of a deployment's environment is open, until the next one opens; empty while one is.
-- A branch of _withheld.
create or replace function deploy_queue._outside_windows(candidate deploy_queue.deployments, policy deploy_queue.policies)
returns deploy_queue.reason[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return array(
    select deploy_queue._reason('window', format('no maintenance window of %s is open', candidate.environment),
      min(opening.opens) filter (where opening.opens > policy.as_of),
      jsonb_build_array(deploy_queue._call(
        'add_window', 'environment', candidate.environment, 'opens_at', null, 'closes_at', null
      )))
    from deploy_queue._openings(candidate.environment) as opening
    having bool_or(policy.as_of >= opening.opens and policy.as_of < opening.closes) is not true
  );
end;
$$;
