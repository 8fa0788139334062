-- Tells those who follow the transitions. A notification that nobody hears would hold up all commits of the server.
-- Called by whatever boards want to know.
create or replace function deploy_queue._tell(message json) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  if deploy_queue._somebody_follows() then
    perform pg_notify('deploy_queue_transitions', _tell.message::text);
  end if;
end;
$$;
