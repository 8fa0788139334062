-- A reason for each freeze over a deployment's cell that makes no exception for it.
-- A branch of _withheld.
create or replace function deploy_queue._frozen(candidate deploy_queue.deployments) returns deploy_queue.reason[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return array(
    select deploy_queue._reason('freeze',
      format('%s is frozen by %s (freeze %s): %s', deploy_queue._freeze_label(placed), placed.owner, placed.id, placed.reason),
      placed.expires_at, jsonb_build_array(
        deploy_queue._call('allow_through_freeze', 'freeze_id', placed.id::text, 'deployment_id', candidate.id::text),
        deploy_queue._call('thaw', 'freeze_id', placed.id::text)
      ))
    from deploy_queue._freezes_over(candidate) as placed
    where not deploy_queue._passes(candidate, placed)
  );
end;
$$;
