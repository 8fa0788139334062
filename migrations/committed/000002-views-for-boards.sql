--! Previous: sha1:1829615cf9bae79605e4e60be760dc0e54889e7f
--! Hash: sha1:825f197f54c542d57dc027c82f800144ebeaca6d
--! Message: views for boards

-- The newest version of each component in each cell.
create index deployments_latest on deploy_queue.deployments (cell_id, component, id)
  where version is not null and cancellation_timestamp is null;

-- Moments of history: small, since deployments lie in the table in the order of their creation.
create index deployments_moments on deploy_queue.deployments using brin (created_at, finish_timestamp)
  with (pages_per_range = 16, autosummarize = on);

comment on column deploy_queue.deployments.environment is 'Name of the environment, such as prod.';
comment on column deploy_queue.deployments.cloud_provider is 'Cloud provider, such as aws.';
comment on column deploy_queue.deployments.region is 'Region, such as us-west-2.';
comment on column deploy_queue.deployments.cell_index is 'Index of the cell in its region, 0 or more.';
comment on column deploy_queue.cells.environment is 'Name of the environment, such as prod.';
comment on column deploy_queue.cells.cloud_provider is 'Cloud provider, such as aws.';
comment on column deploy_queue.cells.region is 'Region, such as us-west-2.';
comment on column deploy_queue.cells.cell_index is 'Index of the cell in its region, 0 or more.';

--! Included all.sql
--! Included functions/_now.sql
-- The only clock. Everything that asks for the time asks here, so a test can replace it.
-- Called by every function, view and trigger of the schema.
create or replace function deploy_queue._now() returns timestamptz
language plpgsql stable parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  -- now() would be the start of the transaction, before the wait for a cell's lock.
  return clock_timestamp();
end;
$$;
--! EndIncluded functions/_now.sql
--! Included functions/schema_version.sql
-- The number of the newest committed migration. Programs compare it with the one they were built for.
-- Called by clients when they connect.
create or replace function deploy_queue.schema_version() returns integer
language sql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
  select 2;
$$;

comment on function deploy_queue.schema_version() is
  'Version of this schema: the number of the newest migration that was applied.';
--! EndIncluded functions/schema_version.sql
--! Included views/_live_deployments.sql
-- Everybody who is queued or running: two scans of small indexes, whatever the history.
-- Read by the functions that look beyond one cell.
create or replace view deploy_queue._live_deployments as
select *
from deploy_queue.deployments as queued
where queued.start_timestamp is null
  and queued.finish_timestamp is null
  and queued.cancellation_timestamp is null
union all
select *
from deploy_queue.deployments as running
where running.start_timestamp is not null
  and running.finish_timestamp is null
  and running.cancellation_timestamp is null;

comment on view deploy_queue._live_deployments is 'Private: deployments that are queued or running.';
--! EndIncluded views/_live_deployments.sql
--! Included functions/_actor.sql
-- Who acts: the name that the client put into the setting deploy_queue.actor, else the role that logged in.
-- Called by the event trigger and the reaper.
create or replace function deploy_queue._actor() returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return coalesce(nullif(current_setting('deploy_queue.actor', true), ''), session_user);
end;
$$;
--! EndIncluded functions/_actor.sql
--! Included functions/_label.sql
-- How messages name a deployment: "deployment 42 (api@v1.2.3)".
-- Called by everything that raises an error or explains a wait.
create or replace function deploy_queue._label(deployment deploy_queue.deployments) returns text
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return 'deployment ' || deployment.id || ' (' || deployment.component || coalesce('@' || deployment.version, '') || ')';
end;
$$;
--! EndIncluded functions/_label.sql
--! Included functions/_in_seconds.sql
-- The same interval without months and days, whose length depends on the calendar and the time zone of the session.
-- Called by the triggers that store durations.
create or replace function deploy_queue._in_seconds(duration interval) returns interval
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return make_interval(secs => extract(epoch from duration)::double precision);
end;
$$;
--! EndIncluded functions/_in_seconds.sql
--! Included functions/get_deployment_status.sql
-- Where a deployment is in its life, from its timestamps and the buffer time of its environment.
-- Called by views, the event trigger and other services.
create or replace function deploy_queue.get_deployment_status(
  start_timestamp timestamptz,
  finish_timestamp timestamptz,
  cancellation_timestamp timestamptz,
  buffer_time interval
) returns deploy_queue.deployment_status
language plpgsql stable parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return case
    when get_deployment_status.cancellation_timestamp is not null then 'cancelled'
    when get_deployment_status.start_timestamp is null then 'queued'
    when get_deployment_status.finish_timestamp is null then 'running'
    when get_deployment_status.finish_timestamp
      > deploy_queue._now() - get_deployment_status.buffer_time then 'buffering'
    else 'finished'
  end;
end;
$$;

comment on function deploy_queue.get_deployment_status(timestamptz, timestamptz, timestamptz, interval) is
  'The state that these timestamps mean right now: queued, running, buffering, finished or cancelled.';
--! EndIncluded functions/get_deployment_status.sql
--! Included functions/_has_ended.sql
-- Whether a deployment has finished or was cancelled: from then on it never changes.
-- Called by the functions and triggers that change deployments.
create or replace function deploy_queue._has_ended(deployment deploy_queue.deployments) returns boolean
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return deployment.finish_timestamp is not null or deployment.cancellation_timestamp is not null;
end;
$$;
--! EndIncluded functions/_has_ended.sql
--! Included functions/_refuse_ended.sql
-- The error of whoever asks an ended deployment to do anything more.
-- Called by try_start and the guard.
create or replace function deploy_queue._refuse_ended(deployment deploy_queue.deployments) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  if deployment.cancellation_timestamp is not null then
    raise exception using
      errcode = 'QD005',
      message = format('%s was cancelled at %s%s', deploy_queue._label(deployment),
        date_trunc('second', deployment.cancellation_timestamp), coalesce(': ' || deployment.cancellation_note, '')),
      hint = 'A cancelled deployment never changes again; enter the line with a new one.';
  end if;

  raise exception using
    errcode = 'QD006',
    message = format('%s finished at %s', deploy_queue._label(deployment), date_trunc('second', deployment.finish_timestamp)),
    hint = 'A finished deployment never changes again.';
end;
$$;
--! EndIncluded functions/_refuse_ended.sql
--! Included functions/_refuse_new_identity.sql
-- The error of whoever changes what a deployment is, or takes its start back; silent when neither happened.
-- Called by the guard.
create or replace function deploy_queue._refuse_new_identity(
  old_row deploy_queue.deployments,
  new_row deploy_queue.deployments
) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_changed text;
begin
  if (
    old_row.id, old_row.environment, old_row.cloud_provider, old_row.region, old_row.cell_index, old_row.cell_id,
    old_row.component, old_row.version, old_row.url, old_row.note, old_row.concurrency_key, old_row.idempotency_key,
    old_row.max_duration, old_row.created_at
  ) is distinct from (
    new_row.id, new_row.environment, new_row.cloud_provider, new_row.region, new_row.cell_index, new_row.cell_id,
    new_row.component, new_row.version, new_row.url, new_row.note, new_row.concurrency_key, new_row.idempotency_key,
    new_row.max_duration, new_row.created_at
  ) or (
    old_row.start_timestamp is not null and new_row.start_timestamp is distinct from old_row.start_timestamp
  ) then
    select string_agg(field.key, ', ' order by field.key) into v_changed
    from jsonb_each(to_jsonb(new_row)) as field
    where field.value is distinct from to_jsonb(old_row) -> field.key
      and field.key not in (
        'finish_timestamp', 'cancellation_timestamp', 'cancellation_note', 'heartbeat_timestamp', 'updated_at'
      );

    raise exception using
      errcode = 'QD007',
      message = format('%s cannot change its %s', deploy_queue._label(old_row), v_changed),
      hint = 'Cancel it and enter the line with a new deployment.';
  end if;
end;
$$;
--! EndIncluded functions/_refuse_new_identity.sql
--! Included functions/_deployment.sql
-- The deployment with this id; an unknown id is an error.
-- Called by the functions that read one deployment.
create or replace function deploy_queue._deployment(deployment_id bigint) returns deploy_queue.deployments
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_deployment deploy_queue.deployments;
begin
  select * into v_deployment
  from deploy_queue.deployments
  where deployments.id = _deployment.deployment_id;

  if not found then
    raise exception using
      errcode = 'QD001',
      message = format('deployment %s does not exist', coalesce(_deployment.deployment_id::text, 'null')),
      hint = 'Ids are printed by "deploy-queue start" and returned by deploy_queue.enqueue().';
  end if;

  return v_deployment;
end;
$$;
--! EndIncluded functions/_deployment.sql
--! Included functions/_lock_cell.sql
-- Serialises decisions: whoever writes a transition in a cell holds this lock until its transaction ends.
-- Called by the triggers and functions that change deployments; always after row locks, cells in ascending order.
create or replace function deploy_queue._lock_cell(cell_id integer) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  -- The decision must see what the previous holder of the lock has committed; an older snapshot does not.
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception using
      errcode = 'QD011',
      message = format('deployments cannot be changed in a %s transaction: it may not see who is in the cell',
        current_setting('transaction_isolation')),
      hint = 'Begin the transaction with ISOLATION LEVEL READ COMMITTED.';
  end if;

  -- Two-part keys are a space of their own; the first part, "dq" in ASCII, sets ours apart from other users of it.
  perform pg_advisory_xact_lock(25713, _lock_cell.cell_id);
end;
$$;
--! EndIncluded functions/_lock_cell.sql
--! Included functions/_lock_deployment.sql
-- Locks a deployment and its cell, in that order, and returns the row as it is once both are held.
-- Called by the functions that change one deployment.
create or replace function deploy_queue._lock_deployment(deployment_id bigint) returns deploy_queue.deployments
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_deployment deploy_queue.deployments;
begin
  -- Row before cell, because a plain UPDATE holds the row when its trigger asks for the cell.
  select * into v_deployment
  from deploy_queue.deployments
  where deployments.id = _lock_deployment.deployment_id
  for no key update;

  if not found then
    return deploy_queue._deployment(_lock_deployment.deployment_id);
  end if;

  perform deploy_queue._lock_cell(v_deployment.cell_id);
  return v_deployment;
end;
$$;
--! EndIncluded functions/_lock_deployment.sql
--! Included functions/_require_environment.sql
-- The error of whoever names an environment that does not exist; silent otherwise.
-- Called where an environment comes from a client.
create or replace function deploy_queue._require_environment(environment text) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (
    select from deploy_queue.environments where environments.environment = _require_environment.environment
  ) then
    raise exception using
      errcode = 'QD002',
      message = format('environment %s does not exist', coalesce(quote_ident(_require_environment.environment), 'null')),
      hint = format('There are: %s. Add one with "deploy-queue environment set" or an INSERT into deploy_queue.environments.',
        (select string_agg(environments.environment, ', ' order by environments.environment) from deploy_queue.environments));
  end if;
end;
$$;
--! EndIncluded functions/_require_environment.sql
--! Included functions/_cell.sql
-- The id of the cell at a location; the first deployment to a place creates its cell.
-- Called by the enqueue trigger.
create or replace function deploy_queue._cell(
  environment text,
  cloud_provider text,
  region text,
  cell_index integer
) returns integer
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_id integer;
begin
  for v_attempt in 1..2 loop
    select cells.id into v_id
    from deploy_queue.cells
    where cells.environment = _cell.environment
      and cells.cloud_provider = _cell.cloud_provider
      and cells.region = _cell.region
      and cells.cell_index = _cell.cell_index;
    exit when found;

    perform deploy_queue._require_environment(_cell.environment);

    -- When two create the same cell, one waits here for the other and finds its row the second time round.
    insert into deploy_queue.cells (environment, cloud_provider, region, cell_index)
    values (_cell.environment, _cell.cloud_provider, _cell.region, _cell.cell_index)
    on conflict on constraint a_cell_exists_once do nothing;
  end loop;
  return v_id;
