-- Tells those who follow the transitions. Called by whatever boards want to know, when _somebody_follows.
create or replace function deploy_queue._tell(message json) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  perform pg_notify('deploy_queue_transitions', _tell.message::text);
end;
$$;
