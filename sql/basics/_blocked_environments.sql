-- The environments that a session holds up, null for all of them; none when it holds up nothing.
-- Called by end_blocker.
create or replace function deploy_queue._blocked_environments(pid integer) returns setof text
language sql stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  -- It holds the lock of a cell, or one that is none of a cell.
  select cells.environment
  from pg_locks as held
  left join deploy_queue.cells on cells.id::oid = held.objid
  where held.pid = $1
    and held.locktype = 'advisory'
    and held.granted
    and held.database = (select pg_database.oid from pg_database where pg_database.datname = current_database())
    and held.classid = 25713
    and held.objsubid = 2
    and (held.objid <> 4294967295 or held.mode = 'ExclusiveLock')
  union
  -- Another session waits for it, and has come to a table of the queue: for the row of a deployment, or for something of no environment.
  select deployments.environment
  from pg_locks as waiting
  join pg_locks as own on own.pid = waiting.pid and own.locktype = 'relation'
  join pg_class on pg_class.oid = own.relation and pg_class.relnamespace = 'deploy_queue'::regnamespace
  left join pg_locks as of_row
    on of_row.pid = waiting.pid and of_row.locktype = 'tuple' and of_row.relation = 'deploy_queue.deployments'::regclass
  left join deploy_queue.deployments on deployments.ctid = format('(%s,%s)', of_row.page, of_row.tuple)::tid
  where not waiting.granted
    and $1 = any (pg_blocking_pids(waiting.pid))
  union
  -- It keeps the queue from notifying.
  select null
  from deploy_queue._oldest_transaction() as oldest
  where oldest.pid = $1 and pg_notification_queue_usage() >= 0.5;
$$;