end;
$$;
--! EndIncluded functions/_cell.sql
--! Included functions/_waiting_on.sql
-- THE RULE: everything that keeps a deployment from starting, one row a reason; no row means it may start.
-- Called by waiting_on, try_start, the guard and the wake-ups. A new rule is a new branch.
create or replace function deploy_queue._waiting_on(candidate deploy_queue.deployments)
returns setof deploy_queue.reason
language plpgsql stable rows 10
security definer
set search_path = pg_catalog, pg_temp
-- Planning anew for each cell would take longer than the rest.
set plan_cache_mode = force_generic_plan
as $$
declare
  v_now timestamptz := deploy_queue._now();
  v_buffer_time interval := (
    select environments.buffer_time
    from deploy_queue.environments
    where environments.environment = candidate.environment
  );
begin
  return query

  select 'running', deploy_queue._label(blocker) || ' is running', null::timestamptz, blocker.id
  from deploy_queue.deployments as blocker
  where blocker.cell_id = candidate.cell_id
    and blocker.start_timestamp is not null
    and blocker.finish_timestamp is null
    and blocker.cancellation_timestamp is null
    and blocker.id <> candidate.id
    and (blocker.concurrency_key = candidate.concurrency_key) is not true

  union all

  select 'buffer', deploy_queue._label(blocker) || ' finished and its buffer is not over',
    blocker.finish_timestamp + v_buffer_time, blocker.id
  from deploy_queue.deployments as blocker
  where blocker.cell_id = candidate.cell_id
    and blocker.finish_timestamp > v_now - v_buffer_time
    and blocker.cancellation_timestamp is null
    and (blocker.concurrency_key = candidate.concurrency_key) is not true

  union all

  select 'queued', deploy_queue._label(blocker) || ' is ahead in the line', null::timestamptz, blocker.id
  from deploy_queue.deployments as blocker
  where blocker.cell_id = candidate.cell_id
    and blocker.start_timestamp is null
    and blocker.finish_timestamp is null
    and blocker.cancellation_timestamp is null
    and blocker.id < candidate.id
    and (blocker.concurrency_key = candidate.concurrency_key) is not true;
end;
$$;
--! EndIncluded functions/_waiting_on.sql
--! Included functions/_refuse_blocked.sql
-- The error of whoever starts a deployment that has to wait; silent when it may start.
-- Called by the triggers, so that plain INSERT and UPDATE obey the rule.
create or replace function deploy_queue._refuse_blocked(candidate deploy_queue.deployments) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_count bigint;
  v_texts text[];
begin
  select count(*), array_agg(reason.text order by reason.deployment_id)
  into v_count, v_texts
  from deploy_queue._waiting_on(candidate) as reason;

  if v_count > 0 then
    raise exception using
      errcode = 'QD003',
      message = format('%s may not start: %s%s', deploy_queue._label(candidate), array_to_string(v_texts[1:5], '; '),
        case when v_count > 5 then format('; and %s more', v_count - 5) end),
      hint = 'deploy_queue.try_start() starts it when its turn comes; deploy_queue.waiting_on() says what it waits for.';
  end if;
end;
$$;
--! EndIncluded functions/_refuse_blocked.sql
--! Included functions/_heads.sql
-- The queued deployments of a cell that no other queued deployment blocks: the first of the line and, while they have
-- its concurrency key, those right behind it. Called by the wake-ups.
create or replace function deploy_queue._heads(cell_id integer) returns setof deploy_queue.deployments
language plpgsql stable rows 2
security definer
set search_path = pg_catalog, pg_temp
-- Planning anew for each cell would take longer than the rest.
set plan_cache_mode = force_generic_plan
as $$
declare
  v_first_key text;
  v_is_first boolean := true;
  v_queued deploy_queue.deployments;
begin
  for v_queued in
    select *
    from deploy_queue.deployments
    where deployments.cell_id = _heads.cell_id
      and deployments.start_timestamp is null
      and deployments.finish_timestamp is null
      and deployments.cancellation_timestamp is null
    order by deployments.cell_id, deployments.id
  loop
    -- Whoever stands behind a deployment with another key is blocked by it, and so is everybody further back.
    exit when not v_is_first and (v_queued.concurrency_key = v_first_key) is not true;
    return next v_queued;
    v_first_key := v_queued.concurrency_key;
    v_is_first := false;
  end loop;
end;
$$;
--! EndIncluded functions/_heads.sql
--! Included functions/_wake.sql
-- Notifies a queued deployment if it may start now or knows when it may; stays silent while that is still open.
-- Called by the triggers that take a reason to wait away, for each head of the line that had it.
create or replace function deploy_queue._wake(candidate deploy_queue.deployments) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (
    select from deploy_queue._waiting_on(candidate) as reason where reason.until is null
  ) then
    -- Without a payload, equal wake-ups of one transaction collapse into one.
    perform pg_notify('deploy_queue_deployment_' || candidate.id, '');
  end if;
end;
$$;
--! EndIncluded functions/_wake.sql
--! Included functions/_measure.sql
-- Brings the usual duration of a component in a cell up to date: its last 100 finishes of the last 3 months.
-- Called by the trigger of every finish and by refresh_durations, under the lock of the cell.
create or replace function deploy_queue._measure(cell_id integer, component text) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_since timestamptz := deploy_queue._now() - interval '3 months';
begin
  insert into deploy_queue.deployment_durations as known
    (cell_id, component, deployment_count, avg_duration, stddev_duration, first_finish_timestamp, last_finish_timestamp)
  select _measure.cell_id, _measure.component, count(*), avg(sample.duration),
    make_interval(secs => stddev_samp(extract(epoch from sample.duration))::double precision), min(sample.finish_timestamp), max(sample.finish_timestamp)
  from (
    select deployments.finish_timestamp, deployments.finish_timestamp - deployments.start_timestamp as duration
    from deploy_queue.deployments
    where deployments.cell_id = _measure.cell_id
      and deployments.component = _measure.component
      and deployments.finish_timestamp > v_since
    order by deployments.finish_timestamp desc
    limit 100
  ) as sample
  having count(*) > 0
  on conflict on constraint deployment_durations_pkey do update
  set deployment_count = excluded.deployment_count,
    avg_duration = excluded.avg_duration,
    stddev_duration = excluded.stddev_duration,
    first_finish_timestamp = excluded.first_finish_timestamp,
    last_finish_timestamp = excluded.last_finish_timestamp;
end;
$$;
--! EndIncluded functions/_measure.sql
--! Included functions/_line.sql
-- Plays the line of a cell forward: who starts when, if everybody takes as long as usual. A candidate that is not in the
-- line yet is played as its last; only_id asks for one place and plays no further.
-- Called by the queue view, place_in_line and preview.
create or replace function deploy_queue._line(
  cell_id integer,
  candidate deploy_queue.deployments default null,
  only_id bigint default null
)
returns setof deploy_queue.place
language plpgsql stable rows 10
security definer
set search_path = pg_catalog, pg_temp
-- Planning anew for each cell would take longer than the rest.
set plan_cache_mode = force_generic_plan
as $$
declare
  v_now timestamptz := deploy_queue._now();
  v_buffer_time interval := (
    select environments.buffer_time
    from deploy_queue.cells
    join deploy_queue.environments on environments.environment = cells.environment
    where cells.id = _line.cell_id
  );
  v_member record;
  v_free_at timestamptz;
  -- When the cell is free of everybody so far, whose doing that is, and when it is free of all the others. Whoever has
  -- the key of the last may start with the others' end. Infinity is "nobody knows".
  v_last timestamptz := v_now;
  v_last_key text;
  v_others timestamptz := v_now;
  v_late_keys text[] := '{}';
  v_place deploy_queue.place;
  v_blockers jsonb[] := '{}';
  v_first_ten jsonb := '[]';
  v_keys text[] := '{}';
begin
  v_place."position" := 0;
  v_place.as_of := v_now;
  for v_member in
    select member.*, usual.avg_duration,
      coalesce('key ' || member.concurrency_key, 'id ' || member.id) as exclusion_key
    from (
      select * from deploy_queue.deployments
      where deployments.cell_id = _line.cell_id
        and deployments.finish_timestamp > v_now - v_buffer_time
      union all
      select * from deploy_queue.deployments
      where deployments.cell_id = _line.cell_id
        and deployments.start_timestamp is not null
        and deployments.finish_timestamp is null
        and deployments.cancellation_timestamp is null
      union all
      select * from deploy_queue.deployments
      where deployments.cell_id = _line.cell_id
        and deployments.start_timestamp is null
        and deployments.finish_timestamp is null
        and deployments.cancellation_timestamp is null
      union all
      select candidate.* where candidate is distinct from null
    ) as member
    left join deploy_queue.deployment_durations as usual
      on usual.cell_id = _line.cell_id
      and usual.component = member.component
      and usual.last_finish_timestamp > v_now - interval '3 months'
    order by member.start_timestamp is null, member.id
  loop
    if v_member.start_timestamp is null then
      v_place.deployment_id := v_member.id;
      v_place."position" := v_place."position" + 1;
      v_free_at := case when v_member.exclusion_key = v_last_key then v_others else v_last end;
      v_place.predicted_start := nullif(v_free_at, 'infinity');
      v_place.overdue := cardinality(array_remove(v_late_keys, v_member.exclusion_key)) > 0;
      if v_member.concurrency_key is null then
        v_place.blocker_count := cardinality(v_keys);
        v_place.blockers := v_first_ten;
      else
        v_place.blocker_count := cardinality(v_keys) - cardinality(array_positions(v_keys, v_member.exclusion_key));
        v_place.blockers := to_jsonb(array(
          select v_blockers[place] from generate_subscripts(v_keys, 1) as place
          where v_keys[place] <> v_member.exclusion_key limit 10
        ));
      end if;
      if only_id is null or only_id = v_member.id then
        return next v_place;
        exit when only_id is not null;
      end if;
      v_free_at := coalesce(v_free_at + v_member.avg_duration, 'infinity') + v_buffer_time;
    elsif v_member.finish_timestamp is not null then
      v_free_at := v_member.finish_timestamp + v_buffer_time;
    else
      if v_member.start_timestamp + v_member.avg_duration < v_now then
        v_late_keys := array_append(v_late_keys, v_member.exclusion_key);
      end if;
      v_free_at := case
        when v_member.avg_duration is null then 'infinity'
        else greatest(v_member.start_timestamp + v_member.avg_duration, v_now) + v_buffer_time
      end;
    end if;

    v_keys := array_append(v_keys, v_member.exclusion_key);
    v_blockers := array_append(v_blockers, jsonb_build_object(
      'deployment_id', v_member.id,
      'kind', case
        when v_member.start_timestamp is null then 'queued'
        when v_member.finish_timestamp is null then 'running'
        else 'buffer'
      end,
      'component', v_member.component, 'version', v_member.version, 'url', v_member.url, 'note', v_member.note,
      'since', coalesce(v_member.finish_timestamp, v_member.start_timestamp, v_member.created_at),
      'usual_seconds', extract(epoch from v_member.avg_duration),
      'until', nullif(v_free_at, 'infinity')
    ));
    if cardinality(v_blockers) <= 10 then
      v_first_ten := v_first_ten || v_blockers[cardinality(v_blockers)];
    end if;
    if v_member.exclusion_key = v_last_key then
      v_last := greatest(v_last, v_free_at);
    elsif v_free_at >= v_last then
      v_others := v_last;
      v_last := v_free_at;
      v_last_key := v_member.exclusion_key;
    else
      v_others := greatest(v_others, v_free_at);
    end if;
  end loop;
end;
$$;
--! EndIncluded functions/_line.sql
--! Included functions/_reap.sql
-- Cancels those of the given deployments whose heartbeats stopped or that run for too long, each once however many
-- reap, and returns them.
-- Called by reap_stale_deployments and by try_start for what it waits for.
create or replace function deploy_queue._reap(deployment_ids bigint[]) returns setof deploy_queue.deployments
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := deploy_queue._now();
  v_ids bigint[];
  v_cell_ids integer[];
  v_cell_id integer;
