-- The reason for a deployment in a line that is stopped, such as after a failure, unless it rolls back what has failed.
-- A branch of _withheld.
create or replace function deploy_queue._line_held(candidate deploy_queue.deployments) returns deploy_queue.reason[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return array(
    select deploy_queue._reason('line-held',
      format('the line of %s is held by %s since %s: %s',
        deploy_queue._cell_name(candidate.environment, candidate.cloud_provider, candidate.region, candidate.cell_index),
        held.actor, date_trunc('second', held.held_at), held.reason),
      cures => jsonb_build_array(deploy_queue._call(
        'release_line', 'environment', candidate.environment, 'cloud_provider', candidate.cloud_provider, 'region', candidate.region,
        'cell_index', candidate.cell_index::text
      )))
    from deploy_queue.line_holds as held
    where held.cell_id = candidate.cell_id
      and (held.deployment_id = candidate.rollback_of) is not true
  );
end;
$$;
