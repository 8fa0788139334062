-- The session with the oldest open transaction of the whole server, as far as the owner of the queue may see: one that listens holds up the
-- queue of notifications, which all databases share.
-- Called by health and by _blocked_environments.
create or replace function deploy_queue._oldest_transaction() returns table (pid integer, text text)
language sql stable rows 1
security definer
set search_path = pg_catalog, pg_temp
as $$
  select session.pid, concat(
    format('session %s of %s', session.pid, session.usename),
    ' in the database ' || nullif(session.datname, current_database()),
    format(' since %s', date_trunc('second', session.xact_start)))
  from pg_stat_activity as session
  where session.xact_start is not null
    and session.backend_type = 'client backend'
    and session.pid <> pg_backend_pid()
  order by session.xact_start
  limit 1;
$$;
