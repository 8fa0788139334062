-- What is well and what is not, one row a finding; status is ok, warning or failed.
-- Called by the command line and by monitoring. With a host, a worker on that host is demanded.
create or replace function deploy_queue.health(worker_host text default null)
returns table (name text, status text, text text)
language plpgsql stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := deploy_queue._now();
  v_worker deploy_queue.workers;
  v_usage double precision := pg_notification_queue_usage();
  v_stuck integer;
begin
  select * into v_worker
  from deploy_queue.workers
  where health.worker_host is null or split_part(workers.name, ':', 1) = health.worker_host
  order by workers.last_seen_at desc
  limit 1;

  name := 'worker';
  status := case
    when v_worker.last_seen_at > v_now - interval '3 minutes' then 'ok'
    when health.worker_host is not null then 'failed'
    else 'warning'
  end;
  text := case
    when v_worker.name is null then 'no background worker has been seen' || coalesce(' on ' || health.worker_host, '')
    else format('%s was seen %s ago', v_worker.name, date_trunc('second', v_now - v_worker.last_seen_at))
  end;
  return next;

  name := 'rules';
  status := 'failed';
  for text in select problem from deploy_queue._rule_problems() as problem loop
    return next;
  end loop;
  if not found then
    status := 'ok';
    text := 'constraint and triggers are in force';
    return next;
  end if;

  name := 'locks';
  status := 'failed';
  for text in
    select format('%s holds a lock of the queue; %s ends it', holder.text,
      coalesce('deploy_queue.end_blocker(' || holder.pid || ')', 'ROLLBACK PREPARED by its owner or a superuser'))
    from deploy_queue._lock_holders() as holder
    where holder.is_foreign or holder.since < v_now - interval '15 seconds'
  loop
    return next;
  end loop;
  if not found then
    status := 'ok';
    text := 'no session holds a lock for long';
    return next;
  end if;

  name := 'notification queue';
  status := case when v_usage >= 0.5 then 'failed' when v_usage >= 0.1 then 'warning' else 'ok' end;
  text := format('%s %% of the queue of notifications is used', ceil(v_usage * 100)) || case when v_usage >= 0.1 then coalesce(
    (
      select format('; the oldest open transaction, which may hold it up, is that of %s', oldest.text)
        || case when v_usage >= 0.5 then format('; deploy_queue.end_blocker(%s) ends it', oldest.pid) else '' end
      from deploy_queue._oldest_transaction() as oldest
    ),
    '; the log of the server names the session that holds it up'
  ) else '' end;
  return next;

  name := 'webhooks';
  status := 'warning';
  for text in
    select concat_ws(', ', format('webhook %s has not been told of all', known.name),
      case when known.given_up_count > 0 then format('%s messages were given up', known.given_up_count) end,
      case when known.oldest_pending_at < v_now - interval '10 minutes' then
        format('%s pending since %s', known.pending_count, date_trunc('second', known.oldest_pending_at)) end,
      known.problem)
    from deploy_queue.known_webhooks as known
    where known.given_up_count > 0 or known.oldest_pending_at < v_now - interval '10 minutes'
    order by known.name
  loop
    return next;
  end loop;
  if not found and exists (select from deploy_queue.webhooks) then
    status := 'ok';
    text := 'all have been told';
    return next;
  end if;

  name := 'deployments';
  status := 'warning';
  for text in
    select stuck_deployments.text from deploy_queue.stuck_deployments order by stuck_deployments.since limit 10
  loop
    return next;
  end loop;

  select count(*) into v_stuck from deploy_queue.stuck_deployments;
  if v_stuck = 0 then
    status := 'ok';
    text := 'none looks stuck';
    return next;
  elsif v_stuck > 10 then
    text := format('and %s more look stuck', v_stuck - 10);
    return next;
  end if;
end;
$$;

comment on function deploy_queue.health(text) is
  'What is well and what is not: background workers, the rules, the queue of notifications, deployments that look stuck. With worker_host, a worker on that host is demanded.';
