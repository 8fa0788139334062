-- That a version was marked bad, in words. Called by what refuses it.
create or replace function deploy_queue._marked_text(mark deploy_queue.bad_versions) returns text
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return format('%s@%s was marked bad by %s: %s', mark.component, mark.version, mark.owner, mark.reason);
end;
$$;
