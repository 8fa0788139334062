-- Starts a queued deployment if nothing keeps it from starting; otherwise says what does and when to look again.
-- Called by waiters. A deployment that runs already is answered with "started": the first answer may have been lost.
create or replace function deploy_queue.try_start(
  deployment_id bigint,
  heartbeat boolean default false,
  keeper text default null,
  stop_grace interval default null,
  first_beat_within interval default null
)
returns table (
  started boolean,
  look_again_in interval,
  waiting_on jsonb,
  deployment deploy_queue.deployments
)
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_deployment deploy_queue.deployments;
  v_reasons deploy_queue.reason[] := '{}';
  v_stale bigint[];
  v_yielding bigint;
  v_has_reaped boolean := true;
begin
  -- A look that changes nothing is refused too: it would say "not yet" for as long as the transaction lasts.
  if current_setting('transaction_isolation') <> 'read committed' then
    perform deploy_queue._refuse_isolation();
  end if;

  loop
    -- The guard decides, as for every client, and holds the cell. A look that already sees a reason to wait does not ask the guard:
    -- the looks of a thousand waiters must not hold up the deployment whose turn it is. What ends after such a look wakes the waiter.
    if try_start.heartbeat then
      update deploy_queue.deployments
      set start_timestamp = 'infinity',
        heartbeat_timestamp = deploy_queue._now(),
        alive_until = deploy_queue._now() + least(
          deploy_queue._lease(deployments.environment, deployments.component), try_start.first_beat_within
        ),
        keeper = coalesce(try_start.keeper, deployments.keeper),
        stop_grace = coalesce(try_start.stop_grace, deployments.stop_grace)
      where deployments.id = try_start.deployment_id and deploy_queue._may_be_started(deployments, try_start.keeper)
      returning deployments.* into v_deployment;
    else
      -- The guard ends the lease. PostgreSQL reads the conditions of triggers for the columns of a lease anew when a statement names those.
      update deploy_queue.deployments
      set start_timestamp = 'infinity'
      where deployments.id = try_start.deployment_id and deploy_queue._may_be_started(deployments, try_start.keeper)
      returning deployments.* into v_deployment;
    end if;
    exit when found;

    v_deployment := deploy_queue._lock_row(try_start.deployment_id);
    if deploy_queue._has_ended(v_deployment) then
      perform deploy_queue._refuse_ended(v_deployment);
    end if;
    if v_deployment.keeper <> try_start.keeper then
      perform deploy_queue._refuse_other_keeper(v_deployment);
    end if;
    if v_deployment.start_timestamp is not null then
      v_deployment := deploy_queue._keep_or_leave(v_deployment, try_start.heartbeat, try_start.keeper, try_start.first_beat_within);
      exit;
    end if;
    -- A look of the last in a long line does not tell of all that are ahead; waiting_on() does.
    v_reasons := deploy_queue._waiting_on(v_deployment, 10);
    -- The last reason may have ended meanwhile.
    continue when v_reasons = '{}';
    if exists (select from unnest(v_reasons) as reason where reason.kind in ('superseded', 'outdated', 'withdrawn')) then
      perform deploy_queue._cancel_obsolete(array[v_deployment.id]);
      v_deployment := deploy_queue._deployment(v_deployment.id);
      exit when v_deployment.cancellation_timestamp is not null;
    end if;
    v_yielding := case when v_deployment.parent_id is not null then deploy_queue._give_way(v_deployment) end;
    if v_yielding = v_deployment.id then
      v_deployment := deploy_queue._deployment(v_yielding);
      exit;
    end if;
    continue when v_yielding is not null;
    -- Nothing was reaped under the lock: another session has reaped the stale ones, or they sent a sign of life. These reasons are
    -- current.
    exit when not v_has_reaped;

    -- Nothing may depend on a background worker: a look reaps the dead that the deployment waits for, and the deployment itself when
    -- its not_after has passed.
    perform deploy_queue._note_write();
    v_stale := array(
      select deploy_queue._stale(
        case when least(v_deployment.not_after, v_deployment.reserved_until) <= deploy_queue._now() then v_deployment.id end
          || array(select reason.deployment_id from unnest(v_reasons) as reason)
      )
    );
    exit when v_stale = '{}';
    perform deploy_queue._lock_cell(v_deployment.cell_id);
    v_has_reaped := exists (select from deploy_queue._reap(v_stale));
    v_deployment := deploy_queue._deployment(v_deployment.id);
    exit when v_deployment.cancellation_timestamp is not null;
  end loop;

  started := v_deployment.start_timestamp is not null;
  if started then
    v_reasons := '{}';
  elsif v_deployment.cancellation_timestamp is null then
    if v_deployment.heartbeat_timestamp is not null then
      -- A look is a sign of life.
      select (beat.deployment).* into v_deployment from deploy_queue._beat(array[v_deployment.id], null) as beat;
    end if;
    perform deploy_queue._record_refusal(v_deployment, v_reasons);
  end if;

  look_again_in := least(
    deploy_queue._look_again_in(v_deployment, v_reasons), case when started then try_start.first_beat_within / 3 end
  );
  waiting_on := to_jsonb(v_reasons);
  deployment := v_deployment;
  return next;
end;
$$;

comment on function deploy_queue.try_start(bigint, boolean, text, interval, interval) is
  'Starts the deployment if it may start. Returns whether it has started, after how long to look (or send a heartbeat) again, what it waits for (at most ten deployments), and its row. heartbeat: the caller promises heartbeats while it runs; otherwise they end with the start. keeper: as it was given to enqueue(); refused once another keeper has taken over. stop_grace: within how long the caller ends its work when it is asked to stop; null: it cannot. first_beat_within: one who starts it for another process gives it a shorter lease until the first heartbeat of that one.';
