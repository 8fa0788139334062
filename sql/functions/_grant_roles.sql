-- Gives the roles of the queue, where they exist, their privileges in this database.
-- Called by every migration, since that may have made new objects, and by create_roles.
create or replace function deploy_queue._grant_roles() returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_readable text;
begin
  if to_regrole('deploy_queue_reader') is not null then
    grant usage on schema deploy_queue to deploy_queue_reader;
    for v_readable in
      select pg_class.oid::regclass::text
      from pg_class
      where pg_class.relnamespace = 'deploy_queue'::regnamespace
        and (
          pg_class.relkind = 'v' and not starts_with(pg_class.relname, '_')
          or pg_class.relname in ('cells', 'environments', 'workers')
        )
    loop
      execute format('grant select on %s to deploy_queue_reader', v_readable);
    end loop;
  end if;
end;
$$;
