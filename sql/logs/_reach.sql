-- Where the caller is limited to: its environments, components and cells; null is no limit. Reading a log is limited like changing something,
-- since a log may hold secrets.
-- Called by logs and by the view deployment_log.
create or replace function deploy_queue._reach() returns deploy_queue.access
language plpgsql stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_reach deploy_queue.access := jsonb_populate_record(null::deploy_queue.access, deploy_queue._verified());
begin
  v_reach.environments := (deploy_queue._caller()).environments;
  return v_reach;
end;
$$;
