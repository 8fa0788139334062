-- The sessions and prepared transactions that hold advisory locks of the queue: of one cell, or of all. One that holds no lock on a table of
-- the queue is foreign: every login of the database may take any advisory lock.
-- Called when a lock does not come, by health, by the worker and by end_blocker.
create or replace function deploy_queue._lock_holders(cell_id integer default null)
returns table (pid integer, since timestamptz, is_foreign boolean, text text)
language sql stable rows 1
security definer
set search_path = pg_catalog, pg_temp
as $$
  select held.pid, moment.since, own.is_foreign, concat(
    coalesce('session ' || held.pid, format('prepared transaction %L', prepared.gid)),
    ' of ' || coalesce(session.usename::text, prepared.owner::text),
    ' (' || nullif(session.application_name, '') || ')',
    case when own.is_foreign then ', which is no session of the queue,' end,
    ' since ' || date_trunc('second', moment.since))
  from pg_locks as held
  left join pg_stat_activity as session on session.pid = held.pid
  left join pg_locks as of_prepared
    on held.pid is null and of_prepared.pid is null and of_prepared.virtualtransaction = held.virtualtransaction
    and of_prepared.locktype = 'transactionid'
  left join pg_prepared_xacts as prepared on prepared.transaction = of_prepared.transactionid
  cross join lateral (
    -- Of a session of another role, the owner of the queue may see neither.
    select coalesce(session.xact_start, session.backend_start, prepared.prepared) as since
  ) as moment
  cross join lateral (
    select not exists (
      select
      from pg_locks as other
      join pg_class on pg_class.oid = other.relation
      where other.virtualtransaction = held.virtualtransaction
        and other.pid is not distinct from held.pid
        and pg_class.relnamespace = 'deploy_queue'::regnamespace
    ) as is_foreign
  ) as own
  where held.locktype = 'advisory'
    and held.granted
    and held.database = (select pg_database.oid from pg_database where pg_database.datname = current_database())
    and held.classid = 25713
    and held.objsubid = 2
    -- The last one is that of the followers, who share it.
    and (held.objid <> 4294967295 or held.mode = 'ExclusiveLock')
    and ($1 is null or held.objid = $1::oid)
    and held.pid is distinct from pg_backend_pid();
$$;
