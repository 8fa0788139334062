-- Refuses what lies outside of the components or cells of the caller for whom a server acts; any other session has no such limits.
-- Called by the functions whose arguments do not name what they change.
create or replace function deploy_queue._require_scope_of_session(arguments jsonb) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if deploy_queue._verified() is not null then
    perform deploy_queue._require_scope(jsonb_populate_record(null::deploy_queue.access, deploy_queue._verified()), arguments);
  end if;
end;
$$;