begin
  -- try_start holds a cell when it comes here; skipping locked rows never waits, so that cannot deadlock. A row that
  -- somebody else has locked is being reaped, ended or kept alive by them.
  select array_agg(stale.id), array_agg(distinct stale.cell_id order by stale.cell_id)
  into v_ids, v_cell_ids
  from (
    select deployments.id, deployments.cell_id
    from deploy_queue.deployments
    join deploy_queue.environments on environments.environment = deployments.environment
    where deployments.id = any (_reap.deployment_ids)
      and deployments.finish_timestamp is null
      and deployments.cancellation_timestamp is null
      and (
        deployments.heartbeat_timestamp < v_now - environments.heartbeat_timeout
        or deployments.start_timestamp < v_now - coalesce(deployments.max_duration, environments.max_duration)
      )
    for no key update of deployments skip locked
  ) as stale;

  if v_ids is null then
    return;
  end if;

  foreach v_cell_id in array v_cell_ids loop
    perform deploy_queue._lock_cell(v_cell_id);
  end loop;

  perform set_config('deploy_queue.reaping', 'on', true);
  return query
  update deploy_queue.deployments
  set cancellation_timestamp = deploy_queue._now(),
    cancellation_note = format('reaped by %s: %s', deploy_queue._actor(), case
      when deployments.heartbeat_timestamp < v_now - environments.heartbeat_timeout
        then format('no heartbeat since %s', date_trunc('second', deployments.heartbeat_timestamp))
      else format('it ran for longer than %s', coalesce(deployments.max_duration, environments.max_duration))
    end)
  from deploy_queue.environments
  where deployments.id = any (v_ids)
    and environments.environment = deployments.environment
  returning deployments.*;
  perform set_config('deploy_queue.reaping', '', true);
end;
$$;
--! EndIncluded functions/_reap.sql
--! Included functions/_cancel_each.sql
-- Cancels those of the given deployments that are queued or running, and returns them.
-- Called by the bulk cancels.
create or replace function deploy_queue._cancel_each(deployment_ids bigint[], cancellation_note text)
returns setof deploy_queue.deployments
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ids bigint[];
  v_cell_ids integer[];
  v_cell_id integer;
begin
  -- All rows before all cells, each in ascending order: the lock order of everybody else.
  select array_agg(live.id), array_agg(distinct live.cell_id order by live.cell_id)
  into v_ids, v_cell_ids
  from (
    select deployments.id, deployments.cell_id
    from deploy_queue.deployments
    where deployments.id = any (_cancel_each.deployment_ids)
      and deployments.finish_timestamp is null
      and deployments.cancellation_timestamp is null
    order by deployments.cell_id, deployments.id
    for no key update
  ) as live;

  foreach v_cell_id in array coalesce(v_cell_ids, '{}') loop
    perform deploy_queue._lock_cell(v_cell_id);
  end loop;

  return query
  update deploy_queue.deployments
  set cancellation_timestamp = deploy_queue._now(),
    cancellation_note = _cancel_each.cancellation_note
  where deployments.id = any (v_ids)
  returning deployments.*;
end;
$$;
--! EndIncluded functions/_cancel_each.sql
--! Included functions/waiting_on.sql
-- Why a queued deployment cannot start yet, in the order of the line; no row when it may, or when it is not queued.
-- Called by clients and people.
create or replace function deploy_queue.waiting_on(deployment_id bigint) returns setof deploy_queue.reason
language plpgsql stable rows 10
set search_path = pg_catalog, pg_temp
as $$
declare
  v_candidate deploy_queue.deployments := deploy_queue._deployment(waiting_on.deployment_id);
begin
  if v_candidate.start_timestamp is null and v_candidate.cancellation_timestamp is null then
    return query
    select reason.*
    from deploy_queue._waiting_on(v_candidate) as reason
    order by reason.deployment_id;
  end if;
end;
$$;

comment on function deploy_queue.waiting_on(bigint) is
  'Why this queued deployment cannot start yet: one row a reason, with the moment it ends when that is known.';
--! EndIncluded functions/waiting_on.sql
--! Included functions/blocking_deployments.sql
-- The deployments that a queued deployment waits for, in the order of the line.
-- Called by clients and people.
create or replace function deploy_queue.blocking_deployments(deployment_id bigint)
returns setof deploy_queue.deployments
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select blocker.*
  from deploy_queue.waiting_on($1) as reason
  join deploy_queue.deployments as blocker on blocker.id = reason.deployment_id
  order by blocker.id;
$$;

comment on function deploy_queue.blocking_deployments(bigint) is
  'The deployments that this queued deployment waits for: running, buffering, or queued ahead of it in its cell.';
--! EndIncluded functions/blocking_deployments.sql
--! Included functions/place_in_line.sql
-- Where a queued deployment stands and when it will likely start; no row for one that is not queued.
-- Called by clients, to tell the person who waits.
create or replace function deploy_queue.place_in_line(deployment_id bigint) returns setof deploy_queue.place
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_deployment deploy_queue.deployments := deploy_queue._deployment(place_in_line.deployment_id);
begin
  return query
  select place.*
  from deploy_queue._line(v_deployment.cell_id, only_id => v_deployment.id) as place;
end;
$$;

comment on function deploy_queue.place_in_line(bigint) is
  'Position of a queued deployment, its predicted start from the usual durations of everybody ahead, and whom it waits for.';
--! EndIncluded functions/place_in_line.sql
--! Included functions/preview.sql
-- What a deployment would wait for, and until when, if it entered the line now. Enters nothing.
-- Called by clients before they decide.
create or replace function deploy_queue.preview(
  environment text,
  cloud_provider text,
  region text,
  cell_index integer,
  component text,
  concurrency_key text default null
) returns deploy_queue.place
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_candidate deploy_queue.deployments;
  v_cell_id integer;
  v_place deploy_queue.place;
begin
  perform deploy_queue._require_environment(preview.environment);
  select cells.id into v_cell_id
  from deploy_queue.cells
  where cells.environment = preview.environment
    and cells.cloud_provider = preview.cloud_provider
    and cells.region = preview.region
    and cells.cell_index = preview.cell_index;

  v_candidate.id := 9223372036854775807;
  v_candidate.component := preview.component;
  v_candidate.concurrency_key := preview.concurrency_key;
  select place.* into v_place
  from deploy_queue._line(v_cell_id, v_candidate, v_candidate.id) as place;
  v_place.deployment_id := null;
  return v_place;
end;
$$;

comment on function deploy_queue.preview(text, text, text, integer, text, text) is
  'Position, predicted start and blockers that a deployment would have if it were enqueued now.';
--! EndIncluded functions/preview.sql
--! Included functions/enqueue.sql
-- Enters the line of a cell; the id that comes back is the place in it.
-- Called by clients; a plain INSERT does the same.
create or replace function deploy_queue.enqueue(
  environment text,
  cloud_provider text,
  region text,
  cell_index integer,
  component text,
  version text default null,
  url text default null,
  note text default null,
  concurrency_key text default null,
  heartbeat boolean default false,
  idempotency_key text default null,
  max_duration interval default null
) returns deploy_queue.deployments
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_deployment deploy_queue.deployments;
begin
  insert into deploy_queue.deployments as deployment (
    environment, cloud_provider, region, cell_index, component, version, url, note, concurrency_key,
    heartbeat_timestamp, idempotency_key, max_duration
  ) values (
    enqueue.environment, enqueue.cloud_provider, enqueue.region, enqueue.cell_index, enqueue.component,
    enqueue.version, enqueue.url, enqueue.note, enqueue.concurrency_key,
    -- With the row itself: a client that dies right after must not hold its place for ever.
    case when enqueue.heartbeat then deploy_queue._now() end,
    enqueue.idempotency_key, enqueue.max_duration
  )
  on conflict (idempotency_key) where idempotency_key is not null do nothing
  returning deployment.* into v_deployment;

  -- A client whose connection died asks again, without knowing whether it was heard the first time.
  if not found then
    select * into v_deployment
    from deploy_queue.deployments
    where deployments.idempotency_key = enqueue.idempotency_key;
  end if;
  return v_deployment;
end;
$$;

comment on function deploy_queue.enqueue(text, text, text, integer, text, text, text, text, text, boolean, text, interval) is
  'Enters the line of a cell and returns the new deployment. heartbeat: the caller promises heartbeats while it waits, and is reaped when they stop. idempotency_key: asking twice with the same key enters the line once. max_duration: it is reaped when it runs for longer.';
--! EndIncluded functions/enqueue.sql
--! Included functions/try_start.sql
-- Starts a queued deployment if nothing keeps it from starting; otherwise says what does and when to look again.
-- Called by whoever waits for its turn. A deployment that runs already is answered with "started".
create or replace function deploy_queue.try_start(deployment_id bigint, heartbeat boolean default false)
returns table (
  started boolean,
  look_again_in interval,
  waiting_on jsonb,
  deployment deploy_queue.deployments
)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_deployment deploy_queue.deployments := deploy_queue._lock_deployment(try_start.deployment_id);
  v_reasons deploy_queue.reason[];
  v_open_ended boolean;
  v_until timestamptz;
begin
  if deploy_queue._has_ended(v_deployment) then
    perform deploy_queue._refuse_ended(v_deployment);
  end if;

  if v_deployment.start_timestamp is null then
    v_reasons := array(select reason from deploy_queue._waiting_on(v_deployment) as reason order by reason.deployment_id);

    -- Nothing may depend on a background worker: whoever waits removes the dead that it waits for.
    if v_reasons <> '{}' and exists (
      select from deploy_queue._reap(array(select reason.deployment_id from unnest(v_reasons) as reason))
    ) then
      v_reasons := array(select reason from deploy_queue._waiting_on(v_deployment) as reason order by reason.deployment_id);
    end if;

    if v_reasons = '{}' then
      update deploy_queue.deployments
      set start_timestamp = deploy_queue._now(),
        heartbeat_timestamp = case when try_start.heartbeat then deploy_queue._now() end
      where deployments.id = v_deployment.id
      returning deployments.* into v_deployment;
    elsif v_deployment.heartbeat_timestamp is not null then
      -- Asking for its turn is a sign of life.
      update deploy_queue.deployments
      set heartbeat_timestamp = deploy_queue._now()
      where deployments.id = v_deployment.id
      returning deployments.* into v_deployment;
    end if;
  end if;

  select bool_or(reason.until is null), max(reason.until) into v_open_ended, v_until
  from unnest(v_reasons) as reason;

  started := v_deployment.start_timestamp is not null;
  look_again_in := (
    select least(environments.heartbeat_interval, case when not v_open_ended then v_until - deploy_queue._now() end)
    from deploy_queue.environments
    where environments.environment = v_deployment.environment
  );
  waiting_on := coalesce(to_jsonb(v_reasons), '[]');
  deployment := v_deployment;
  return next;
end;
$$;

comment on function deploy_queue.try_start(bigint, boolean) is
  'Starts the deployment if it may start. Returns whether it has started, after how long to look (or send a heartbeat) again, what it waits for, and its row. heartbeat: the caller promises heartbeats while it runs; otherwise they end with the start.';
--! EndIncluded functions/try_start.sql
--! Included functions/finish.sql
-- Ends a running deployment well; the buffer of its cell begins. One that has finished already is left as it is.
-- Called by clients; a plain UPDATE of finish_timestamp does the same.
create or replace function deploy_queue.finish(deployment_id bigint) returns deploy_queue.deployments
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_deployment deploy_queue.deployments := deploy_queue._lock_deployment(finish.deployment_id);
begin
  if v_deployment.finish_timestamp is not null then
    raise notice '% has already finished', deploy_queue._label(v_deployment);
    return v_deployment;
  end if;

  update deploy_queue.deployments
  set finish_timestamp = deploy_queue._now()
  where deployments.id = v_deployment.id
  returning deployments.* into v_deployment;
  return v_deployment;
end;
$$;

comment on function deploy_queue.finish(bigint) is
  'Finishes a running deployment and returns it. Finishing it twice is fine; a queued or cancelled one is refused.';
--! EndIncluded functions/finish.sql
--! Included functions/cancel.sql
-- Cancels a queued or running deployment. One that is cancelled already is left as it is.
-- Called by clients; a plain UPDATE of cancellation_timestamp does the same.
create or replace function deploy_queue.cancel(deployment_id bigint, cancellation_note text default null)
returns deploy_queue.deployments
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_deployment deploy_queue.deployments := deploy_queue._lock_deployment(cancel.deployment_id);
begin
  if v_deployment.cancellation_timestamp is not null then
    raise notice '% is already cancelled', deploy_queue._label(v_deployment);
    return v_deployment;
  end if;

  update deploy_queue.deployments
  set cancellation_timestamp = deploy_queue._now(),
    cancellation_note = cancel.cancellation_note
  where deployments.id = v_deployment.id
  returning deployments.* into v_deployment;
  return v_deployment;
