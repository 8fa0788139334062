-- Removes sessions that have expired. Each stays for a day, so that its token is not exchanged by another run.
-- Called by prune_history, once nothing else is left to remove.
create or replace function deploy_queue._prune_sessions() returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  delete from deploy_queue.sessions where sessions.expires_at < deploy_queue._now() - interval '1 day';
end;
$$;
