-- Keeps when versions first finished, for deployments that are about to be removed: others may be promoted by it for ever.
-- Called by prune_history.
create or replace function deploy_queue._keep_finishes(deployment_ids bigint[]) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into deploy_queue.finished_versions as kept (cell_id, component, version, artifact, finished_at)
  select finished.cell_id, finished.component, finished.version, coalesce(finished.artifact, ''), min(finished.finish_timestamp)
  from deploy_queue.deployments as finished
  where finished.id = any (_keep_finishes.deployment_ids)
    and finished.finish_timestamp is not null and finished.version is not null
  group by finished.cell_id, finished.component, finished.version, coalesce(finished.artifact, '')
  -- Two that prune at once write in one order.
  order by 1, 2, 3, 4
  on conflict on constraint finished_versions_pkey do update
  set finished_at = excluded.finished_at
  where excluded.finished_at < kept.finished_at;
end;
$$;