end;
$$;

comment on function deploy_queue.cancel(bigint, text) is
  'Cancels a queued or running deployment and returns it. Cancelling it twice is fine; a finished one is refused.';
--! EndIncluded functions/cancel.sql
--! Included functions/cancel_version.sql
-- Cancels whatever is queued or running of one version of a component, in every cell.
-- Called by clients, to pull a bad release back.
create or replace function deploy_queue.cancel_version(
  component text,
  version text,
  cancellation_note text default null
) returns setof deploy_queue.deployments
language sql volatile
set search_path = pg_catalog, pg_temp
as $$
  select cancelled.*
  from deploy_queue._cancel_each(
    array(
      select live.id
      from deploy_queue._live_deployments as live
      where live.component = $1
        and live.version = $2
    ),
    $3
  ) as cancelled;
$$;

comment on function deploy_queue.cancel_version(text, text, text) is
  'Cancels every queued or running deployment of this version of the component and returns them.';
--! EndIncluded functions/cancel_version.sql
--! Included functions/cancel_location.sql
-- Cancels whatever is queued or running in a region, or in one cell of it.
-- Called by clients, in an outage.
create or replace function deploy_queue.cancel_location(
  environment text,
  cloud_provider text,
  region text,
  cell_index integer default null,
  cancellation_note text default null
) returns setof deploy_queue.deployments
language sql volatile
set search_path = pg_catalog, pg_temp
as $$
  select cancelled.*
  from deploy_queue._cancel_each(
    array(
      select live.id
      from deploy_queue._live_deployments as live
      where live.environment = $1
        and live.cloud_provider = $2
        and live.region = $3
        and ($4 is null or live.cell_index = $4)
    ),
    $5
  ) as cancelled;
$$;

comment on function deploy_queue.cancel_location(text, text, text, integer, text) is
  'Cancels every queued or running deployment of this region, or of one cell of it, and returns them.';
--! EndIncluded functions/cancel_location.sql
--! Included functions/heartbeat.sql
-- Proves that the keeper of a deployment is alive. An ended deployment comes back unchanged, so its keeper can stop.
-- Called every environments.heartbeat_interval by whoever keeps the deployment.
create or replace function deploy_queue.heartbeat(deployment_id bigint) returns deploy_queue.deployments
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_deployment deploy_queue.deployments;
begin
  -- No cell lock: a heartbeat decides nothing.
  update deploy_queue.deployments
  set heartbeat_timestamp = deploy_queue._now()
  where deployments.id = heartbeat.deployment_id
    and deployments.finish_timestamp is null
    and deployments.cancellation_timestamp is null
  returning deployments.* into v_deployment;

  return case when found then v_deployment else deploy_queue._deployment(heartbeat.deployment_id) end;
end;
$$;

comment on function deploy_queue.heartbeat(bigint) is
  'Records that the keeper of this deployment is alive and returns the deployment; an ended one is returned unchanged.';
--! EndIncluded functions/heartbeat.sql
--! Included functions/reap_stale_deployments.sql
-- Cancels every deployment whose heartbeats stopped for longer than the timeout of its environment, or that runs for
-- longer than its maximum duration.
-- Called by clients and the background worker; waiters reap what blocks them without it.
create or replace function deploy_queue.reap_stale_deployments() returns setof deploy_queue.deployments
language sql volatile
set search_path = pg_catalog, pg_temp
as $$
  select reaped.*
  from deploy_queue._reap(
    array(
      select live.id
      from deploy_queue._live_deployments as live
      where live.heartbeat_timestamp is not null or live.start_timestamp is not null
    )
  ) as reaped;
$$;

comment on function deploy_queue.reap_stale_deployments() is
  'Cancels every queued or running deployment whose heartbeats stopped for longer than environments.heartbeat_timeout, or that runs for longer than its max_duration, and returns them.';
--! EndIncluded functions/reap_stale_deployments.sql
--! Included functions/live_deployment_by_url.sql
-- The newest queued or running deployment with this url; no row when there is none.
-- Called by whoever keeps a job's deployment alive and knows only the job.
create or replace function deploy_queue.live_deployment_by_url(url text) returns setof deploy_queue.deployments
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select deployments.*
  from deploy_queue.deployments
  where deployments.id = (select max(live.id) from deploy_queue._live_deployments as live where live.url = $1);
$$;

comment on function deploy_queue.live_deployment_by_url(text) is
  'The newest queued or running deployment with this url, if there is one.';
--! EndIncluded functions/live_deployment_by_url.sql
--! Included functions/refresh_durations.sql
-- Drops samples older than 3 months from the usual durations, for so many groups at most. Returns how many it refreshed.
-- Called by the background worker until it returns 0; finishes keep their own group right.
create or replace function deploy_queue.refresh_durations(batch_size integer default 20) returns integer
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_since timestamptz := deploy_queue._now() - interval '3 months';
  v_group record;
  v_count integer := 0;
begin
  for v_group in
    select known.cell_id, known.component
    from deploy_queue.deployment_durations as known
    where known.first_finish_timestamp <= v_since
    order by known.cell_id, known.component
    limit batch_size
  loop
    perform deploy_queue._lock_cell(v_group.cell_id);
    delete from deploy_queue.deployment_durations as known
    where known.cell_id = v_group.cell_id and known.component = v_group.component;
    perform deploy_queue._measure(v_group.cell_id, v_group.component);
    v_count := v_count + 1;
  end loop;
  return v_count;
end;
$$;

comment on function deploy_queue.refresh_durations(integer) is
  'Brings up to date the usual durations that contain samples older than 3 months; returns how many, 0 when none is left.';
--! EndIncluded functions/refresh_durations.sql
--! Included functions/prune_history.sql
-- Removes deployments that ended longer ago than their environment keeps them, with their events, so many at most. The
-- newest finished deployment of each component in each cell stays: it says what is there. Returns how many it removed.
-- Called by the background worker until it returns 0; takes no lock that the queue needs.
create or replace function deploy_queue.prune_history(batch_size integer default 1000) returns integer
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := deploy_queue._now();
  v_ids bigint[];
begin
  select array_agg(old.id) into v_ids
  from (
    select ended.id
    from deploy_queue.environments
    join deploy_queue.cells on cells.environment = environments.environment
    cross join lateral (
      (
        select finished.id from deploy_queue.deployments as finished
        where finished.cell_id = cells.id
          and finished.finish_timestamp < v_now - environments.retention
          and exists (
            select from deploy_queue.deployments as newer
            where newer.cell_id = finished.cell_id
              and newer.component = finished.component
              and newer.finish_timestamp > finished.finish_timestamp
          )
        -- The order makes the index stop after the batch.
        order by finished.finish_timestamp
        limit batch_size
      )
      union all
      (
        select cancelled.id from deploy_queue.deployments as cancelled
        where cancelled.cell_id = cells.id
          and cancelled.cancellation_timestamp < v_now - environments.retention
        order by cancelled.cancellation_timestamp
        limit batch_size
      )
    ) as ended
    where environments.retention is not null
    limit batch_size
  ) as old;

  perform set_config('deploy_queue.maintenance', 'on', true);
  delete from deploy_queue.deployment_events where deployment_events.deployment_id = any (v_ids);
  delete from deploy_queue.deployments where deployments.id = any (v_ids);
  perform set_config('deploy_queue.maintenance', '', true);
  return coalesce(cardinality(v_ids), 0);
end;
$$;

comment on function deploy_queue.prune_history(integer) is
  'Removes a batch of deployments that ended longer ago than environments.retention; returns how many, 0 when none is left.';
--! EndIncluded functions/prune_history.sql
--! Included functions/worker_seen.sql
-- Records that a background worker is alive, and forgets those that have not been seen for a week.
-- Called by the background worker every minute.
create or replace function deploy_queue.worker_seen(name text, version text) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_now timestamptz := deploy_queue._now();
begin
  insert into deploy_queue.workers as known (name, version, started_at, last_seen_at)
  values (worker_seen.name, worker_seen.version, v_now, v_now)
  on conflict (name) do update set version = excluded.version, last_seen_at = excluded.last_seen_at;

  delete from deploy_queue.workers as known where known.last_seen_at < v_now - interval '7 days';
end;
$$;

comment on function deploy_queue.worker_seen(text, text) is 'Records that this background worker is alive.';
--! EndIncluded functions/worker_seen.sql
--! Included functions/set_environment.sql
-- Adds an environment or changes its policies; what is not given stays as it is.
-- Called by clients; plain INSERT and UPDATE of the table do the same.
create or replace function deploy_queue.set_environment(
  environment text,
  buffer_time interval default null,
  heartbeat_timeout interval default null,
  max_duration interval default null,
  retention interval default null
) returns deploy_queue.environments
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_environment deploy_queue.environments;
begin
  insert into deploy_queue.environments as existing (environment, buffer_time, heartbeat_timeout, max_duration, retention)
  values (
    set_environment.environment,
    coalesce(set_environment.buffer_time, '0'),
    coalesce(set_environment.heartbeat_timeout, '15 minutes'),
    set_environment.max_duration,
    set_environment.retention
  )
  on conflict on constraint environments_pkey do update
  set buffer_time = coalesce(set_environment.buffer_time, existing.buffer_time),
    heartbeat_timeout = coalesce(set_environment.heartbeat_timeout, existing.heartbeat_timeout),
    max_duration = coalesce(set_environment.max_duration, existing.max_duration),
    retention = coalesce(set_environment.retention, existing.retention)
  returning existing.* into v_environment;
  return v_environment;
end;
$$;

comment on function deploy_queue.set_environment(text, interval, interval, interval, interval) is
  'Adds an environment or changes its policies; a null argument leaves that policy as it is. Returns the environment.';
--! EndIncluded functions/set_environment.sql
--! Included triggers/deployments__enqueue.sql
-- Gives a new deployment its cell and, under the lock of that cell, its place in the line.
-- Fires for every INSERT into deployments, so plain SQL queues like enqueue().
create or replace function deploy_queue.tg_deployments__enqueue() returns trigger
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now timestamptz;
begin
  if new.id is not null then
    raise exception using
      errcode = 'QD008',
      message = format('id %s was given, but ids are drawn by the line', new.id),
      hint = 'Leave id out of the INSERT and take it from RETURNING id.';
  end if;

  new.cell_id := deploy_queue._cell(new.environment, new.cloud_provider, new.region, new.cell_index);
  -- Held until commit: inside a cell, ids become visible in their order.
  perform deploy_queue._lock_cell(new.cell_id);
  new.id := nextval('deploy_queue.deployments_id_seq');

  v_now := deploy_queue._now();
  if greatest(new.created_at, new.start_timestamp, new.finish_timestamp, new.cancellation_timestamp) > v_now
    or least(new.created_at, new.start_timestamp, new.finish_timestamp, new.cancellation_timestamp) = '-infinity'
  then
    raise exception using
      errcode = 'QD009',
      message = format('%s has a timestamp that lies in the future or is infinite', deploy_queue._label(new)),
      detail = format('The clock of the database says %s.', v_now),
      hint = 'Leave the timestamps of the present out; the database fills them in.';
  end if;
  new.created_at := coalesce(new.created_at, least(new.start_timestamp, new.cancellation_timestamp, v_now));
  new.updated_at := v_now;
  new.max_duration := deploy_queue._in_seconds(new.max_duration);
  if new.heartbeat_timestamp is not null then
    new.heartbeat_timestamp := v_now;
  end if;

  if not deploy_queue._has_ended(new) then
    if new.start_timestamp is not null then
      perform deploy_queue._refuse_blocked(new);
    end if;
  end if;
  return new;
end;
$$;

