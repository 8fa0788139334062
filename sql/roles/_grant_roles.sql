-- Gives PUBLIC and the roles of the queue, where they exist, exactly their privileges in this database.
-- Called by every migration, since that may have made new objects, and by create_roles.
create or replace function deploy_queue._grant_roles() returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_functions text := (select string_agg(ours::text, ', ') from deploy_queue._functions() as ours);
  v_role text;
  v_grant record;
begin
  -- Two sessions at once would change the same rows of the catalog. Number 0 is no cell.
  perform pg_advisory_xact_lock(25713, 0);

  for v_role in select distinct granted.role_name from deploy_queue._grants() as granted loop
    execute format('revoke all on function %s from %I', v_functions, v_role);
    execute format('revoke all on all tables in schema deploy_queue from %I', v_role);
  end loop;

  for v_grant in select * from deploy_queue._grants() loop
    execute format('grant %s on %s to %I', v_grant.privileges, v_grant.object, v_grant.role_name);
  end loop;

  perform deploy_queue._grant_old_names();
end;
$$;