create or replace trigger tg_deployments__enqueue
before insert on deploy_queue.deployments
for each row execute function deploy_queue.tg_deployments__enqueue();
--! EndIncluded triggers/deployments__enqueue.sql
--! Included triggers/deployments__guard.sql
-- Lets only legal transitions through, each stamped by the clock of the database under the lock of the cell.
-- Fires for every UPDATE of deployments, so plain SQL obeys the same rules as the functions.
create or replace function deploy_queue.tg_deployments__guard() returns trigger
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_starts boolean := old.start_timestamp is null and new.start_timestamp is not null;
  v_finishes boolean := new.finish_timestamp is not null;
  v_cancels boolean := new.cancellation_timestamp is not null;
  v_now timestamptz;
begin
  if deploy_queue._has_ended(old) then
    perform deploy_queue._refuse_ended(old);
  end if;
  perform deploy_queue._refuse_new_identity(old, new);

  if v_starts or v_finishes or v_cancels then
    perform deploy_queue._lock_cell(old.cell_id);
  end if;
  if v_starts then
    perform deploy_queue._refuse_blocked(new);
  end if;
  -- After the decision: stamped before it, a start could seem to lie in a buffer that was over by then.
  v_now := deploy_queue._now();

  if v_starts then
    -- Never before what came before it, should the clock have been set back.
    new.start_timestamp := greatest(v_now, new.created_at);
    -- The heartbeats of the wait end with it, unless whoever starts the deployment goes on to send them: a deployment
    -- that nobody promised to keep alive must not be reaped while it runs.
    if new.heartbeat_timestamp is not distinct from old.heartbeat_timestamp then
      new.heartbeat_timestamp := null;
    end if;
  end if;

  if v_finishes then
    if new.start_timestamp is null then
      raise exception using
        errcode = 'QD004',
        message = format('%s is queued; it cannot finish before it started', deploy_queue._label(old)),
        hint = 'Cancel it instead, or start it first.';
    end if;
    new.finish_timestamp := greatest(v_now, new.start_timestamp);
  end if;

  if v_cancels then
    new.cancellation_timestamp := greatest(v_now, new.start_timestamp);
  end if;

  if new.heartbeat_timestamp is distinct from old.heartbeat_timestamp and new.heartbeat_timestamp is not null then
    new.heartbeat_timestamp := v_now;
  end if;
  new.updated_at := v_now;
  return new;
end;
$$;

create or replace trigger tg_deployments__guard
before update on deploy_queue.deployments
for each row execute function deploy_queue.tg_deployments__guard();
--! EndIncluded triggers/deployments__guard.sql
--! Included triggers/deployments__record.sql
-- Leaves one event a transition and tells the boards.
-- Fires for every INSERT into deployments and every UPDATE that is a transition.
create or replace function deploy_queue.tg_deployments__record() returns trigger
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_status deploy_queue.deployment_status := deploy_queue.get_deployment_status(
    new.start_timestamp, new.finish_timestamp, new.cancellation_timestamp,
    (select environments.buffer_time from deploy_queue.environments where environments.environment = new.environment)
  );
  v_is_new boolean := tg_op = 'INSERT';
begin
  insert into deploy_queue.deployment_events
    (deployment_id, occurred_at, kind, from_state, to_state, actor, application_name, client_address, reason)
  select
    new.id, event.occurred_at, event.kind, event.from_state, event.to_state,
    deploy_queue._actor(), nullif(current_setting('application_name'), ''), inet_client_addr(), event.reason
  from (
    values
      (v_is_new, new.created_at, 'enqueued', null::deploy_queue.deployment_status,
        'queued'::deploy_queue.deployment_status, null),
      (new.start_timestamp is not null and (v_is_new or old.start_timestamp is null),
        new.start_timestamp, 'started', 'queued', 'running', null),
      (new.finish_timestamp is not null, new.finish_timestamp, 'finished', 'running', v_status, null),
      (new.cancellation_timestamp is not null, new.cancellation_timestamp,
        case when current_setting('deploy_queue.reaping', true) = 'on' then 'reaped' else 'cancelled' end,
        case when new.start_timestamp is null then 'queued' else 'running' end::deploy_queue.deployment_status,
        'cancelled', new.cancellation_note)
  ) as event (happened, occurred_at, kind, from_state, to_state, reason)
  where event.happened;

  -- History that is written after the fact moves nothing.
  if not (v_is_new and deploy_queue._has_ended(new)) then
    perform pg_notify('deploy_queue_transitions', json_build_object(
      'deployment_id', new.id, 'status', v_status, 'environment', new.environment,
      'cloud_provider', new.cloud_provider, 'region', new.region, 'cell_index', new.cell_index
    )::text);
  end if;
  return null;
end;
$$;

create or replace trigger tg_deployments__record_insert
after insert on deploy_queue.deployments
for each row execute function deploy_queue.tg_deployments__record();

create or replace trigger tg_deployments__record_update
after update on deploy_queue.deployments
for each row when (
  (old.start_timestamp is null and new.start_timestamp is not null)
  or new.finish_timestamp is not null
  or new.cancellation_timestamp is not null
)
execute function deploy_queue.tg_deployments__record();
--! EndIncluded triggers/deployments__record.sql
--! Included triggers/deployments__measure.sql
-- Keeps the usual durations right.
-- Fires for every deployment that finishes, and for finished ones that are inserted as history.
create or replace function deploy_queue.tg_deployments__measure() returns trigger
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  perform deploy_queue._measure(new.cell_id, new.component);
  return null;
end;
$$;

create or replace trigger tg_deployments__measure
after insert or update on deploy_queue.deployments
for each row when (new.finish_timestamp is not null)
execute function deploy_queue.tg_deployments__measure();
--! EndIncluded triggers/deployments__measure.sql
--! Included triggers/deployments__wake.sql
-- Wakes the keeper of a deployment that ended, and those at the head of the line who waited for it.
-- Fires for every UPDATE that finishes or cancels a deployment; the guard already holds the lock of the cell.
create or replace function deploy_queue.tg_deployments__wake() returns trigger
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_head deploy_queue.deployments;
begin
  perform pg_notify('deploy_queue_deployment_' || new.id, 'ended');

  for v_head in select * from deploy_queue._heads(new.cell_id) loop
    -- Those whom it did not block learn nothing from its end.
    if (old.start_timestamp is not null or old.id < v_head.id)
      and (old.concurrency_key = v_head.concurrency_key) is not true
    then
      perform deploy_queue._wake(v_head);
    end if;
  end loop;
  return null;
end;
$$;

create or replace trigger tg_deployments__wake
after update on deploy_queue.deployments
for each row when (new.finish_timestamp is not null or new.cancellation_timestamp is not null)
execute function deploy_queue.tg_deployments__wake();
--! EndIncluded triggers/deployments__wake.sql
--! Included triggers/environments__normalize.sql
-- Stores the durations of policies in plain seconds.
-- Fires for every INSERT into environments and every UPDATE.
create or replace function deploy_queue.tg_environments__normalize() returns trigger
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  new.buffer_time := deploy_queue._in_seconds(new.buffer_time);
  new.heartbeat_timeout := deploy_queue._in_seconds(new.heartbeat_timeout);
  new.max_duration := deploy_queue._in_seconds(new.max_duration);
  new.retention := deploy_queue._in_seconds(new.retention);
  return new;
end;
$$;

create or replace trigger tg_environments__normalize
before insert or update on deploy_queue.environments
for each row execute function deploy_queue.tg_environments__normalize();
--! EndIncluded triggers/environments__normalize.sql
--! Included triggers/environments__wake.sql
-- Wakes those at the head of a line whose buffer became shorter.
-- Fires for every UPDATE of environments that shortens buffer_time.
create or replace function deploy_queue.tg_environments__wake() returns trigger
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_cell_id integer;
  v_head deploy_queue.deployments;
begin
  for v_cell_id in
    select distinct deployments.cell_id
    from deploy_queue.deployments
    where deployments.environment = new.environment
      and deployments.start_timestamp is null
      and deployments.finish_timestamp is null
      and deployments.cancellation_timestamp is null
    order by deployments.cell_id
  loop
    -- A finish that commits at this moment has told its line the old buffer; wait for it and correct that.
    perform deploy_queue._lock_cell(v_cell_id);

    for v_head in select * from deploy_queue._heads(v_cell_id) loop
      if exists (
        select
        from deploy_queue.deployments as blocker
        where blocker.cell_id = v_cell_id
          and blocker.finish_timestamp > deploy_queue._now() - old.buffer_time
          and (blocker.concurrency_key = v_head.concurrency_key) is not true
      ) then
        perform deploy_queue._wake(v_head);
      end if;
    end loop;
  end loop;
  return null;
end;
$$;

create or replace trigger tg_environments__wake
after update on deploy_queue.environments
for each row when (new.buffer_time < old.buffer_time)
execute function deploy_queue.tg_environments__wake();
--! EndIncluded triggers/environments__wake.sql
--! Included triggers/keep_history.sql
-- Nothing is forgotten: deployments are never removed, events neither removed nor changed, unless somebody says that
-- this is maintenance.
-- Fires for every DELETE and TRUNCATE of either table and every UPDATE of events.
create or replace function deploy_queue.tg__keep_history() returns trigger
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  if current_setting('deploy_queue.maintenance', true) = 'on' then
    if tg_table_name = 'deployments' and tg_op = 'DELETE' then
      -- Somebody may wait for a live one, and would not be woken.
      if deploy_queue._has_ended(old) then
        return old;
      end if;
    else
      return coalesce(new, old);
    end if;
  end if;

  raise exception using
    errcode = 'QD010',
    message = format('%s of deploy_queue.%s is refused: history is kept', lower(tg_op), tg_table_name),
    hint = 'Cancel a deployment that should not happen. To keep less history, set environments.retention.';
end;
$$;

create or replace trigger tg_deployments__keep_history
before delete on deploy_queue.deployments
for each row execute function deploy_queue.tg__keep_history();

create or replace trigger tg_deployments__keep_history_whole
before truncate on deploy_queue.deployments
for each statement execute function deploy_queue.tg__keep_history();

create or replace trigger tg_deployment_events__keep_history
before update or delete on deploy_queue.deployment_events
for each row execute function deploy_queue.tg__keep_history();

create or replace trigger tg_deployment_events__keep_history_whole
before truncate on deploy_queue.deployment_events
for each statement execute function deploy_queue.tg__keep_history();
--! EndIncluded triggers/keep_history.sql
--! Included views/deployments_with_status.sql
-- Every deployment with its state right now.
-- Read by "deploy-queue info" and by other services that ask for one deployment.
create or replace view deploy_queue.deployments_with_status as
select
  deployments.*,
  deploy_queue.get_deployment_status(
    deployments.start_timestamp,
    deployments.finish_timestamp,
    deployments.cancellation_timestamp,
    environments.buffer_time
  ) as status
from deploy_queue.deployments
join deploy_queue.environments on environments.environment = deployments.environment;

comment on view deploy_queue.deployments_with_status is 'deployments, and the state that their timestamps mean right now.';
comment on column deploy_queue.deployments_with_status.status is
  'queued, running, buffering, finished or cancelled, right now.';

-- The other columns mean what they mean in the table.
do $$
declare
  v_column record;
begin
  for v_column in
    select pg_attribute.attname as name, col_description(pg_attribute.attrelid, pg_attribute.attnum) as text
    from pg_attribute
    where pg_attribute.attrelid = 'deploy_queue.deployments'::regclass
      and pg_attribute.attnum > 0
      and not pg_attribute.attisdropped
  loop
    execute format('comment on column deploy_queue.deployments_with_status.%I is %L', v_column.name, v_column.text);
  end loop;
end;
$$;
--! EndIncluded views/deployments_with_status.sql
--! Included views/deployment_duration_analytics.sql
-- How long deployments of a component usually take in a cell.
-- Read by boards and by everybody who predicts.
create or replace view deploy_queue.deployment_duration_analytics as
select
  cells.environment,
  cells.cloud_provider,
  cells.region,
  cells.cell_index,
  deployment_durations.component,
  deployment_durations.deployment_count,
  deployment_durations.avg_duration,
  deployment_durations.stddev_duration
from deploy_queue.deployment_durations
join deploy_queue.cells on cells.id = deployment_durations.cell_id
where deployment_durations.last_finish_timestamp > deploy_queue._now() - interval '3 months';

comment on view deploy_queue.deployment_duration_analytics is
  'Mean and standard deviation of the durations of the last 100 deployments that finished within 3 months.';
comment on column deploy_queue.deployment_duration_analytics.environment is 'Name of the environment, such as prod.';
comment on column deploy_queue.deployment_duration_analytics.cloud_provider is 'Cloud provider, such as aws.';
comment on column deploy_queue.deployment_duration_analytics.region is 'Region, such as us-west-2.';
comment on column deploy_queue.deployment_duration_analytics.cell_index is 'Index of the cell in its region.';
comment on column deploy_queue.deployment_duration_analytics.component is 'What is deployed.';
comment on column deploy_queue.deployment_duration_analytics.deployment_count is 'How many samples there are, 100 at most.';
comment on column deploy_queue.deployment_duration_analytics.avg_duration is 'Mean time from start to finish.';
comment on column deploy_queue.deployment_duration_analytics.stddev_duration is 'Sample standard deviation of it; null for a single sample.';
--! EndIncluded views/deployment_duration_analytics.sql
--! Included views/current_deployments.sql
-- Deployments that are queued, running or buffering, with how long they take and usually take.
-- Read by boards and people.
create or replace view deploy_queue.current_deployments as
select
  present.environment,
  present.cloud_provider,
  present.region,
  present.cell_index,
  present.component,
  present.id as deployment_id,
  present.version,
  deploy_queue.get_deployment_status(
    present.start_timestamp,
    present.finish_timestamp,
    present.cancellation_timestamp,
    environments.buffer_time
  ) as current_status,
  present.url,
  present.start_timestamp,
  present.finish_timestamp,
  present.cancellation_timestamp,
  present.created_at,
  clock.now - present.start_timestamp as current_duration,
  usual.avg_duration,
  usual.avg_duration + 2 * usual.stddev_duration as outlier_duration
from (select deploy_queue._now() as now) as clock
cross join lateral (
  select * from deploy_queue._live_deployments
  union all
  select buffering.*
  from deploy_queue.environments as cooling
  join deploy_queue.cells on cells.environment = cooling.environment
  -- OFFSET keeps it a look into the index for each cell, and never a join with all of history.
  cross join lateral (
    select deployments.* from deploy_queue.deployments
    where deployments.cell_id = cells.id and deployments.finish_timestamp > clock.now - cooling.buffer_time
    offset 0
  ) as buffering
  where cooling.buffer_time > interval '0'
) as present
join deploy_queue.environments on environments.environment = present.environment
left join deploy_queue.deployment_durations as usual
  on usual.cell_id = present.cell_id
  and usual.component = present.component
  and usual.last_finish_timestamp > clock.now - interval '3 months';

comment on view deploy_queue.current_deployments is
  'Deployments that are queued, running or buffering.';
comment on column deploy_queue.current_deployments.environment is 'Name of the environment, such as prod.';
comment on column deploy_queue.current_deployments.cloud_provider is 'Cloud provider, such as aws.';
comment on column deploy_queue.current_deployments.region is 'Region, such as us-west-2.';
comment on column deploy_queue.current_deployments.cell_index is 'Index of the cell in its region.';
comment on column deploy_queue.current_deployments.component is 'What is deployed.';
comment on column deploy_queue.current_deployments.deployment_id is 'Id of the deployment.';
comment on column deploy_queue.current_deployments.version is 'Which version of the component; null when it was not said.';
comment on column deploy_queue.current_deployments.current_status is 'queued, running or buffering.';
comment on column deploy_queue.current_deployments.url is 'Page of the job or person who deploys.';
comment on column deploy_queue.current_deployments.start_timestamp is 'When it started; null while it is queued.';
comment on column deploy_queue.current_deployments.finish_timestamp is 'When it finished; null unless it is buffering.';
comment on column deploy_queue.current_deployments.cancellation_timestamp is 'Always null: cancelled deployments are not current.';
comment on column deploy_queue.current_deployments.created_at is 'When it entered the line.';
comment on column deploy_queue.current_deployments.current_duration is 'How long ago it started.';
comment on column deploy_queue.current_deployments.avg_duration is 'How long its component usually takes in this cell; null without history.';
comment on column deploy_queue.current_deployments.outlier_duration is 'After how long it is an outlier: mean plus two standard deviations; null with fewer than two samples.';
--! EndIncluded views/current_deployments.sql
--! Included views/latest_deployments.sql
-- For each component and cell, the newest version of the component in the environment and how far it is there.
-- Read by boards and people.
create or replace view deploy_queue.latest_deployments as
with recursive
-- The pairs of cell and component, each found by one step in the index, however many deployments it has had.
pair as (
  (
    select deployments.cell_id, deployments.component
    from deploy_queue.deployments
    where deployments.version is not null and deployments.cancellation_timestamp is null
    order by deployments.cell_id, deployments.component
    limit 1
  )
  union all
  select following.cell_id, following.component
  from pair
  cross join lateral (
    select deployments.cell_id, deployments.component
    from deploy_queue.deployments
    where deployments.version is not null and deployments.cancellation_timestamp is null
      and (deployments.cell_id, deployments.component) > (pair.cell_id, pair.component)
    order by deployments.cell_id, deployments.component
    limit 1
  ) as following
),
newest as materialized (
  select newest_there.*
  from pair
  cross join lateral (
    select deployments.*
    from deploy_queue.deployments
    where deployments.cell_id = pair.cell_id and deployments.component = pair.component
      and deployments.version is not null and deployments.cancellation_timestamp is null
    -- In full, so that no other index looks better.
    order by deployments.cell_id desc, deployments.component desc, deployments.id desc
    limit 1
  ) as newest_there
),
target as (
  select distinct on (newest.environment, newest.component) newest.environment, newest.component, newest.version
  from newest
  order by newest.environment, newest.component, newest.id desc
)
select
  newest.environment,
  newest.cloud_provider,
  newest.region,
  newest.cell_index,
  newest.component,
  target.version,
  case when newest.version = target.version then deploy_queue.get_deployment_status(
    newest.start_timestamp, newest.finish_timestamp, newest.cancellation_timestamp, environments.buffer_time
  ) else 'pending' end as component_status,
  case when newest.version = target.version then newest.url else '' end as job_url,
  case when newest.version = target.version then newest.created_at end as created_at,
  newest.id as deployment_id,
  newest.version as cell_version
from newest
join target on target.environment = newest.environment and target.component = newest.component
join deploy_queue.environments on environments.environment = newest.environment;

comment on view deploy_queue.latest_deployments is
  'The newest version of each component in its environment, and how far it is in each cell that has the component.';
comment on column deploy_queue.latest_deployments.environment is 'Name of the environment, such as prod.';
comment on column deploy_queue.latest_deployments.cloud_provider is 'Cloud provider, such as aws.';
comment on column deploy_queue.latest_deployments.region is 'Region, such as us-west-2.';
comment on column deploy_queue.latest_deployments.cell_index is 'Index of the cell in its region.';
comment on column deploy_queue.latest_deployments.component is 'What is deployed.';
comment on column deploy_queue.latest_deployments.version is 'The newest version of the component in the environment: that of the highest id that was not cancelled.';
comment on column deploy_queue.latest_deployments.component_status is 'State of that version in this cell; pending where the cell has not seen it yet.';
comment on column deploy_queue.latest_deployments.job_url is 'Page of the job that deploys it here; empty while it is pending.';
comment on column deploy_queue.latest_deployments.created_at is 'When it entered the line here; null while it is pending.';
comment on column deploy_queue.latest_deployments.deployment_id is 'The newest deployment of the component in this cell.';
comment on column deploy_queue.latest_deployments.cell_version is 'The version of that deployment.';
--! EndIncluded views/latest_deployments.sql
--! Included views/finished_deployments.sql
-- Deployments that finished and whose buffer is over.
-- Read by boards and people; filter by created_at or finish_timestamp, which an index serves.
create or replace view deploy_queue.finished_deployments as
select
  deployments.environment,
  deployments.cloud_provider,
  deployments.region,
  deployments.cell_index,
  deployments.component,
  deployments.id as deployment_id,
  deployments.version,
  'finished'::deploy_queue.deployment_status as current_status,
  deployments.url,
  deployments.start_timestamp,
  deployments.finish_timestamp,
  deployments.created_at
from (select deploy_queue._now() as now) as clock
cross join deploy_queue.deployments
join deploy_queue.environments on environments.environment = deployments.environment
where deployments.finish_timestamp is not null
  and deployments.finish_timestamp <= clock.now - environments.buffer_time;

comment on view deploy_queue.finished_deployments is
  'Deployments that finished and whose buffer is over.';
comment on column deploy_queue.finished_deployments.environment is 'Name of the environment, such as prod.';
comment on column deploy_queue.finished_deployments.cloud_provider is 'Cloud provider, such as aws.';
comment on column deploy_queue.finished_deployments.region is 'Region, such as us-west-2.';
comment on column deploy_queue.finished_deployments.cell_index is 'Index of the cell in its region.';
comment on column deploy_queue.finished_deployments.component is 'What is deployed.';
comment on column deploy_queue.finished_deployments.deployment_id is 'Id of the deployment.';
comment on column deploy_queue.finished_deployments.version is 'Which version of the component; null when it was not said.';
comment on column deploy_queue.finished_deployments.current_status is 'finished.';
comment on column deploy_queue.finished_deployments.url is 'Page of the job or person who deployed.';
comment on column deploy_queue.finished_deployments.start_timestamp is 'When it started.';
comment on column deploy_queue.finished_deployments.finish_timestamp is 'When it finished.';
comment on column deploy_queue.finished_deployments.created_at is 'When it entered the line.';
--! EndIncluded views/finished_deployments.sql
--! Included views/prod_current_deployments.sql
-- current_deployments of prod.
-- Read by boards that were made for one environment.
create or replace view deploy_queue.prod_current_deployments as
select
  prod.environment,
  prod.cloud_provider,
  prod.region,
  prod.cell_index,
  prod.component,
  prod.deployment_id,
  prod.version,
  prod.current_status,
  prod.url,
  prod.start_timestamp,
  prod.finish_timestamp,
  prod.cancellation_timestamp,
  prod.created_at,
  prod.current_duration,
  prod.avg_duration,
  prod.outlier_duration
from deploy_queue.current_deployments as prod
where prod.environment = 'prod'
order by prod.deployment_id;

comment on view deploy_queue.prod_current_deployments is
  'In prod: deployments that are queued, running or buffering.';
comment on column deploy_queue.prod_current_deployments.environment is 'Name of the environment, such as prod.';
comment on column deploy_queue.prod_current_deployments.cloud_provider is 'Cloud provider, such as aws.';
comment on column deploy_queue.prod_current_deployments.region is 'Region, such as us-west-2.';
comment on column deploy_queue.prod_current_deployments.cell_index is 'Index of the cell in its region.';
comment on column deploy_queue.prod_current_deployments.component is 'What is deployed.';
comment on column deploy_queue.prod_current_deployments.deployment_id is 'Id of the deployment.';
comment on column deploy_queue.prod_current_deployments.version is 'Which version of the component; null when it was not said.';
comment on column deploy_queue.prod_current_deployments.current_status is 'queued, running or buffering.';
comment on column deploy_queue.prod_current_deployments.url is 'Page of the job or person who deploys.';
comment on column deploy_queue.prod_current_deployments.start_timestamp is 'When it started; null while it is queued.';
comment on column deploy_queue.prod_current_deployments.finish_timestamp is 'When it finished; null unless it is buffering.';
comment on column deploy_queue.prod_current_deployments.cancellation_timestamp is 'Always null: cancelled deployments are not current.';
comment on column deploy_queue.prod_current_deployments.created_at is 'When it entered the line.';
comment on column deploy_queue.prod_current_deployments.current_duration is 'How long ago it started.';
comment on column deploy_queue.prod_current_deployments.avg_duration is 'How long its component usually takes in this cell; null without history.';
comment on column deploy_queue.prod_current_deployments.outlier_duration is 'After how long it is an outlier: mean plus two standard deviations; null with fewer than two samples.';
--! EndIncluded views/prod_current_deployments.sql
--! Included views/prod_latest_deployments.sql
-- latest_deployments of prod.
-- Read by boards that were made for one environment.
create or replace view deploy_queue.prod_latest_deployments as
select
  prod.environment,
  prod.cloud_provider,
  prod.region,
  prod.cell_index,
  prod.component,
  prod.version,
  prod.component_status,
  prod.job_url,
  prod.created_at
from deploy_queue.latest_deployments as prod
where prod.environment = 'prod'
order by prod.environment, prod.cloud_provider, prod.region, prod.cell_index, prod.component;

comment on view deploy_queue.prod_latest_deployments is
  'In prod: the newest version of each component in its environment, and how far it is in each cell that has the component.';
comment on column deploy_queue.prod_latest_deployments.environment is 'Name of the environment, such as prod.';
comment on column deploy_queue.prod_latest_deployments.cloud_provider is 'Cloud provider, such as aws.';
comment on column deploy_queue.prod_latest_deployments.region is 'Region, such as us-west-2.';
comment on column deploy_queue.prod_latest_deployments.cell_index is 'Index of the cell in its region.';
comment on column deploy_queue.prod_latest_deployments.component is 'What is deployed.';
comment on column deploy_queue.prod_latest_deployments.version is 'The newest version of the component in the environment: that of the highest id that was not cancelled.';
comment on column deploy_queue.prod_latest_deployments.component_status is 'State of that version in this cell; pending where the cell has not seen it yet.';
comment on column deploy_queue.prod_latest_deployments.job_url is 'Page of the job that deploys it here; empty while it is pending.';
comment on column deploy_queue.prod_latest_deployments.created_at is 'When it entered the line here; null while it is pending.';
--! EndIncluded views/prod_latest_deployments.sql
--! Included views/prod_finished_deployments.sql
-- finished_deployments of prod.
-- Read by boards that were made for one environment.
create or replace view deploy_queue.prod_finished_deployments as
select
  prod.environment,
  prod.cloud_provider,
  prod.region,
  prod.cell_index,
  prod.component,
  prod.deployment_id,
  prod.version,
  prod.current_status,
  prod.url,
  prod.start_timestamp,
  prod.finish_timestamp,
  prod.created_at
from deploy_queue.finished_deployments as prod
where prod.environment = 'prod'
order by prod.deployment_id;

comment on view deploy_queue.prod_finished_deployments is
  'In prod: deployments that finished and whose buffer is over.';
comment on column deploy_queue.prod_finished_deployments.environment is 'Name of the environment, such as prod.';
comment on column deploy_queue.prod_finished_deployments.cloud_provider is 'Cloud provider, such as aws.';
comment on column deploy_queue.prod_finished_deployments.region is 'Region, such as us-west-2.';
comment on column deploy_queue.prod_finished_deployments.cell_index is 'Index of the cell in its region.';
comment on column deploy_queue.prod_finished_deployments.component is 'What is deployed.';
comment on column deploy_queue.prod_finished_deployments.deployment_id is 'Id of the deployment.';
comment on column deploy_queue.prod_finished_deployments.version is 'Which version of the component; null when it was not said.';
comment on column deploy_queue.prod_finished_deployments.current_status is 'finished.';
comment on column deploy_queue.prod_finished_deployments.url is 'Page of the job or person who deployed.';
comment on column deploy_queue.prod_finished_deployments.start_timestamp is 'When it started.';
comment on column deploy_queue.prod_finished_deployments.finish_timestamp is 'When it finished.';
comment on column deploy_queue.prod_finished_deployments.created_at is 'When it entered the line.';
--! EndIncluded views/prod_finished_deployments.sql
--! Included views/deployment_frequency.sql
-- How often deployments succeed: the first of the four DORA measures.
-- Read by boards and reviews.
create or replace view deploy_queue.deployment_frequency as
select
  deployments.environment,
  deployments.component,
  date_trunc('week', deployments.finish_timestamp, 'UTC') as week,
  count(*)::integer as deployment_count,
  count(distinct (deployments.finish_timestamp at time zone 'UTC')::date)::integer as day_count
from deploy_queue.deployments
where deployments.finish_timestamp is not null
group by deployments.environment, deployments.component, date_trunc('week', deployments.finish_timestamp, 'UTC');

comment on view deploy_queue.deployment_frequency is
  'Finished deployments of each component by week.';
comment on column deploy_queue.deployment_frequency.environment is 'Name of the environment.';
comment on column deploy_queue.deployment_frequency.component is 'What is deployed.';
comment on column deploy_queue.deployment_frequency.week is 'Monday of the week, UTC, as a moment.';
comment on column deploy_queue.deployment_frequency.deployment_count is 'How many finished.';
comment on column deploy_queue.deployment_frequency.day_count is 'On how many days of the week at least one finished.';
--! EndIncluded views/deployment_frequency.sql
--! Included views/lead_time.sql
-- How long deployments take from entering the line to their end, and which part of it they wait.
-- Read by boards and reviews.
create or replace view deploy_queue.lead_time as
select
  deployments.environment,
  deployments.component,
  date_trunc('week', deployments.finish_timestamp, 'UTC') as week,
  count(*)::integer as deployment_count,
  avg(deployments.start_timestamp - deployments.created_at) as avg_wait,
  avg(deployments.finish_timestamp - deployments.start_timestamp) as avg_duration,
  avg(deployments.finish_timestamp - deployments.created_at) as avg_lead_time,
  percentile_cont(0.5) within group (order by deployments.finish_timestamp - deployments.created_at) as median_lead_time,
  percentile_cont(0.9) within group (order by deployments.finish_timestamp - deployments.created_at) as p90_lead_time
from deploy_queue.deployments
where deployments.finish_timestamp is not null
group by deployments.environment, deployments.component, date_trunc('week', deployments.finish_timestamp, 'UTC');

comment on view deploy_queue.lead_time is
  'Time from entering the line to the finish, of deployments that finished, by week.';
comment on column deploy_queue.lead_time.environment is 'Name of the environment.';
comment on column deploy_queue.lead_time.component is 'What is deployed.';
comment on column deploy_queue.lead_time.week is 'Monday of the week, UTC, as a moment.';
comment on column deploy_queue.lead_time.deployment_count is 'How many finished.';
comment on column deploy_queue.lead_time.avg_wait is 'Mean time from entering the line to the start.';
comment on column deploy_queue.lead_time.avg_duration is 'Mean time from the start to the finish.';
comment on column deploy_queue.lead_time.avg_lead_time is 'Mean time from entering the line to the finish.';
comment on column deploy_queue.lead_time.median_lead_time is 'Median of the same.';
comment on column deploy_queue.lead_time.p90_lead_time is '90th percentile of the same.';
--! EndIncluded views/lead_time.sql
--! Included views/wait_time.sql
-- How long deployments wait for their turn.
-- Read by boards and reviews.
create or replace view deploy_queue.wait_time as
select
  deployments.environment,
  deployments.component,
  date_trunc('week', deployments.start_timestamp, 'UTC') as week,
  count(*)::integer as deployment_count,
  percentile_cont(0.5) within group (order by deployments.start_timestamp - deployments.created_at) as median_wait_time,
  percentile_cont(0.95) within group (order by deployments.start_timestamp - deployments.created_at) as p95_wait_time,
  percentile_cont(0.99) within group (order by deployments.start_timestamp - deployments.created_at) as p99_wait_time,
  max(deployments.start_timestamp - deployments.created_at) as max_wait_time
from deploy_queue.deployments
where deployments.start_timestamp is not null
group by deployments.environment, deployments.component, date_trunc('week', deployments.start_timestamp, 'UTC');

comment on view deploy_queue.wait_time is
  'Time from entering the line to the start, of all that started, by week.';
comment on column deploy_queue.wait_time.environment is 'Name of the environment.';
comment on column deploy_queue.wait_time.component is 'What is deployed.';
comment on column deploy_queue.wait_time.week is 'Monday of the week, UTC, as a moment.';
comment on column deploy_queue.wait_time.deployment_count is 'How many started.';
comment on column deploy_queue.wait_time.median_wait_time is 'Median of the wait.';
comment on column deploy_queue.wait_time.p95_wait_time is '95th percentile of the wait.';
comment on column deploy_queue.wait_time.p99_wait_time is '99th percentile of the wait.';
comment on column deploy_queue.wait_time.max_wait_time is 'The longest wait.';
--! EndIncluded views/wait_time.sql
--! Included views/cancellation_rate.sql
-- Which share of deployments does not end well: the change failure rate as far as the queue can know it.
-- Read by boards and reviews.
create or replace view deploy_queue.cancellation_rate as
select
  ended.environment,
  ended.component,
  date_trunc('week', ended.at, 'UTC') as week,
  count(*)::integer as deployment_count,
  count(ended.cancellation_timestamp)::integer as cancelled_count,
  count(ended.cancellation_timestamp) filter (where ended.start_timestamp is not null)::integer as cancelled_running_count,
  count(ended.cancellation_timestamp)::double precision / count(*) as cancellation_rate
from (
  select deployments.*, coalesce(deployments.finish_timestamp, deployments.cancellation_timestamp) as at
  from deploy_queue.deployments
  where deployments.finish_timestamp is not null or deployments.cancellation_timestamp is not null
) as ended
group by ended.environment, ended.component, date_trunc('week', ended.at, 'UTC');

comment on view deploy_queue.cancellation_rate is
  'Share of cancelled deployments among those that ended, by week.';
comment on column deploy_queue.cancellation_rate.environment is 'Name of the environment.';
comment on column deploy_queue.cancellation_rate.component is 'What is deployed.';
comment on column deploy_queue.cancellation_rate.week is 'Monday of the week, UTC, as a moment.';
comment on column deploy_queue.cancellation_rate.deployment_count is 'How many finished or were cancelled.';
comment on column deploy_queue.cancellation_rate.cancelled_count is 'How many of them were cancelled.';
comment on column deploy_queue.cancellation_rate.cancelled_running_count is 'How many of those were running already.';
comment on column deploy_queue.cancellation_rate.cancellation_rate is 'cancelled_count by deployment_count, from 0 to 1.';
--! EndIncluded views/cancellation_rate.sql
--! Included views/cell_timeline.sql
-- Who occupied a cell when: running deployments, and the buffers after them.
-- Read by boards; filter by held_from and held_until.
create or replace view deploy_queue.cell_timeline as
select
  deployments.environment,
  deployments.cloud_provider,
  deployments.region,
  deployments.cell_index,
  deployments.id as deployment_id,
  deployments.component,
  deployments.version,
  phase.state,
  phase.held_from,
  phase.held_until
from deploy_queue.deployments
join deploy_queue.environments on environments.environment = deployments.environment
cross join lateral (
  values
    (
      case when deployments.cancellation_timestamp is null then 'running' else 'cancelled' end::deploy_queue.deployment_status,
      deployments.start_timestamp,
      coalesce(deployments.finish_timestamp, deployments.cancellation_timestamp)
    ),
    ('buffering', deployments.finish_timestamp, deployments.finish_timestamp + environments.buffer_time)
) as phase (state, held_from, held_until)
where deployments.start_timestamp is not null
  and phase.held_from is not null
  and phase.held_from is distinct from phase.held_until;

comment on view deploy_queue.cell_timeline is
  'Who occupied a cell when: one row for the run of a deployment, one for the buffer after it.';
comment on column deploy_queue.cell_timeline.environment is 'Name of the environment, such as prod.';
comment on column deploy_queue.cell_timeline.cloud_provider is 'Cloud provider, such as aws.';
comment on column deploy_queue.cell_timeline.region is 'Region, such as us-west-2.';
comment on column deploy_queue.cell_timeline.cell_index is 'Index of the cell in its region.';
comment on column deploy_queue.cell_timeline.deployment_id is 'Id of the deployment.';
comment on column deploy_queue.cell_timeline.component is 'What is deployed.';
comment on column deploy_queue.cell_timeline.version is 'Which version of the component; null when it was not said.';
comment on column deploy_queue.cell_timeline.state is 'running, cancelled (it ran until then) or buffering.';
comment on column deploy_queue.cell_timeline.held_from is 'When that began.';
comment on column deploy_queue.cell_timeline.held_until is 'When that ended, or for a buffer will end; null while it is running.';
--! EndIncluded views/cell_timeline.sql
--! Included views/queue.sql
-- Everybody who waits: where they stand, for whom, and when it will likely be their turn.
-- Read by "deploy-queue list queue", boards and people.
create or replace view deploy_queue.queue as
select
  deployments.id as deployment_id,
  deployments.environment,
  deployments.cloud_provider,
  deployments.region,
  deployments.cell_index,
  deployments.component,
  deployments.version,
  deployments.url,
  deployments.note,
  deployments.concurrency_key,
  deployments.created_at,
  place."position",
  place.predicted_start,
  place.overdue,
  place.blocker_count,
  place.blockers,
  place.as_of
from (
  select distinct waiting.cell_id
  from deploy_queue.deployments as waiting
  where waiting.start_timestamp is null
    and waiting.finish_timestamp is null
    and waiting.cancellation_timestamp is null
) as line
cross join lateral deploy_queue._line(line.cell_id) as place
join deploy_queue.deployments
  on deployments.id = place.deployment_id
  -- Said again, so that the small index of the queued serves the join.
  and deployments.start_timestamp is null
  and deployments.finish_timestamp is null
  and deployments.cancellation_timestamp is null;

comment on view deploy_queue.queue is
  'Every queued deployment with its position, its blockers and its predicted start (null: unknown).';
comment on column deploy_queue.queue.deployment_id is 'Id of the deployment.';
comment on column deploy_queue.queue.environment is 'Name of the environment, such as prod.';
comment on column deploy_queue.queue.cloud_provider is 'Cloud provider, such as aws.';
comment on column deploy_queue.queue.region is 'Region, such as us-west-2.';
comment on column deploy_queue.queue.cell_index is 'Index of the cell in its region.';
comment on column deploy_queue.queue.component is 'What is deployed.';
comment on column deploy_queue.queue.version is 'Which version of it; null when it was not said.';
comment on column deploy_queue.queue.url is 'Page of the job or person who deploys.';
comment on column deploy_queue.queue.note is 'Free text for people.';
comment on column deploy_queue.queue.concurrency_key is 'Deployments with the same key may run side by side.';
comment on column deploy_queue.queue.created_at is 'When it entered the line.';
comment on column deploy_queue.queue."position" is '1 is next.';
comment on column deploy_queue.queue.predicted_start is 'When it will likely start if everybody ahead takes as long as usual; null when nobody knows.';
comment on column deploy_queue.queue.overdue is 'Whether somebody it waits for takes longer than usual.';
comment on column deploy_queue.queue.blocker_count is 'How many it waits for.';
comment on column deploy_queue.queue.blockers is 'The first ten of them, as JSON: deployment_id, kind, component, version, url, note, since, usual_seconds, until.';
comment on column deploy_queue.queue.as_of is 'The moment that all this describes.';
--! EndIncluded views/queue.sql
--! Included views/outliers.sql
-- Running deployments that take longer than usual: mean plus two standard deviations. One sample has no deviation.
-- Read by "deploy-queue list outliers", the worker and boards.
create or replace view deploy_queue.outliers as
select
  deployments.id,
  deployments.environment,
  deployments.cloud_provider,
  deployments.region,
  deployments.cell_index,
  deployments.component,
  deployments.version,
  deployments.url,
  deployments.note,
  deployments.start_timestamp,
  clock.now - deployments.start_timestamp as current_duration,
  usual.avg_duration,
  usual.stddev_duration
from (select deploy_queue._now() as now) as clock
cross join deploy_queue.deployments
join deploy_queue.deployment_durations as usual
  on usual.cell_id = deployments.cell_id and usual.component = deployments.component
where deployments.start_timestamp is not null
  and deployments.finish_timestamp is null
  and deployments.cancellation_timestamp is null
  and usual.last_finish_timestamp > clock.now - interval '3 months'
  and clock.now - deployments.start_timestamp > usual.avg_duration + 2 * usual.stddev_duration;

comment on view deploy_queue.outliers is
  'Running deployments that take longer than the mean plus two standard deviations of the last 100 of their kind.';
comment on column deploy_queue.outliers.id is 'Id of the deployment.';
comment on column deploy_queue.outliers.environment is 'Name of the environment, such as prod.';
comment on column deploy_queue.outliers.cloud_provider is 'Cloud provider, such as aws.';
comment on column deploy_queue.outliers.region is 'Region, such as us-west-2.';
comment on column deploy_queue.outliers.cell_index is 'Index of the cell in its region.';
comment on column deploy_queue.outliers.component is 'What is deployed.';
comment on column deploy_queue.outliers.version is 'Which version of it; null when it was not said.';
comment on column deploy_queue.outliers.url is 'Page of the job or person who deploys.';
comment on column deploy_queue.outliers.note is 'Free text for people.';
comment on column deploy_queue.outliers.start_timestamp is 'When it started.';
comment on column deploy_queue.outliers.current_duration is 'How long ago that was.';
comment on column deploy_queue.outliers.avg_duration is 'How long its component usually takes in this cell.';
comment on column deploy_queue.outliers.stddev_duration is 'Standard deviation of it.';
--! EndIncluded views/outliers.sql
--! Included functions/detect_outliers.sql
-- Records and tells, once for each deployment, that it has become an outlier. Returns those that are new.
-- Called by the background worker; the view outliers is right without it.
create or replace function deploy_queue.detect_outliers() returns setof deploy_queue.outliers
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_outlier deploy_queue.outliers;
begin
  for v_outlier in select * from deploy_queue.outliers order by outliers.id loop
    insert into deploy_queue.deployment_events
      (deployment_id, occurred_at, kind, from_state, to_state, actor, application_name, client_address, reason)
    values (
      v_outlier.id, deploy_queue._now(), 'outlier', 'running', 'running', deploy_queue._actor(),
      nullif(current_setting('application_name'), ''), inet_client_addr(),
      format('it has been running for %s, usual are %s', date_trunc('second', v_outlier.current_duration),
        date_trunc('second', v_outlier.avg_duration))
    )
    on conflict (deployment_id) where kind = 'outlier' do nothing;

    if found then
      perform pg_notify('deploy_queue_transitions', json_build_object(
        'deployment_id', v_outlier.id, 'status', 'running', 'outlier', true, 'environment', v_outlier.environment,
        'cloud_provider', v_outlier.cloud_provider, 'region', v_outlier.region, 'cell_index', v_outlier.cell_index
      )::text);
      return next v_outlier;
    end if;
  end loop;
end;
$$;

comment on function deploy_queue.detect_outliers() is
  'Records an event for each running deployment that has become an outlier, tells the transitions channel, and returns the new ones.';
--! EndIncluded functions/detect_outliers.sql
--! Included views/stuck_deployments.sql
-- Deployments that somebody should look at: their heartbeats stopped, they take longer than usual, or nothing keeps
-- them from starting and they do not. Read by health() and by people.
create or replace view deploy_queue.stuck_deployments as
with clock as materialized (select deploy_queue._now() as now)
select deployments.id as deployment_id, 'silent' as kind, deployments.heartbeat_timestamp as since,
  deploy_queue._label(deployments) || ' has sent no heartbeat since '
    || date_trunc('second', deployments.heartbeat_timestamp) as text
from clock
cross join deploy_queue.deployments
join deploy_queue.environments on environments.environment = deployments.environment
where deployments.finish_timestamp is null
  and deployments.cancellation_timestamp is null
  and deployments.heartbeat_timestamp < clock.now - environments.heartbeat_timeout

union all

select outliers.id, 'slow', outliers.start_timestamp,
  format('deployment %s (%s) has been running for %s, usual are %s', outliers.id,
    outliers.component || coalesce('@' || outliers.version, ''), date_trunc('second', outliers.current_duration),
    date_trunc('second', outliers.avg_duration))
from deploy_queue.outliers

union all

select head.id, 'idle', ready.since,
  deploy_queue._label(head) || ' may start since ' || date_trunc('second', ready.since) || ' and does not'
from clock
cross join (
  select distinct waiting.cell_id
  from deploy_queue.deployments as waiting
  where waiting.start_timestamp is null
    and waiting.finish_timestamp is null
    and waiting.cancellation_timestamp is null
) as line
cross join lateral deploy_queue._heads(line.cell_id) as head
join deploy_queue.environments on environments.environment = head.environment
cross join lateral (
  -- The last thing that can have kept it waiting.
  select greatest(
    head.created_at,
    (
      select max(ended.finish_timestamp) + environments.buffer_time from deploy_queue.deployments as ended
      where ended.cell_id = head.cell_id and ended.finish_timestamp is not null
    ),
    (
      select max(ended.cancellation_timestamp) from deploy_queue.deployments as ended
      where ended.cell_id = head.cell_id and ended.cancellation_timestamp is not null
    )
  ) as since
) as ready
where ready.since < clock.now - interval '1 minute'
  and not exists (select from deploy_queue._waiting_on(head));

comment on view deploy_queue.stuck_deployments is
  'Deployments that somebody should look at, and why: silent (heartbeats stopped), slow (an outlier), idle (may start since a minute or more and does not).';
comment on column deploy_queue.stuck_deployments.deployment_id is 'Id of the deployment.';
comment on column deploy_queue.stuck_deployments.kind is 'silent, slow or idle.';
comment on column deploy_queue.stuck_deployments.since is 'Since when.';
comment on column deploy_queue.stuck_deployments.text is 'The same for people.';
--! EndIncluded views/stuck_deployments.sql
--! Included functions/health.sql
-- What is well and what is not, one row a finding; status is ok, warning or failed.
-- Called by "deploy-queue doctor" and by monitoring. With a host, a worker on that host is demanded.
create or replace function deploy_queue.health(worker_host text default null)
returns table (name text, status text, text text)
language plpgsql stable
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

  name := 'notification queue';
  status := case when v_usage >= 0.5 then 'failed' when v_usage >= 0.1 then 'warning' else 'ok' end;
  text := format('%s %% of the queue of notifications is used', ceil(v_usage * 100));
  return next;

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
  'What is well and what is not: background workers, the queue of notifications, deployments that look stuck. With worker_host, a worker on that host is demanded.';
--! EndIncluded functions/health.sql
--! Included functions/_grant_roles.sql
-- Gives the roles of the queue, where they exist, their privileges in this database.
-- Called by every migration, since that may have made new objects, and by create_roles.
create or replace function deploy_queue._grant_roles() returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_readable text;
begin
  if to_regrole('deploy_queue_reader') is not null then
    grant usage on schema deploy_queue to deploy_queue_reader;
    for v_readable in
      select pg_class.oid::regclass::text
      from pg_class
      where pg_class.relnamespace = 'deploy_queue'::regnamespace
        and (
          pg_class.relkind = 'v' and not starts_with(pg_class.relname, '_')
          or pg_class.relname in ('cells', 'environments', 'workers')
        )
    loop
      execute format('grant select on %s to deploy_queue_reader', v_readable);
    end loop;
  end if;
end;
$$;
--! EndIncluded functions/_grant_roles.sql
--! Included functions/create_roles.sql
-- Creates the roles that are given out, with their privileges in this database; roles that exist get these again.
-- Called by "deploy-queue roles create".
create or replace function deploy_queue.create_roles() returns table (role_name text, created boolean)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  role_name := 'deploy_queue_reader';
  created := to_regrole(role_name) is null;
  if created then
    begin
      create role deploy_queue_reader nologin;
      comment on role deploy_queue_reader is 'Reads the views of deploy-queue, for dashboards.';
    exception
      when duplicate_object or unique_violation then
        created := false;
      when insufficient_privilege then
        raise exception using
          errcode = 'QD012',
          message = format('role %s may not create the role %s', quote_ident(current_user), role_name),
          hint = format('Let an administrator run "create role %s nologin", then run this again.', role_name);
    end;
  end if;
  return next;

  perform deploy_queue._grant_roles();
end;
$$;

comment on function deploy_queue.create_roles() is
  'Creates the role deploy_queue_reader (reads the views, for dashboards) and gives it its privileges in this database; returns whether it is new.';
--! EndIncluded functions/create_roles.sql
--! Included grants.sql
-- The last of every migration: roles that exist get their privileges on what is new.
do $$ begin perform deploy_queue._grant_roles(); end $$;
--! EndIncluded grants.sql
--! EndIncluded all.sql
