--! Previous: sha1:c63079bc7b752864b6ea3e783ed40472f7866399
--! Hash: sha1:8213d4a077fcdbd85ff12295da55a2e1246f2bb4
--! Message: the queue in half the work and one trigger that records

-- Whoever migrates waits this long for a lock at most, and tries again: behind it, everybody else would wait as well.
set local lock_timeout = '2s';

create type deploy_queue.blocker as (
  url text,
  hold deploy_queue.hold,
  kind text,
  note text,
  since timestamptz,
  until timestamptz,
  version text,
  priority integer,
  component text,
  reaped_at timestamptz,
  silent_since timestamptz,
  deployment_id bigint,
  usual_seconds numeric,
  priority_reason text
);
comment on type deploy_queue.blocker is
  'Whom a deployment waits for, as the JSON of a place has it: kind (running, buffer, queued), since when it has been so, how long it usually takes, until when it will be so, and since when it has sent no heartbeat and when it will be reaped for that. In the order in which jsonb stores its keys, which need not be sorted then.';

-- It returns something else.
drop function deploy_queue._line_members(deploy_queue.deployments, integer[]);
-- One trigger does for both.
drop trigger tg_deployments__record_insert on deploy_queue.deployments;
drop trigger tg_deployments__record_update on deploy_queue.deployments;

--! Included all.sql
--! Included functions/_is_printable.sql
-- Whether a text is of some length and has no characters that break a line or turn its direction.
-- Called by the constraints of deployments and of events. Strict: what is null is not looked at.
create or replace function deploy_queue._is_printable(
  value text,
  shortest integer default 0,
  longest integer default 2147483647
) returns boolean
language plpgsql immutable strict parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return length(_is_printable.value) between _is_printable.shortest and _is_printable.longest
    and _is_printable.value !~ '[[:cntrl:]\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]';
end;
$$;
--! EndIncluded functions/_is_printable.sql
--! Included functions/_flaw_of_deployment.sql
-- The first thing that is wrong with a deployment, whoever wrote it and wherever it stands; null when nothing is.
-- Called by the constraint of deployments: one function, because PostgreSQL reads each expression anew in every statement,
-- and by adopt.
create or replace function deploy_queue._flaw_of_deployment(deployment deploy_queue.deployments) returns text
language plpgsql immutable
-- Whoever writes through the old names of the predecessor cannot look into the schema.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return case
    when not deploy_queue._is_printable(deployment.component, 1, 200)
      then 'component_must_be_1_to_200_printable_characters'
    when not deploy_queue._is_printable(deployment.version, 1, 100)
      then 'version_must_be_1_to_100_printable_characters'
    when not deploy_queue._is_printable(deployment.concurrency_key, 1, 100)
      then 'concurrency_key_must_be_1_to_100_printable_characters'
    when not deploy_queue._is_printable(deployment.idempotency_key, 1, 200)
      then 'idempotency_key_must_be_1_to_200_printable_characters'
    when not deploy_queue._is_printable(deployment.url) then 'url_must_be_printable_characters'
    when not deploy_queue._is_printable(deployment.note) then 'note_must_be_printable_characters'
    when not deploy_queue._is_printable(deployment.cancellation_note) then 'cancellation_note_must_be_printable_characters'
    when deployment.max_duration not between interval '1 second' and interval '30 days'
      then 'max_duration_must_be_between_1_second_and_30_days'
    when deployment.start_timestamp < deployment.created_at then 'start_timestamp_must_not_precede_created_at'
    when deployment.finish_timestamp is not null and deployment.start_timestamp is null
      then 'finish_timestamp_requires_start_timestamp'
    when deployment.finish_timestamp < deployment.start_timestamp then 'finish_timestamp_must_not_precede_start_timestamp'
    when deployment.cancellation_timestamp < deployment.start_timestamp
      then 'cancellation_timestamp_must_not_precede_start_timestamp'
    when deployment.finish_timestamp is not null and deployment.cancellation_timestamp is not null
      then 'a_deployment_ends_once'
    when deployment.cancellation_note is not null and deployment.cancellation_timestamp is null
      then 'cancellation_note_requires_cancellation_timestamp'
  end;
end;
$$;
--! EndIncluded functions/_flaw_of_deployment.sql
--! Included functions/_flaw_of_event.sql
-- The first thing that is wrong with an event; null when nothing is.
-- Called by the constraint of events.
create or replace function deploy_queue._flaw_of_event(event deploy_queue.deployment_events) returns text
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Apart: PostgreSQL prepares the whole of an expression, also what it does not come to, and few events are a bypass.
  if event.kind = 'bypassed' then
    return case
      when not deploy_queue._is_printable(event.reason) then 'note_or_reason_must_be_printable_characters'
      when (event.reason ~ '\S') is not true then 'a_bypass_needs_a_note'
      when event.deployment_id is not null then null
      when num_nulls(event.environment, event.cloud_provider, event.region, event.cell_index, event.component) > 0
        then 'a_bypass_names_its_deployment_or_its_cell_and_component'
      when not deploy_queue._is_printable(event.cloud_provider, 1, 100)
        then 'cloud_provider_must_be_1_to_100_printable_characters'
      when not deploy_queue._is_printable(event.region, 1, 100) then 'region_must_be_1_to_100_printable_characters'
      when event.cell_index < 0 then 'cell_index_must_be_0_or_more'
      when not deploy_queue._is_printable(event.component, 1, 200) then 'component_must_be_1_to_200_printable_characters'
      when not deploy_queue._is_printable(event.version, 1, 100) then 'version_must_be_1_to_100_printable_characters'
      when not deploy_queue._is_printable(event.url) then 'url_must_be_printable_characters'
    end;
  end if;

  return case
    when event.kind not in (
      'enqueued', 'released', 'prioritized', 'refused', 'woken', 'started', 'finished', 'cancelled', 'reaped', 'outlier',
      'configured'
    ) then 'kind_must_be_known'
    when not deploy_queue._is_printable(event.reason) then 'note_or_reason_must_be_printable_characters'
  end;
end;
$$;
--! EndIncluded functions/_flaw_of_event.sql
--! Included functions/_refuse_flaw.sql
-- The error of whoever writes a row with a flaw, which reads like a constraint of that name. Strict: no flaw, no call.
-- Called by the constraints of deployments and of events.
create or replace function deploy_queue._refuse_flaw(flaw text) returns boolean
language plpgsql immutable strict
set search_path = pg_catalog, pg_temp
as $$
begin
  raise check_violation using constraint = _refuse_flaw.flaw, message = replace(_refuse_flaw.flaw, '_', ' ');
end;
$$;
--! EndIncluded functions/_refuse_flaw.sql
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
  select 14;
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
-- Who acts: the name that the client put into the setting deploy_queue.actor, in one line of 200 characters at most, else
-- the role that logged in. Called by the event trigger and the reaper, which must not fail because of a name.
create or replace function deploy_queue._actor() returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_name text := nullif(current_setting('deploy_queue.actor', true), '');
begin
  if v_name is not null then
    v_name := nullif(trim(left(deploy_queue._one_line(v_name), 200)), '');
  end if;
  return coalesce(v_name, session_user);
end;
$$;
--! EndIncluded functions/_actor.sql
--! Included functions/_acting_roles.sql
-- The roles whose rights count: the one that logged in and, after SET ROLE, the one that it has put on. Functions run as
-- their owner, so current_user is neither.
-- Called by _may_change, its error, and _bypass_reason.
create or replace function deploy_queue._acting_roles() returns regrole[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return array_remove(
    array[to_regrole(quote_ident(session_user)), to_regrole(quote_ident(nullif(current_setting('role'), 'none')))], null
  );
end;
$$;
--! EndIncluded functions/_acting_roles.sql
--! Included functions/_may_change.sql
-- Whether whoever acts may change deployments of an environment: a role may change any, unless ALTER ROLE ties it to some.
-- Called by the reaper, by pruning, and by the triggers that every write of deployments and of policies passes.
create or replace function deploy_queue._may_change(environment text) returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Most roles have no settings.
  if not exists (
    select from pg_db_role_setting where pg_db_role_setting.setrole = any (deploy_queue._acting_roles())
  ) then
    return true;
  end if;

  return not exists (
    select
    from unnest(deploy_queue._acting_roles()) as acting (role)
    cross join lateral (
      -- From the catalog: in the session, anybody may set it to anything.
      select substr(setting.text, strpos(setting.text, '=') + 1) as environments
      from pg_db_role_setting
      cross join lateral unnest(pg_db_role_setting.setconfig) as setting (text)
      where pg_db_role_setting.setrole = acting.role
        and lower(split_part(setting.text, '=', 1)) = 'deploy_queue.allowed_environments'
        and pg_db_role_setting.setdatabase
          in (0, (select pg_database.oid from pg_database where pg_database.datname = current_database()))
      -- What is set for the role in this database counts before what is set for it everywhere.
      order by pg_db_role_setting.setdatabase = 0
      limit 1
    ) as allowed
    where _may_change.environment <> all (
      select trim(allowed_name) from unnest(string_to_array(allowed.environments, ',')) as allowed_name
    )
  );
end;
$$;
--! EndIncluded functions/_may_change.sql
--! Included functions/_refuse_foreign_environment.sql
-- The error of whoever changes something in an environment that their role is not for.
-- Called by the triggers that every write of deployments and of policies passes.
create or replace function deploy_queue._refuse_foreign_environment(environment text) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  raise exception using
    errcode = 'QD020',
    message = format('role %s may not change environment %s', array_to_string(deploy_queue._acting_roles(), ' as '),
      quote_ident(_refuse_foreign_environment.environment)),
    hint = 'Those it may change are named by the setting deploy_queue.allowed_environments of the role, which a superuser changes with ALTER ROLE.';
end;
$$;
--! EndIncluded functions/_refuse_foreign_environment.sql
--! Included functions/_is_operator.sql
-- Whether whoever acts is an operator or the owner.
-- Called where only they may do something that needs no privilege of its own.
create or replace function deploy_queue._is_operator() returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return not exists (
    select
    from unnest(deploy_queue._acting_roles()) as acting (role)
    where not coalesce(pg_has_role(acting.role, to_regrole('deploy_queue_operator'), 'member'), false)
      and not pg_has_role(
        acting.role, (select pg_namespace.nspowner from pg_namespace where pg_namespace.nspname = 'deploy_queue'), 'member'
      )
  );
end;
$$;
--! EndIncluded functions/_is_operator.sql
--! Included functions/_bypass_reason.sql
-- Why whoever acts breaks the glass: the setting deploy_queue.bypass_reason of an operator or the owner; null otherwise.
-- Called by try_start, the triggers of deployments and the event that they leave.
create or replace function deploy_queue._bypass_reason() returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_reason text := nullif(trim(current_setting('deploy_queue.bypass_reason', true)), '');
begin
  if v_reason is not null and deploy_queue._is_operator() then
    -- Nobody in a hurry shall be refused for a line break.
    return nullif(trim(deploy_queue._one_line(v_reason)), '');
  end if;
  return null;
end;
$$;
--! EndIncluded functions/_bypass_reason.sql
--! Included functions/_label.sql
-- How messages name a deployment: "deployment 42 (api@v1.2.3)", and one that is not in the line yet "api@v1.2.3".
-- Called by everything that raises an error or explains a wait.
create or replace function deploy_queue._label(deployment deploy_queue.deployments) returns text
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  v_what text := deployment.component || coalesce('@' || deployment.version, '');
begin
  return coalesce('deployment ' || deployment.id || ' (' || v_what || ')', v_what);
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
--! Included functions/_silent_before.sql
-- Whose last heartbeat is older than this has been silent for too long; null for as long as the database itself has not been up
-- for that time: while it was away, nobody could send one.
-- Called by the reaper and by stuck_deployments.
create or replace function deploy_queue._silent_before(heartbeat_timeout interval) returns timestamptz
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_latest timestamptz := deploy_queue._now() - _silent_before.heartbeat_timeout;
begin
  return case when pg_postmaster_start_time() < v_latest then v_latest end;
end;
$$;
--! EndIncluded functions/_silent_before.sql
--! Included functions/_reaped_at.sql
-- When whoever sends no other heartbeat will have been silent for too long: _silent_before, seen from its last one.
-- Called by _line and explain, for those whom one waits for.
create or replace function deploy_queue._reaped_at(
  heartbeat_timestamp timestamptz,
  heartbeat_timeout interval
) returns timestamptz
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return greatest(_reaped_at.heartbeat_timestamp, pg_postmaster_start_time()) + _reaped_at.heartbeat_timeout;
end;
$$;
--! EndIncluded functions/_reaped_at.sql
--! Included functions/_stale.sql
-- Those of the given deployments that are to be reaped: their heartbeats stopped, they run for too long, or they did not start
-- in time. Called by _reap, and by try_start for what it waits for.
create or replace function deploy_queue._stale(deployment_ids bigint[]) returns setof bigint
language plpgsql stable
set search_path = pg_catalog, pg_temp
-- Nobody can estimate how many are given.
set plan_cache_mode = force_generic_plan
as $$
declare
  v_now timestamptz := deploy_queue._now();
begin
  return query
  -- Once an environment, not once a deployment: a thousand may be in line.
  with limits as materialized (
    select environments.environment, environments.max_duration,
      deploy_queue._silent_before(environments.heartbeat_timeout) as silent_before
    from deploy_queue.environments
    where deploy_queue._may_change(environments.environment)
  )
  select deployments.id
  from unnest(_stale.deployment_ids) as given (id)
  cross join lateral (
    -- By its key, whatever statistics say about those that have not ended.
    select * from deploy_queue.deployments as one where one.id = given.id offset 0
  ) as deployments
  join limits on limits.environment = deployments.environment
  where deployments.finish_timestamp is null
    and deployments.cancellation_timestamp is null
    and (
      deployments.heartbeat_timestamp < limits.silent_before
      or deployments.start_timestamp < v_now - coalesce(deployments.max_duration, limits.max_duration)
      or (deployments.start_timestamp is null and deployments.not_after <= v_now)
    );
end;
$$;
--! EndIncluded functions/_stale.sql
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
--! Included functions/_status.sql
-- The state of a deployment right now, a hold included.
-- Called by the event trigger and the views.
create or replace function deploy_queue._status(
  hold deploy_queue.hold,
  start_timestamp timestamptz,
  finish_timestamp timestamptz,
  cancellation_timestamp timestamptz,
  buffer_time interval
) returns deploy_queue.deployment_status
language plpgsql stable parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  if _status.hold is not null and _status.cancellation_timestamp is null then
    return 'held';
  end if;
  return deploy_queue.get_deployment_status(
    _status.start_timestamp, _status.finish_timestamp, _status.cancellation_timestamp, _status.buffer_time
  );
end;
$$;
--! EndIncluded functions/_status.sql
--! Included functions/_is_member.sql
-- Whether a database role is another one or a member of it. A superuser is a member of what it was made a member of, as
-- anybody: an exception for some is none for all who administrate. Called by the rules that make exceptions for roles.
create or replace function deploy_queue._is_member(role_name text, of_role text) returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return _is_member.of_role is not null and exists (
    with recursive held (role) as (
      select pg_roles.oid from pg_roles where pg_roles.rolname = _is_member.role_name
      union
      select pg_auth_members.roleid from pg_auth_members join held on held.role = pg_auth_members.member
    )
    select from held join pg_roles on pg_roles.oid = held.role where pg_roles.rolname = _is_member.of_role
  );
end;
$$;
--! EndIncluded functions/_is_member.sql
--! Included functions/_passes.sql
-- Whether a freeze makes an exception for a deployment.
-- Called by whatever asks whom a freeze holds.
create or replace function deploy_queue._passes(candidate deploy_queue.deployments, placed deploy_queue.freezes)
returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return coalesce(placed.allow_key = candidate.concurrency_key, false)
    or deploy_queue._is_member(candidate.entered_by, placed.allow_role);
end;
$$;
--! EndIncluded functions/_passes.sql
--! Included functions/_freezes_over.sql
-- The freezes over the cell of a deployment that are in force.
-- Called by the rule, the wake-ups and the prediction.
create or replace function deploy_queue._freezes_over(candidate deploy_queue.deployments) returns setof deploy_queue.freezes
language plpgsql stable rows 1
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select freezes.*
  from deploy_queue.freezes
  where freezes.environment = candidate.environment
    and (freezes.cloud_provider is null or freezes.cloud_provider = candidate.cloud_provider)
    and (freezes.region is null or freezes.region = candidate.region)
    and (freezes.cell_index is null or freezes.cell_index = candidate.cell_index)
    and freezes.lifted_at is null
    and (freezes.expires_at is null or freezes.expires_at > deploy_queue._now());
end;
$$;
--! EndIncluded functions/_freezes_over.sql
--! Included functions/_freeze_label.sql
-- How messages name what a freeze covers: "prod", "prod-aws", "prod-aws-us-west-2", "prod-aws-us-west-2-cell-1".
-- Called by the rule and the events of freezes.
create or replace function deploy_queue._freeze_label(placed deploy_queue.freezes) returns text
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return concat_ws('-', placed.environment, placed.cloud_provider, placed.region, 'cell-' || placed.cell_index);
end;
$$;
--! EndIncluded functions/_freeze_label.sql
--! Included functions/_openings.sql
-- The maintenance windows of an environment as moments: those of yesterday, which may last until today, and of the next
-- two weeks. Called by the rule and the view of windows.
create or replace function deploy_queue._openings(environment text)
returns table (window_id integer, opens timestamptz, closes timestamptz)
language plpgsql stable rows 10
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := deploy_queue._now();
begin
  return query
  select policy.id, opening.opens, opening.closes
  from deploy_queue.maintenance_windows as policy
  cross join lateral (
    select (v_now at time zone policy.zone)::date + days.ahead as date from generate_series(-1, 15) as days (ahead)
  ) as day
  cross join lateral (
    select
      (day.date + policy.opens_at) at time zone policy.zone as opens,
      (day.date + policy.closes_at + case when policy.closes_at < policy.opens_at then interval '1 day' else '0' end)
        at time zone policy.zone as closes
  ) as opening
  where policy.environment = _openings.environment
    and extract(isodow from day.date) = any (policy.days)
    -- An hour that the clock skips has no window.
    and opening.opens < opening.closes;
end;
$$;
--! EndIncluded functions/_openings.sql
--! Included functions/_withheld.sql
-- What keeps a deployment from starting whoever else is in its cell: a hold, its own schedule, the windows of its
-- environment, freezes. Called by the rule and the prediction. A new rule of this sort is a new branch.
create or replace function deploy_queue._withheld(candidate deploy_queue.deployments) returns setof deploy_queue.reason
language plpgsql stable rows 1
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := deploy_queue._now();
begin
  if candidate.hold is not null then
    return query
    select 'hold', 'it is on hold until somebody releases it', null::timestamptz, null::bigint;
  end if;

  if candidate.not_before > v_now then
    return query
    select 'schedule', 'it is not to start yet', candidate.not_before, null::bigint;
  end if;

  if candidate.not_after <= v_now then
    return query
    select 'expired', format('it was to start before %s', date_trunc('second', candidate.not_after)), null::timestamptz,
      null::bigint;
  end if;

  if exists (select from deploy_queue.maintenance_windows where maintenance_windows.environment = candidate.environment) then
    return query
    select 'window', format('no maintenance window of %s is open', candidate.environment),
      min(opening.opens) filter (where opening.opens > v_now), null::bigint
    from deploy_queue._openings(candidate.environment) as opening
    having bool_or(v_now >= opening.opens and v_now < opening.closes) is not true;
  end if;

  if exists (
    select from deploy_queue.freezes where freezes.environment = candidate.environment and freezes.lifted_at is null
  ) then
    return query
    select 'freeze', format('%s is frozen by %s (freeze %s): %s', deploy_queue._freeze_label(placed), placed.owner,
      placed.id, placed.reason), placed.expires_at, null::bigint
    from deploy_queue._freezes_over(candidate) as placed
    where not deploy_queue._passes(candidate, placed);
  end if;
end;
$$;
--! EndIncluded functions/_withheld.sql
--! Included functions/_overtakes.sql
-- Whether a deployment may pass a queued one that stands ahead of it, because a freeze holds that one and makes an
-- exception for this one. Called by the rule and for the heads of a line.
create or replace function deploy_queue._overtakes(
  candidate deploy_queue.deployments,
  ahead deploy_queue.deployments
) returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return exists (
    select
    from deploy_queue._freezes_over(candidate) as placed
    where deploy_queue._passes(candidate, placed)
      and not deploy_queue._passes(ahead, placed)
  );
end;
$$;
--! EndIncluded functions/_overtakes.sql
--! Included functions/_is_exception.sql
-- Whether a freeze that is in force makes an exception for a deployment.
-- Called by the rule and for the heads of a line: such a deployment passes those whom the freeze holds.
create or replace function deploy_queue._is_exception(candidate deploy_queue.deployments) returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return exists (
    select from deploy_queue._freezes_over(candidate) as placed where deploy_queue._passes(candidate, placed)
  );
end;
$$;
--! EndIncluded functions/_is_exception.sql
--! Included functions/_is_ahead.sql
-- Whether a queued deployment with another key stands ahead of another one, and is not held outside or to start later.
-- Called by the wake-ups; the rule says the same in a form that the index serves.
create or replace function deploy_queue._is_ahead(
  one deploy_queue.deployments,
  other deploy_queue.deployments
) returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (one.concurrency_key = other.concurrency_key) is not true
    and (- one.priority, coalesce(one.place, one.id)) < (- other.priority, coalesce(other.place, other.id))
    and one.hold is distinct from 'outside'
    and (one.not_before > deploy_queue._now()) is not true;
end;
$$;
--! EndIncluded functions/_is_ahead.sql
--! Included functions/_lets_wait.sql
-- Whether a queued deployment lets another one wait: it stands ahead, and no freeze lets the other one pass.
-- Called by the wake-ups; the rule says the same in a form that the index serves.
create or replace function deploy_queue._lets_wait(
  one deploy_queue.deployments,
  other deploy_queue.deployments
) returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return deploy_queue._is_ahead(one, other) and not deploy_queue._overtakes(other, one);
end;
$$;
--! EndIncluded functions/_lets_wait.sql
--! Included functions/_has_to_wait.sql
-- Whether somebody stands ahead of a deployment in its line and does not let it pass.
-- Called by the wake-ups, for where it stood before.
create or replace function deploy_queue._has_to_wait(candidate deploy_queue.deployments) returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return exists (
    select
    from deploy_queue.deployments as ahead
    where ahead.cell_id = candidate.cell_id
      and ahead.id <> candidate.id
      and ahead.start_timestamp is null
      and ahead.finish_timestamp is null
      and ahead.cancellation_timestamp is null
      and deploy_queue._lets_wait(ahead, candidate)
  );
end;
$$;
--! EndIncluded functions/_has_to_wait.sql
--! Included functions/_refuse_ended.sql
-- The error of whoever asks an ended deployment to do anything more.
-- Called by try_start and the guard.
create or replace function deploy_queue._refuse_ended(deployment deploy_queue.deployments) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_who text;
begin
  if deployment.cancellation_timestamp is not null then
    -- Whoever reaps says so in the note.
    select ' by ' || events.actor into v_who
    from deploy_queue.deployment_events as events
    where events.deployment_id = deployment.id and events.kind = 'cancelled';
    raise exception using
      errcode = 'QD005',
      message = format('%s was cancelled at %s%s%s', deploy_queue._label(deployment),
        date_trunc('second', deployment.cancellation_timestamp), v_who, ': ' || deployment.cancellation_note),
      hint = 'A cancelled deployment never changes again; enter the line with a new one.';
  end if;

  raise exception using
    errcode = 'QD006',
    message = format('%s finished at %s', deploy_queue._label(deployment), date_trunc('second', deployment.finish_timestamp)),
    hint = 'A finished deployment never changes again.';
end;
$$;
--! EndIncluded functions/_refuse_ended.sql
--! Included functions/_refuse_change.sql
-- The error of whoever changes what a deployment is, or takes back what has happened.
-- Called by the guard and the trigger of what never changes.
create or replace function deploy_queue._refuse_change(deployment deploy_queue.deployments, columns text) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  raise exception using
    errcode = 'QD007',
    message = format('%s cannot change its %s', deploy_queue._label(deployment), _refuse_change.columns),
    hint = 'Cancel it and enter the line with a new deployment.';
end;
$$;
--! EndIncluded functions/_refuse_change.sql
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
--! Included functions/_refuse_isolation.sql
-- Refuses a transaction that may not see what others have committed: whatever it decided, it could be wrong.
-- Called by _lock_cell and try_start when the level of isolation is not READ COMMITTED.
create or replace function deploy_queue._refuse_isolation() returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  raise exception using
    errcode = 'QD011',
    message = format('deployments cannot be changed in a %s transaction: it may not see who is in the cell',
      current_setting('transaction_isolation')),
    hint = format('Begin the transaction with ISOLATION LEVEL READ COMMITTED. Where another level is the default: alter role %I set default_transaction_isolation = ''read committed''.',
      session_user);
end;
$$;
--! EndIncluded functions/_refuse_isolation.sql
--! Included functions/_lock_cell.sql
-- Serialises decisions: whoever writes a transition in a cell holds this lock until its transaction ends.
-- Called by everything that changes deployments or what keeps them waiting; always after row locks, cells in ascending order.
create or replace function deploy_queue._lock_cell(cell_id integer) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  -- The decision must see what the previous holder of the lock has committed; an older snapshot does not.
  if current_setting('transaction_isolation') <> 'read committed' then
    perform deploy_queue._refuse_isolation();
  end if;

  -- Two-part keys are a space of their own; the first part, "dq" in ASCII, sets ours apart from other users of it.
  if not pg_try_advisory_xact_lock(25713, _lock_cell.cell_id) then
    perform deploy_queue._lock_cell_in_time(_lock_cell.cell_id, current_setting('lock_timeout'));
  end if;
end;
$$;
--! EndIncluded functions/_lock_cell.sql
--! Included functions/_lock_cell_in_time.sql
-- Waits for the lock of a cell, and gives up before the client does, which would leave a session behind that waits for as long
-- as somebody's open transaction lasts, and acts after all then.
-- Called by _lock_cell when somebody else holds the lock.
create or replace function deploy_queue._lock_cell_in_time(cell_id integer, own_limit text) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set lock_timeout = '15s'
as $$
declare
  v_place text;
begin
  -- A client that wants to wait for a shorter time; 0 is no limit.
  if own_limit <> '0' and own_limit::interval < current_setting('lock_timeout')::interval then
    perform set_config('lock_timeout', own_limit, true);
  end if;
  perform pg_advisory_xact_lock(25713, _lock_cell_in_time.cell_id);
exception
  when lock_not_available then
    select concat_ws('-', cells.environment, cells.cloud_provider, cells.region, 'cell', cells.cell_index) into v_place
    from deploy_queue.cells
    where cells.id = _lock_cell_in_time.cell_id;
    -- The lock of all that is no cell.
    if not found then
      raise;
    end if;

    raise exception using
      errcode = 'QD031',
      message = format('%s is locked by a transaction that stays open', v_place),
      hint = (
        select format('Nothing was changed. End that transaction: select pg_terminate_backend(%s).',
          string_agg(pg_locks.pid::text, ', '))
        from pg_locks
        where pg_locks.locktype = 'advisory'
          and pg_locks.database = (select pg_database.oid from pg_database where pg_database.datname = current_database())
          and (pg_locks.classid, pg_locks.objid) = (25713, _lock_cell_in_time.cell_id)
          and pg_locks.granted
      );
end;
$$;
--! EndIncluded functions/_lock_cell_in_time.sql
--! Included functions/_lock_row.sql
-- Locks the row of a deployment and returns it as it is then.
-- Called by _lock_deployment, and by try_start, which needs the cell only when it may start.
create or replace function deploy_queue._lock_row(deployment_id bigint) returns deploy_queue.deployments
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_deployment deploy_queue.deployments;
begin
  select * into v_deployment
  from deploy_queue.deployments
  where deployments.id = _lock_row.deployment_id
  for no key update;

  if not found then
    -- It says so.
    return deploy_queue._deployment(_lock_row.deployment_id);
  end if;
  return v_deployment;
end;
$$;
--! EndIncluded functions/_lock_row.sql
--! Included functions/_lock_deployment.sql
-- Locks a deployment and its cell, in that order, and returns the row as it is once both are held.
-- Called by the functions that change one deployment.
create or replace function deploy_queue._lock_deployment(deployment_id bigint) returns deploy_queue.deployments
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  -- Row before cell, because a plain UPDATE holds the row when its trigger asks for the cell.
  v_deployment deploy_queue.deployments := deploy_queue._lock_row(_lock_deployment.deployment_id);
begin
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
--! Included functions/_tell_of_new_cell.sql
-- Tells whoever names a cell to which nobody has deployed so far which others there are: a region that is misspelt is a line of
-- its own, in which nobody is met. Silent about the first cell of an environment.
-- Called by the trigger that records transitions, after the first deployment to a cell, and by preview.
create or replace function deploy_queue._tell_of_new_cell(
  environment text,
  cloud_provider text,
  region text,
  cell_index integer
) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_nearest text;
  v_count bigint;
begin
  select string_agg(other.name, ', ' order by other.number) filter (where other.number <= 3), count(*)
  into v_nearest, v_count
  from (
    select
      format('%s-%s-%s-cell-%s', cells.environment, cells.cloud_provider, cells.region, cells.cell_index) as name,
      row_number() over (
        order by cells.region = _tell_of_new_cell.region desc, cells.cloud_provider = _tell_of_new_cell.cloud_provider desc,
          cells.cell_index = _tell_of_new_cell.cell_index desc, cells.cloud_provider, cells.region, cells.cell_index
      ) as number
    from deploy_queue.cells
    where cells.environment = _tell_of_new_cell.environment
      and (cells.cloud_provider, cells.region, cells.cell_index)
        <> (_tell_of_new_cell.cloud_provider, _tell_of_new_cell.region, _tell_of_new_cell.cell_index)
  ) as other;

  if v_count > 0 then
    raise notice 'nobody has deployed to % so far; there are %',
      deploy_queue._one_line(format('%s-%s-%s-cell-%s', _tell_of_new_cell.environment, _tell_of_new_cell.cloud_provider,
        _tell_of_new_cell.region, _tell_of_new_cell.cell_index)),
      v_nearest || case
        when v_count > 3 then format(' and %s more: deploy-queue list cells --environment %s', v_count - 3,
          _tell_of_new_cell.environment)
        else ''
      end;
  end if;
end;
$$;
--! EndIncluded functions/_tell_of_new_cell.sql
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
  v_is_new boolean := false;
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
    v_is_new := found;
  end loop;

  if v_is_new then
    -- Told once the deployment is in the line: whoever is refused hears why, and nothing else.
    perform set_config('deploy_queue.new_cell', v_id::text, true);
  end if;
  return v_id;
end;
$$;
--! EndIncluded functions/_cell.sql
--! Included functions/_waiting_on.sql
-- THE RULE: everything that keeps a deployment from starting, one row a reason; no row means it may start. Whoever only wants
-- to know whether there is a reason asks for one at most; null is for all of them.
-- Called by waiting_on, try_start, the guard and the wake-ups. A new rule is a new branch.
create or replace function deploy_queue._waiting_on(
  candidate deploy_queue.deployments,
  at_most integer
)
returns setof deploy_queue.reason
language plpgsql stable rows 10
security definer
set search_path = pg_catalog, pg_temp
-- Planning anew at every look, or compiling what is estimated from all of history, would take longer than the rest.
set plan_cache_mode = force_generic_plan
set jit = off
as $$
declare
  v_now timestamptz := deploy_queue._now();
  v_buffer_time interval;
  -- Of whose last two beats nothing was heard.
  v_silent_before timestamptz;
  -- Most places have neither freezes nor windows, and most deployments nothing of their own.
  v_freezes boolean;
  v_windows boolean;
  v_is_exception boolean;
begin
  select
    environments.buffer_time,
    v_now - 2 * environments.heartbeat_interval,
    exists (
      select from deploy_queue.freezes where freezes.environment = candidate.environment and freezes.lifted_at is null
    ),
    exists (
      select from deploy_queue.maintenance_windows as policy where policy.environment = candidate.environment
    )
  into v_buffer_time, v_silent_before, v_freezes, v_windows
  from deploy_queue.environments
  where environments.environment = candidate.environment;
  v_is_exception := v_freezes and deploy_queue._is_exception(candidate);

  return query

  select withheld.* from deploy_queue._withheld(candidate) as withheld
  where v_freezes or v_windows or num_nonnulls(candidate.hold, candidate.not_before, candidate.not_after) > 0

  union all

  select 'running',
    deploy_queue._label(blocker) || concat(' is running', ', without a heartbeat since '
      || case when blocker.heartbeat_timestamp < v_silent_before then date_trunc('second', blocker.heartbeat_timestamp) end),
    null::timestamptz, blocker.id
  from deploy_queue.deployments as blocker
  where blocker.cell_id = candidate.cell_id
    and blocker.start_timestamp is not null
    and blocker.finish_timestamp is null
    and blocker.cancellation_timestamp is null
    and blocker.id is distinct from candidate.id
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

  select 'queued',
    deploy_queue._label(blocker) || concat(' is ahead in the line',
      case when blocker.priority <> candidate.priority then format(' with priority %s', blocker.priority) end,
      case when blocker.hold is not null then ', on hold until somebody releases it' end, ', without a heartbeat since '
      || case when blocker.heartbeat_timestamp < v_silent_before then date_trunc('second', blocker.heartbeat_timestamp) end),
    null::timestamptz, blocker.id
  from deploy_queue.deployments as blocker
  where blocker.cell_id = candidate.cell_id
    and blocker.start_timestamp is null
    and blocker.finish_timestamp is null
    and blocker.cancellation_timestamp is null
    -- In the words of the index; _is_ahead says the same. Who has no id yet comes last.
    and (- blocker.priority, coalesce(blocker.place, blocker.id))
      < (- candidate.priority, coalesce(candidate.place, candidate.id, 9223372036854775807))
    and (blocker.concurrency_key = candidate.concurrency_key) is not true
    -- Held outside the line, not to start yet, or frozen where the candidate is not: it lets others pass.
    and blocker.hold is distinct from 'outside'
    and (blocker.not_before > v_now) is not true
    and not (v_is_exception and deploy_queue._overtakes(candidate, blocker))

  limit _waiting_on.at_most;
end;
$$;
--! EndIncluded functions/_waiting_on.sql
--! Included functions/_reasons_text.sql
-- Reasons to wait in one line: the first five, and how many more there are.
-- Called by _refuse_blocked for its error and by try_start for the event.
create or replace function deploy_queue._reasons_text(reasons deploy_queue.reason[]) returns text
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (select string_agg(reason.text, '; ') from unnest(reasons[1:5]) as reason)
    || case when cardinality(reasons) > 5 then format('; and %s more', cardinality(reasons) - 5) else '' end;
end;
$$;
--! EndIncluded functions/_reasons_text.sql
--! Included functions/_record_refusal.sql
-- Leaves an event the first time that a deployment is told to wait: a waiter looks again and again.
-- Called by try_start.
create or replace function deploy_queue._record_refusal(
  deployment deploy_queue.deployments,
  reasons deploy_queue.reason[]
) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (
    select
    from deploy_queue.deployment_events
    where deployment_events.deployment_id = deployment.id and deployment_events.kind = 'refused'
  ) then
    insert into deploy_queue.deployment_events (deployment_id, kind, from_state, reason)
    values (
      deployment.id, 'refused', case when deployment.hold is null then 'queued' else 'held' end::deploy_queue.deployment_status,
      deploy_queue._reasons_text(reasons)
    );
  end if;
end;
$$;
--! EndIncluded functions/_record_refusal.sql
--! Included functions/_may_start.sql
-- Whether a deployment may start now. Who asked to start when it may, with a start_timestamp of infinity, hears "no"; whoever
-- says that it starts is refused. Called by the triggers, so that plain INSERT and UPDATE obey the rule, and by try_start for a look
-- that locks nothing.
create or replace function deploy_queue._may_start(
  candidate deploy_queue.deployments,
  only_asks boolean
) returns boolean
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_reasons deploy_queue.reason[] := array(
    select reason
    from deploy_queue._waiting_on(candidate, case when only_asks then 1 end) as reason
    order by reason.deployment_id nulls first
  );
begin
  if v_reasons <> '{}' and only_asks is not true then
    raise exception using
      errcode = 'QD003',
      message = format('%s may not start: %s', deploy_queue._label(candidate), deploy_queue._reasons_text(v_reasons)),
      hint = 'deploy_queue.try_start() starts it when its turn comes; deploy_queue.waiting_on() says what it waits for.';
  end if;
  return v_reasons = '{}';
end;
$$;
--! EndIncluded functions/_may_start.sql
--! Included functions/_refuse_impossible_wait.sql
-- The error of whoever enters the line with terms that cannot be, or stages what is staged already; silent otherwise.
-- Called by the enqueue trigger, under the lock of the cell.
create or replace function deploy_queue._refuse_impossible_wait(candidate deploy_queue.deployments) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_broken text := case
    when candidate.hold is not null and candidate.start_timestamp is not null then 'hold_must_be_null_for_what_has_started'
    when candidate.not_after <= candidate.not_before then 'not_after_must_be_later_than_not_before'
    when candidate.not_after <= candidate.created_at then 'not_after_must_lie_in_the_future'
    when not (cardinality(candidate.command) > 0 and candidate.command[1] <> '') then 'command_must_name_a_program'
  end;
  v_first deploy_queue.deployments;
begin
  if v_broken is not null then
    -- As a CHECK would.
    raise check_violation using constraint = v_broken, message = replace(v_broken, '_', ' ');
  end if;

  -- Jobs that wait on hold may be two of a kind: each goes on by itself.
  if candidate.hold is distinct from 'outside' or candidate.heartbeat_timestamp is not null then
    return;
  end if;

  select * into v_first
  from deploy_queue.deployments
  where deployments.cell_id = candidate.cell_id
    and deployments.start_timestamp is null
    and deployments.finish_timestamp is null
    and deployments.cancellation_timestamp is null
    and deployments.hold = 'outside'
    and deployments.heartbeat_timestamp is null
    and deployments.component = candidate.component
    and deployments.version is not distinct from candidate.version
    and deployments.command is not distinct from candidate.command
    -- What came too late is only waiting for a reaper.
    and (deployments.not_after <= deploy_queue._now()) is not true
  limit 1;

  if found and (v_first.idempotency_key = candidate.idempotency_key) is not true then
    raise exception using
      errcode = 'QD021',
      message = format('%s is staged already, since %s by %s', deploy_queue._label(v_first),
        date_trunc('second', v_first.created_at), v_first.entered_by),
      hint = format('"deploy-queue release %1$s" releases it, "deploy-queue purge %1$s" drops it.', v_first.id);
  end if;
end;
$$;
--! EndIncluded functions/_refuse_impossible_wait.sql
--! Included functions/_heads.sql
-- The queued deployments of a cell that no other queued deployment keeps waiting: the first of the line and, while they
-- have its concurrency key, those right behind it; and those whom a freeze lets pass. Called by the wake-ups.
create or replace function deploy_queue._heads(cell_id integer) returns setof deploy_queue.deployments
language plpgsql stable rows 2
security definer
set search_path = pg_catalog, pg_temp
-- Planning anew for each cell would take longer than the rest.
set plan_cache_mode = force_generic_plan
as $$
declare
  v_now timestamptz := deploy_queue._now();
  v_queued deploy_queue.deployments;
  v_first_key text;
  v_is_first boolean := true;
  -- Whoever stands behind a deployment with another key is blocked by it, and so is everybody further back, except ...
  v_is_over boolean := false;
  v_exceptions boolean;
begin
  for v_queued in
    select *
    from deploy_queue.deployments
    where deployments.cell_id = _heads.cell_id
      and deployments.start_timestamp is null
      and deployments.finish_timestamp is null
      and deployments.cancellation_timestamp is null
    order by deployments.cell_id, - deployments.priority, coalesce(deployments.place, deployments.id)
  loop
    continue when v_queued.hold = 'outside';

    v_exceptions := coalesce(v_exceptions, exists (
      select
      from deploy_queue.freezes
      where freezes.environment = v_queued.environment
        and freezes.lifted_at is null
        and (freezes.allow_key is not null or freezes.allow_role is not null)
    ));
    if not v_is_over and (v_is_first or v_queued.concurrency_key = v_first_key) then
      return next v_queued;
    elsif v_exceptions
      and deploy_queue._is_exception(v_queued)
      and not exists (select from deploy_queue._waiting_on(v_queued, null) as reason where reason.kind = 'queued')
    then
      return next v_queued;
    end if;

    -- Until it is to start, it lets others pass.
    continue when v_queued.not_before > v_now;
    v_is_over := v_is_over or not (v_is_first or coalesce(v_queued.concurrency_key = v_first_key, false));
    exit when v_is_over and not v_exceptions;
    v_first_key := v_queued.concurrency_key;
    v_is_first := false;
  end loop;
end;
$$;
--! EndIncluded functions/_heads.sql
--! Included functions/_wake.sql
-- Notifies a queued deployment if it may start now or knows when it may, and leaves an event of that; stays silent while that is
-- still open. Called by the triggers that take a reason to wait away, for each head of the line that had it.
create or replace function deploy_queue._wake(candidate deploy_queue.deployments) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (
    select from deploy_queue._waiting_on(candidate, null) as reason where reason.until is null
  ) then
    -- Without a payload, equal wake-ups of one transaction collapse into one.
    perform pg_notify('deploy_queue_deployment_' || candidate.id, '');
    perform deploy_queue._record(candidate.id, deploy_queue._now(), 'woken', 'queued', null);
  end if;
end;
$$;
--! EndIncluded functions/_wake.sql
--! Included functions/_wake_heads.sql
-- Locks the cells of a place, in order, and wakes those at the heads of their lines whom a freeze held that has ended, or
-- whom a new one lets pass others. Called by the trigger of freezes.
create or replace function deploy_queue._wake_heads(placed deploy_queue.freezes, held boolean) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_cell_id integer;
  v_head deploy_queue.deployments;
  v_passes boolean;
begin
  for v_cell_id in
    select cells.id
    from deploy_queue.cells
    where cells.environment = placed.environment
      and (placed.cloud_provider is null or cells.cloud_provider = placed.cloud_provider)
      and (placed.region is null or cells.region = placed.region)
      and (placed.cell_index is null or cells.cell_index = placed.cell_index)
    order by cells.id
  loop
    -- A start that is being decided now is over before this returns, and the next one sees the freeze as it is then.
    perform deploy_queue._lock_cell(v_cell_id);

    for v_head in select * from deploy_queue._heads(v_cell_id) loop
      v_passes := deploy_queue._passes(v_head, placed);
      if v_passes <> _wake_heads.held and (_wake_heads.held or exists (
        select
        from deploy_queue.deployments as overtaken
        where overtaken.cell_id = v_cell_id
          and overtaken.start_timestamp is null
          and overtaken.finish_timestamp is null
          and overtaken.cancellation_timestamp is null
          and deploy_queue._is_ahead(overtaken, v_head)
          and not deploy_queue._passes(overtaken, placed)
      )) then
        perform deploy_queue._wake(v_head);
      end if;
    end loop;
  end loop;
end;
$$;
--! EndIncluded functions/_wake_heads.sql
--! Included functions/_measure.sql
-- Measures the usual duration of a component in a cell anew: its last 100 finishes of the last 3 months.
-- Called by the trigger of every finish, where its sample is not simply the next, by refresh_durations, and by adopt; under the
-- lock of the cell.
create or replace function deploy_queue._measure(cell_id integer, component text) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_since timestamptz := deploy_queue._now() - interval '3 months';
begin
  insert into deploy_queue.deployment_durations as known
    (cell_id, component, seconds, deployment_count, avg_duration, stddev_duration, first_finish_timestamp, last_finish_timestamp)
  select _measure.cell_id, _measure.component, array_agg(sample.seconds), count(*),
    make_interval(secs => avg(sample.seconds)), make_interval(secs => stddev_samp(sample.seconds)),
    min(sample.finish_timestamp), max(sample.finish_timestamp)
  from (
    select deployments.finish_timestamp,
      date_part('epoch', deployments.finish_timestamp - deployments.start_timestamp) as seconds
    from deploy_queue.deployments
    where deployments.cell_id = _measure.cell_id
      and deployments.component = _measure.component
      and deployments.finish_timestamp > v_since
    order by deployments.finish_timestamp desc
    limit 100
  ) as sample
  having count(*) > 0
  on conflict on constraint deployment_durations_pkey do update
  set seconds = excluded.seconds,
    deployment_count = excluded.deployment_count,
    avg_duration = excluded.avg_duration,
    stddev_duration = excluded.stddev_duration,
    first_finish_timestamp = excluded.first_finish_timestamp,
    last_finish_timestamp = excluded.last_finish_timestamp;
end;
$$;
--! EndIncluded functions/_measure.sql
--! Included functions/_line_members.sql
-- Who is in the lines of cells, each in its order: those who occupy the cell, or have started there while somebody waited
-- who entered the line before them, then those who wait. A candidate stands where its row says; without an id, it is the last of
-- its priority. No cells are all in which somebody waits. Called by _line.
create or replace function deploy_queue._line_members(
  candidate deploy_queue.deployments,
  cell_ids integer[]
)
returns table (
  deployment deploy_queue.deployments,
  cell_id integer,
  waits_since timestamptz,
  buffer_time interval,
  heartbeat_interval interval,
  heartbeat_timeout interval,
  has_policies boolean,
  exclusion_key text,
  is_followed boolean,
  avg_duration interval
)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_now timestamptz := deploy_queue._now();
begin
  return query
  select line.*, usual.avg_duration
  from (
    select
      present.member,
      cell.id,
      cell.waits_since,
      cell.buffer_time,
      cell.heartbeat_interval,
      cell.heartbeat_timeout,
      cell.has_policies,
      coalesce('key ' || (present.member).concurrency_key, 'id ' || (present.member).id),
      lead(cell.id) over line is not distinct from cell.id as is_followed
    from (
      select
        asked.id,
        asked.waits_since,
        asked.first_place,
        environments.buffer_time,
        environments.heartbeat_interval,
        environments.heartbeat_timeout,
        -- Most environments have neither freezes nor windows.
        exists (
          select from deploy_queue.freezes where freezes.environment = environments.environment and freezes.lifted_at is null
        ) or exists (
          select from deploy_queue.maintenance_windows as policy where policy.environment = environments.environment
        ) as has_policies
      from (
        select queued.cell_id as id, min(queued.created_at) as waits_since, min(coalesce(queued.place, queued.id)) as first_place
        from deploy_queue.deployments as queued
        where queued.start_timestamp is null
          and queued.finish_timestamp is null
          and queued.cancellation_timestamp is null
          and queued.hold is distinct from 'outside'
          and (cell_ids is null or queued.cell_id = any (cell_ids))
          and candidate is not distinct from null
        group by queued.cell_id
        union all
        -- Whoever asks for one place does not ask who overtook.
        select one.id, null, null from unnest(cell_ids) as one (id) where candidate is distinct from null
      ) as asked
      left join deploy_queue.cells on cells.id = asked.id
      join deploy_queue.environments on environments.environment = coalesce(cells.environment, candidate.environment)
      -- All this once a cell, not once a deployment.
      offset 0
    ) as cell
    cross join lateral (
      -- Each part has an index of its own.
      select deployments as member from deploy_queue.deployments
      where deployments.cell_id = cell.id
        and deployments.finish_timestamp > least(v_now - cell.buffer_time, cell.waits_since)
        and (deployments.finish_timestamp > v_now - cell.buffer_time
          or (deployments.start_timestamp > cell.waits_since and coalesce(deployments.place, deployments.id) > cell.first_place))
      union all
      select deployments from deploy_queue.deployments
      where deployments.cell_id = cell.id
        and deployments.cancellation_timestamp > cell.waits_since
        and deployments.start_timestamp > cell.waits_since
        and coalesce(deployments.place, deployments.id) > cell.first_place
      union all
      select deployments from deploy_queue.deployments
      where deployments.cell_id = cell.id
        and deployments.start_timestamp is not null
        and deployments.finish_timestamp is null
        and deployments.cancellation_timestamp is null
      union all
      select deployments from deploy_queue.deployments
      where deployments.cell_id = cell.id
        and deployments.start_timestamp is null
        and deployments.finish_timestamp is null
        and deployments.cancellation_timestamp is null
        and deployments.hold is distinct from 'outside'
        and deployments.id is distinct from candidate.id
      union all
      select candidate where candidate is distinct from null
    ) as present
    cross join lateral (
      select
        (present.member).start_timestamp is null as waits,
        -- Whom a freeze lets pass goes before those whom it holds.
        cell.has_policies and (present.member).start_timestamp is null and not deploy_queue._is_exception(present.member) as is_ordinary,
        case when (present.member).start_timestamp is null then - (present.member).priority end as rank,
        coalesce((present.member).place, (present.member).id) as number
    ) as stand
    window line as (order by cell.id, stand.waits, stand.is_ordinary, stand.rank, stand.number)
    order by cell.id, stand.waits, stand.is_ordinary, stand.rank, stand.number
  ) as line
  left join lateral (
    select known.avg_duration
    from deploy_queue.deployment_durations as known
    -- Nobody else asks how long it takes.
    where line.is_followed
      and known.cell_id = line.id
      and known.component = (line.member).component
      and known.last_finish_timestamp > v_now - interval '3 months'
    -- Looked up one by one, which keeps the order: nobody can estimate how many are in line.
    offset 0
  ) as usual on true;
end;
$$;
--! EndIncluded functions/_line_members.sql
--! Included functions/_priority_reason.sql
-- Who gave a queued deployment its priority and why, as "ann: sev 1"; null when it entered the line with it.
-- Called by _line, for those who are overtaken.
create or replace function deploy_queue._priority_reason(deployment_id bigint) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select concat_ws(': ', event.actor, substring(event.reason from '^priority \S+, before \S+: (.*)'))
    from deploy_queue.deployment_events as event
    where event.deployment_id = _priority_reason.deployment_id and event.kind = 'prioritized'
    order by event.id desc
    limit 1
  );
end;
$$;
--! EndIncluded functions/_priority_reason.sql
--! Included functions/_line.sql
-- Plays the lines of cells forward: who starts when, if everybody takes as long as usual. A candidate, in
-- line or not yet, is told its place alone. No cells are all in which somebody waits.
-- Called by the queue view, place_in_line and preview.
create or replace function deploy_queue._line(
  candidate deploy_queue.deployments,
  cell_ids integer[]
)
returns table (
  deployment deploy_queue.deployments,
  place deploy_queue.place,
  overtaken integer
)
language plpgsql stable
security definer
set search_path = pg_catalog, pg_temp
-- Planning anew at every look, or compiling what is estimated from all of history, would take longer than the rest.
set plan_cache_mode = force_generic_plan
set jit = off
as $$
declare
  v_now timestamptz := deploy_queue._now();
  v_all boolean := candidate is not distinct from null;
  v_member record;
  v_cell_id integer;
  v_free_at timestamptz;
  -- When the cell is free of everybody so far, whose doing that is, and when it is free of all the others. Whoever has
  -- the key of the last may start with the others' end. Infinity is "nobody knows".
  v_last timestamptz;
  v_last_key text;
  v_others timestamptz;
  v_late_keys text[];
  v_withheld jsonb;
  v_withheld_until timestamptz;
  v_overtaker_starts timestamptz[];
  v_overtaker_places bigint[];
  v_silent_since timestamptz;
  v_blockers jsonb[];
  v_first_ten jsonb;
  v_keys text[];
begin
  place.as_of := v_now;
  for v_member in
    select * from deploy_queue._line_members(candidate, _line.cell_ids) as member
  loop
    if v_keys is null or v_member.cell_id <> v_cell_id then
      v_cell_id := v_member.cell_id;
      v_last := v_now;
      v_last_key := null;
      v_others := v_now;
      v_late_keys := '{}';
      v_overtaker_starts := '{}';
      v_overtaker_places := '{}';
      v_blockers := '{}';
      v_first_ten := '[]';
      v_keys := '{}';
      place."position" := 0;
    end if;

    deployment := v_member.deployment;
    if deployment.start_timestamp > v_member.waits_since then
      v_overtaker_starts := array_append(v_overtaker_starts, deployment.start_timestamp);
      v_overtaker_places := array_append(v_overtaker_places, coalesce(deployment.place, deployment.id));
    end if;

    if deployment.cancellation_timestamp is not null then
      continue;
    elsif deployment.start_timestamp is null then
      place.deployment_id := deployment.id;
      place."position" := place."position" + 1;
      v_free_at := case when v_member.exclusion_key = v_last_key then v_others else v_last end;
      -- Most environments have neither freezes nor windows, and most deployments nothing of their own.
      v_withheld := null;
      if v_member.has_policies or num_nonnulls(deployment.hold, deployment.not_before, deployment.not_after) > 0 then
        select jsonb_agg(to_jsonb(reason)), max(coalesce(reason.until, 'infinity')) into v_withheld, v_withheld_until
        from deploy_queue._withheld(deployment) as reason;
        v_free_at := greatest(v_free_at, v_withheld_until);
      end if;
      place.predicted_start := nullif(v_free_at, 'infinity');
      place.overdue := cardinality(array_remove(v_late_keys, v_member.exclusion_key)) > 0;
      if deployment.concurrency_key is null then
        place.blocker_count := cardinality(v_keys);
        place.blockers := v_first_ten;
      else
        place.blocker_count := cardinality(v_keys) - cardinality(array_positions(v_keys, v_member.exclusion_key));
        place.blockers := to_jsonb(array(
          select v_blockers[ahead] from generate_subscripts(v_keys, 1) as ahead
          where v_keys[ahead] <> v_member.exclusion_key limit 10
        ));
      end if;
      -- What withholds it comes before whom it waits for.
      if v_withheld is not null then
        place.blocker_count := place.blocker_count + jsonb_array_length(v_withheld);
        place.blockers := v_withheld || place.blockers;
      end if;
      if v_all or deployment.id is not distinct from candidate.id then
        overtaken := 0;
        if v_overtaker_starts <> '{}' then
          select count(*) into overtaken
          from unnest(v_overtaker_starts, v_overtaker_places) as overtaker (start_timestamp, place)
          where overtaker.start_timestamp > deployment.created_at
            and overtaker.place > coalesce(deployment.place, deployment.id);
        end if;
        return next;
        exit when not v_all;
      end if;
      -- It lets others pass, and who knows whether they will be done in time.
      continue when deployment.not_before > v_now;
      v_free_at := coalesce(v_free_at + v_member.avg_duration, 'infinity') + v_member.buffer_time;
    elsif deployment.finish_timestamp is not null then
      v_free_at := deployment.finish_timestamp + v_member.buffer_time;
      continue when v_free_at <= v_now;
    else
      if deployment.start_timestamp + v_member.avg_duration < v_now then
        v_late_keys := array_append(v_late_keys, v_member.exclusion_key);
      end if;
      v_free_at := case
        when v_member.avg_duration is null then 'infinity'
        else greatest(deployment.start_timestamp + v_member.avg_duration, v_now) + v_member.buffer_time
      end;
    end if;

    -- Nobody is told of whom nobody stands behind, and mostly nobody does.
    continue when not v_member.is_followed;
    v_keys := array_append(v_keys, v_member.exclusion_key);
    -- Of its last two beats nothing was heard.
    v_silent_since := case
      when deployment.finish_timestamp is null and deployment.heartbeat_timestamp < v_now - 2 * v_member.heartbeat_interval
        then deployment.heartbeat_timestamp
    end;
    v_blockers := array_append(v_blockers, to_jsonb(row(
      deployment.url,
      deployment.hold,
      case
        when deployment.start_timestamp is null then 'queued'
        when deployment.finish_timestamp is null then 'running'
        else 'buffer'
      end,
      deployment.note,
      coalesce(deployment.finish_timestamp, deployment.start_timestamp, deployment.created_at),
      nullif(v_free_at, 'infinity'),
      deployment.version,
      deployment.priority,
      deployment.component,
      case when v_silent_since is not null then deploy_queue._reaped_at(v_silent_since, v_member.heartbeat_timeout) end,
      v_silent_since,
      deployment.id,
      extract(epoch from v_member.avg_duration),
      case
        when deployment.start_timestamp is null and deployment.priority <> 0 then deploy_queue._priority_reason(deployment.id)
      end
    )::deploy_queue.blocker));
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
  v_ids bigint[];
begin
  -- try_start holds a cell when it comes here; skipping what is locked never waits, so that cannot deadlock, and an open
  -- transaction keeps nobody from reaping elsewhere. A row that somebody else has locked is being reaped, ended or kept alive
  -- by them; a cell that somebody else has locked is reaped the next time.
  with stale as materialized (
    -- All of it first: else the cell is tried before its row, and that of every row that is read.
    select deployments.id, deployments.cell_id
    from deploy_queue.deployments
    where deployments.id = any (array(select deploy_queue._stale(_reap.deployment_ids)))
    for no key update skip locked
  )
  select array_agg(stale.id) into v_ids
  from stale
  where pg_try_advisory_xact_lock(25713, stale.cell_id);
  -- As they are now that nobody else can change them.
  v_ids := array(select deploy_queue._stale(v_ids));

  if v_ids = '{}' then
    return;
  end if;

  perform set_config('deploy_queue.reaping', 'on', true);
  return query
  update deploy_queue.deployments
  set cancellation_timestamp = deploy_queue._now(),
    cancellation_note = format('reaped by %s: %s', deploy_queue._actor(), case
      when deployments.heartbeat_timestamp < deploy_queue._silent_before(environments.heartbeat_timeout)
        then format('no heartbeat since %s', date_trunc('second', deployments.heartbeat_timestamp))
      when deployments.start_timestamp is null
        then format('it was to start before %s', date_trunc('second', deployments.not_after))
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
-- Why a queued deployment cannot start yet: its own reasons first, then whom it waits for, by id; no row when it may, or
-- when it is not queued.
-- Called by clients and people.
create or replace function deploy_queue.waiting_on(deployment_id bigint) returns setof deploy_queue.reason
language plpgsql stable rows 10
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_candidate deploy_queue.deployments := deploy_queue._deployment(waiting_on.deployment_id);
begin
  if v_candidate.start_timestamp is null and v_candidate.cancellation_timestamp is null then
    return query
    select reason.*
    from deploy_queue._waiting_on(v_candidate, null) as reason
    order by reason.deployment_id nulls first;
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
security definer
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
-- Where a queued deployment stands and when it will likely start; no row for one that is not queued. One that is held
-- outside the line is told where it would stand.
-- Called by clients, to tell the person who waits.
create or replace function deploy_queue.place_in_line(deployment_id bigint) returns setof deploy_queue.place
language plpgsql stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_deployment deploy_queue.deployments := deploy_queue._deployment(place_in_line.deployment_id);
begin
  if num_nonnulls(v_deployment.start_timestamp, v_deployment.finish_timestamp, v_deployment.cancellation_timestamp) > 0 then
    return;
  end if;
  if v_deployment.hold = 'outside' then
    v_deployment.place := 9223372036854775807;
  end if;

  return query
  select (line.place).* from deploy_queue._line(v_deployment, array[v_deployment.cell_id]) as line;
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
  concurrency_key text default null,
  priority integer default 0,
  hold deploy_queue.hold default null,
  not_before timestamptz default null
) returns deploy_queue.place
language plpgsql stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_candidate deploy_queue.deployments;
  v_cell_id integer;
begin
  perform deploy_queue._require_environment(preview.environment);
  select cells.id into v_cell_id
  from deploy_queue.cells
  where cells.environment = preview.environment
    and cells.cloud_provider = preview.cloud_provider
    and cells.region = preview.region
    and cells.cell_index = preview.cell_index;
  if v_cell_id is null then
    perform deploy_queue._tell_of_new_cell(preview.environment, preview.cloud_provider, preview.region, preview.cell_index);
  end if;

  v_candidate.environment := preview.environment;
  v_candidate.cloud_provider := preview.cloud_provider;
  v_candidate.region := preview.region;
  v_candidate.cell_index := preview.cell_index;
  v_candidate.component := preview.component;
  v_candidate.concurrency_key := preview.concurrency_key;
  v_candidate.priority := preview.priority;
  v_candidate.hold := preview.hold;
  v_candidate.not_before := preview.not_before;
  v_candidate.entered_by := session_user;
  return (select line.place from deploy_queue._line(v_candidate, array[v_cell_id]) as line);
end;
$$;

comment on function deploy_queue.preview(text, text, text, integer, text, text, integer, deploy_queue.hold, timestamptz) is
  'Position, predicted start and blockers that a deployment would have if it were enqueued now.';
--! EndIncluded functions/preview.sql
--! Included functions/history.sql
-- What happened to a deployment, in order.
-- Called by "deploy-queue history" and by people.
create or replace function deploy_queue.history(deployment_id bigint) returns setof deploy_queue.deployment_events
language plpgsql stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_deployment deploy_queue.deployments := deploy_queue._deployment(history.deployment_id);
begin
  return query
  select deployment_events.*
  from deploy_queue.deployment_events
  where deployment_events.deployment_id = v_deployment.id
  order by deployment_events.id;
end;
$$;

comment on function deploy_queue.history(bigint) is
  'The events of this deployment, in order: what happened, when, by whom, from where and why.';
--! EndIncluded functions/history.sql
--! Included functions/enqueue.sql
-- Enters the line of a cell, and the cell itself when asked to and nothing keeps it from starting; the id that comes back is
-- the place in the line. Called by clients; a plain INSERT does the same.
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
  max_duration interval default null,
  priority integer default 0,
  hold deploy_queue.hold default null,
  not_before timestamptz default null,
  not_after timestamptz default null,
  command text[] default null,
  start boolean default false
) returns deploy_queue.deployments
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
-- Behind somebody's open transaction it gives up before its client does, and acts no more afterwards.
set lock_timeout = '15s'
-- Most sessions are short: planned once, not anew in each of the first five calls, nor in what its triggers do.
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  v_deployment deploy_queue.deployments;
begin
  insert into deploy_queue.deployments as deployment (
    environment, cloud_provider, region, cell_index, component, version, url, note, concurrency_key, start_timestamp,
    heartbeat_timestamp, idempotency_key, max_duration, priority, hold, not_before, not_after, command
  ) values (
    enqueue.environment, enqueue.cloud_provider, enqueue.region, enqueue.cell_index, enqueue.component, enqueue.version,
    enqueue.url, enqueue.note, enqueue.concurrency_key,
    -- When it may. What is on hold waits for somebody else.
    case when enqueue.start and enqueue.hold is null then timestamptz 'infinity' end,
    -- With the row itself: a client that dies right after must not hold its place for ever.
    case when enqueue.heartbeat then deploy_queue._now() end,
    enqueue.idempotency_key, enqueue.max_duration, enqueue.priority, enqueue.hold, enqueue.not_before, enqueue.not_after,
    enqueue.command
  )
  on conflict (idempotency_key) where idempotency_key is not null do nothing
  returning deployment.* into v_deployment;

  -- A client whose connection died asks again, without knowing whether it was heard the first time.
  if v_deployment.id is null then
    select * into v_deployment
    from deploy_queue.deployments
    where deployments.idempotency_key = enqueue.idempotency_key;
    raise notice '% is there already, from an earlier try', deploy_queue._label(v_deployment);
  end if;
  return v_deployment;
end;
$$;

comment on function deploy_queue.enqueue(
  text, text, text, integer, text, text, text, text, text, boolean, text, interval, integer, deploy_queue.hold, timestamptz,
  timestamptz, text[], boolean
) is
  'Enters the line of a cell and returns the new deployment. heartbeat: the caller promises heartbeats while it waits, and is reaped when they stop. idempotency_key: asking twice with the same key enters the line once. max_duration: it is reaped when it runs for longer. hold: it waits until it is released, outside the line or in-line. not_before, not_after: when it may start. command: what whoever releases it is to run. start: it starts at once when it may, and its start_timestamp says so; the promise of heartbeats holds while it runs, too.';
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
security definer
set search_path = pg_catalog, pg_temp
-- Behind somebody's open transaction it gives up before its client does, and acts no more afterwards.
set lock_timeout = '15s'
-- Most sessions are short: planned once, not anew in each of the first five calls, nor in what its triggers do.
set plan_cache_mode = force_generic_plan
as $$
declare
  v_deployment deploy_queue.deployments;
  v_reasons deploy_queue.reason[] := '{}';
  v_stale bigint[];
  v_has_reaped boolean := true;
  v_open_ended boolean;
  v_until timestamptz;
begin
  -- Also a look that changes nothing: it would say "not yet" for as long as the transaction lasts.
  if current_setting('transaction_isolation') <> 'read committed' then
    perform deploy_queue._refuse_isolation();
  end if;

  loop
    -- The guard decides, as for everybody, and holds the cell. Whoever sees already that it has to wait does not ask it: the
    -- looks of a thousand waiters must not hold up those whose turn it is. What ends after such a look wakes the waiter.
    update deploy_queue.deployments
    set start_timestamp = 'infinity',
      heartbeat_timestamp = case when try_start.heartbeat then deploy_queue._now() end
    where deployments.id = try_start.deployment_id
      and deployments.start_timestamp is null
      and deployments.cancellation_timestamp is null
      and (deploy_queue._bypass_reason() is not null or deploy_queue._may_start(deployments, true))
    returning deployments.* into v_deployment;
    exit when found;

    v_deployment := deploy_queue._lock_row(try_start.deployment_id);
    if deploy_queue._has_ended(v_deployment) then
      perform deploy_queue._refuse_ended(v_deployment);
    end if;
    exit when v_deployment.start_timestamp is not null;
    if not deploy_queue._may_change(v_deployment.environment) then
      perform deploy_queue._refuse_foreign_environment(v_deployment.environment);
    end if;

    v_reasons := array(
      select reason from deploy_queue._waiting_on(v_deployment, null) as reason order by reason.deployment_id nulls first
    );
    -- The last of them may have gone meanwhile.
    continue when v_reasons = '{}';
    -- While it waited for the cell, somebody else reaped those, or they sent a sign of life: this is what came of it.
    exit when not v_has_reaped;

    -- Nothing may depend on a background worker: whoever waits removes the dead that it waits for, and itself when it
    -- came too late.
    v_stale := array(
      select deploy_queue._stale(array(
        select case when reason.kind = 'expired' then v_deployment.id else reason.deployment_id end
        from unnest(v_reasons) as reason
      ))
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
      -- Asking for its turn is a sign of life.
      update deploy_queue.deployments
      set heartbeat_timestamp = deploy_queue._now()
      where deployments.id = v_deployment.id
      returning deployments.* into v_deployment;
    end if;
    perform deploy_queue._record_refusal(v_deployment, v_reasons);
  end if;

  select environments.heartbeat_interval into look_again_in
  from deploy_queue.environments
  where environments.environment = v_deployment.environment;
  if not started then
    select bool_or(reason.until is null), max(reason.until) into v_open_ended, v_until
    from unnest(v_reasons) as reason;
    look_again_in := least(look_again_in, case when not v_open_ended then v_until - deploy_queue._now() end,
      v_deployment.not_after - deploy_queue._now());
  end if;
  waiting_on := to_jsonb(v_reasons);
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
security definer
set search_path = pg_catalog, pg_temp
-- Behind somebody's open transaction it gives up before its client does, and acts no more afterwards.
set lock_timeout = '15s'
-- Most sessions are short: planned once, not anew in each of the first five calls, nor in what its triggers do.
set plan_cache_mode = force_generic_plan
as $$
declare
  v_deployment deploy_queue.deployments;
begin
  update deploy_queue.deployments
  set finish_timestamp = deploy_queue._now()
  where deployments.id = finish.deployment_id and deployments.finish_timestamp is null
  returning deployments.* into v_deployment;

  if not found then
    v_deployment := deploy_queue._deployment(finish.deployment_id);
    raise notice '% has already finished', deploy_queue._label(v_deployment);
  end if;
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
security definer
set search_path = pg_catalog, pg_temp
-- Behind somebody's open transaction it gives up before its client does, and acts no more afterwards.
set lock_timeout = '15s'
as $$
declare
  v_deployment deploy_queue.deployments;
begin
  update deploy_queue.deployments
  set cancellation_timestamp = deploy_queue._now(),
    cancellation_note = cancel.cancellation_note
  where deployments.id = cancel.deployment_id and deployments.cancellation_timestamp is null
  returning deployments.* into v_deployment;

  if not found then
    v_deployment := deploy_queue._deployment(cancel.deployment_id);
    raise notice '% is already cancelled', deploy_queue._label(v_deployment);
  end if;
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
security definer
set search_path = pg_catalog, pg_temp
-- Behind somebody's open transaction it gives up before its client does, and acts no more afterwards.
set lock_timeout = '15s'
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
security definer
set search_path = pg_catalog, pg_temp
-- Behind somebody's open transaction it gives up before its client does, and acts no more afterwards.
set lock_timeout = '15s'
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
security definer
set search_path = pg_catalog, pg_temp
-- Behind somebody's open transaction it gives up before its client does, and acts no more afterwards.
set lock_timeout = '15s'
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
security definer
set search_path = pg_catalog, pg_temp
as $$
  select reaped.*
  from deploy_queue._reap(
    array(
      select live.id
      from deploy_queue._live_deployments as live
      where live.heartbeat_timestamp is not null or live.start_timestamp is not null or live.not_after is not null
    )
  ) as reaped;
$$;

comment on function deploy_queue.reap_stale_deployments() is
  'Cancels every queued or running deployment whose heartbeats stopped for longer than environments.heartbeat_timeout, or that runs for longer than its max_duration, or that has not started by its not_after, and returns them.';
--! EndIncluded functions/reap_stale_deployments.sql
--! Included functions/live_deployment_by_url.sql
-- The newest queued or running deployment with this url; no row when there is none.
-- Called by whoever keeps a job's deployment alive and knows only the job.
create or replace function deploy_queue.live_deployment_by_url(url text) returns setof deploy_queue.deployments
language sql stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select deployments.*
  from deploy_queue.deployments
  where deployments.id = (
    select max(live.id)
    from deploy_queue._live_deployments as live
    -- What is only staged has no job yet.
    where live.url = $1 and (live.hold is distinct from 'outside' or live.heartbeat_timestamp is not null)
  );
$$;

comment on function deploy_queue.live_deployment_by_url(text) is
  'The newest queued or running deployment with this url, if there is one.';
--! EndIncluded functions/live_deployment_by_url.sql
--! Included functions/refresh_durations.sql
-- Drops samples older than 3 months from the usual durations, for so many groups at most. Returns how many it refreshed.
-- Called by the background worker until it returns 0; finishes keep their own group right.
create or replace function deploy_queue.refresh_durations(batch_size integer default 20) returns integer
language plpgsql volatile
security definer
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
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := deploy_queue._now();
  v_ids bigint[];
  -- A few of each cell, since what ended at about the same time stands together on the disk: cell by cell, every batch would
  -- write to as many pages as it has rows. More of each where few cells have anything to remove.
  v_share integer := 1 + batch_size / (1 + (select count(*) from deploy_queue.cells));
begin
  loop
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
          -- The order makes the index stop after the share.
          order by finished.finish_timestamp
          limit v_share
        )
        union all
        (
          select cancelled.id from deploy_queue.deployments as cancelled
          where cancelled.cell_id = cells.id
            and cancelled.cancellation_timestamp < v_now - environments.retention
          order by cancelled.cancellation_timestamp
          limit v_share
        )
      ) as ended
      where environments.retention is not null
        and deploy_queue._may_change(environments.environment)
      limit batch_size
    ) as old;
    -- Also when there is nothing, or no limit.
    exit when (cardinality(v_ids) * 2 >= batch_size or v_share >= batch_size) is not false;
    v_share := v_share * 8;
  end loop;

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
security definer
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
security definer
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
--! Included functions/moment.sql
-- A moment as people write it: a time that says its zone, or a duration from now in ISO 8601, such as PT2H.
-- Called by clients, so that the zones are those of PostgreSQL and the clock is that of the database.
create or replace function deploy_queue.moment(text text) returns timestamptz
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
as $$
declare
  v_moment timestamptz;
begin
  if moment.text like 'P%' then
    v_moment := deploy_queue._now() + moment.text::interval;
  else
    v_moment := moment.text::timestamptz;
    -- What says its zone means the same in another one.
    perform set_config('timezone', 'Etc/GMT+12', true);
    if v_moment <> moment.text::timestamptz then
      raise exception using
        errcode = 'QD030',
        message = format('%s does not say its time zone', quote_literal(moment.text)),
        hint = 'Such as 2026-11-01T02:00:00Z or 2026-11-01 02:00 Europe/Berlin.';
    end if;
  end if;
  if not isfinite(v_moment) then
    raise datetime_field_overflow;
  end if;
  return v_moment;
exception
  when invalid_datetime_format or datetime_field_overflow or invalid_parameter_value or interval_field_overflow
    or invalid_time_zone_displacement_value then
    raise exception using
      errcode = 'QD030',
      message = format('%s is no time', coalesce(quote_literal(moment.text), 'null')),
      hint = 'Such as 2026-11-01T02:00:00Z, 2026-11-01 02:00 Europe/Berlin, or a duration from now such as 2h.';
end;
$$;

comment on function deploy_queue.moment(text) is
  'The moment that a text means: a time that says its zone (2026-11-01 02:00 Europe/Berlin), or a duration from now (PT2H).';
--! EndIncluded functions/moment.sql
--! Included functions/release.sql
-- Lets a held deployment go: into the line at its end, or on from the place that it has kept. Of several who release it,
-- one is told that it did; asking again with the same key, after a lost answer, is told the same.
-- Called by clients; a plain UPDATE that takes the hold away does the same.
create or replace function deploy_queue.release(
  deployment_id bigint,
  reason text default null,
  heartbeat boolean default false,
  release_key text default null
)
returns table (released boolean, deployment deploy_queue.deployments)
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
-- Behind somebody's open transaction it gives up before its client does, and acts no more afterwards.
set lock_timeout = '15s'
as $$
#variable_conflict use_column
declare
  v_deployment deploy_queue.deployments := deploy_queue._lock_deployment("release".deployment_id);
begin
  if deploy_queue._has_ended(v_deployment) then
    perform deploy_queue._refuse_ended(v_deployment);
  end if;

  if v_deployment.hold is not null then
    perform set_config('deploy_queue.reason', coalesce("release".reason, ''), true);
    update deploy_queue.deployments
    set hold = null,
      release_key = coalesce("release".release_key, ''),
      -- With the release itself: whoever dies right after must not leave it in the line for ever.
      heartbeat_timestamp = case when "release".heartbeat then deploy_queue._now() else deployments.heartbeat_timestamp end
    where deployments.id = v_deployment.id
    returning deployments.* into v_deployment;
    perform set_config('deploy_queue.reason', '', true);
    return query select true, v_deployment;
  else
    return query select coalesce(v_deployment.release_key = nullif("release".release_key, ''), false), v_deployment;
  end if;
end;
$$;

comment on function deploy_queue.release(bigint, text, boolean, text) is
  'Releases a held deployment into the line; returns whether this call did, and the deployment. An ended one is refused. heartbeat: the caller promises heartbeats from now on. release_key: drawn by the caller, who asks again with it when the answer was lost.';
--! EndIncluded functions/release.sql
--! Included functions/purge.sql
-- Cancels a deployment that is on hold; one that somebody has released meanwhile is not touched.
-- Called by clients.
create or replace function deploy_queue.purge(deployment_id bigint, reason text default null)
returns deploy_queue.deployments
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
-- Behind somebody's open transaction it gives up before its client does, and acts no more afterwards.
set lock_timeout = '15s'
as $$
declare
  v_deployment deploy_queue.deployments := deploy_queue._lock_deployment(purge.deployment_id);
begin
  if v_deployment.hold is null then
    raise exception using
      errcode = 'QD029',
      message = format('%s is not on hold', deploy_queue._label(v_deployment)),
      hint = '"deploy-queue cancel deployment" cancels it wherever it is.';
  end if;
  return deploy_queue.cancel(v_deployment.id, purge.reason);
end;
$$;

comment on function deploy_queue.purge(bigint, text) is
  'Cancels a deployment that is on hold and returns it. Purging it twice is fine; one that was released is refused.';
--! EndIncluded functions/purge.sql
--! Included functions/bump.sql
-- Moves a queued deployment forward in its line: to this priority, or ahead of everybody who waits in its cell.
-- Called by operators; a plain UPDATE of priority does the same.
create or replace function deploy_queue.bump(deployment_id bigint, reason text, priority integer default null)
returns deploy_queue.deployments
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
-- Behind somebody's open transaction it gives up before its client does, and acts no more afterwards.
set lock_timeout = '15s'
as $$
#variable_conflict use_column
declare
  v_deployment deploy_queue.deployments := deploy_queue._lock_deployment(bump.deployment_id);
  v_before integer := v_deployment.priority;
begin
  if bump.reason ~ '\S' is not true then
    raise exception using
      errcode = 'QD022',
      message = 'reason is missing',
      hint = 'Those who are overtaken want to know why.';
  end if;
  if deploy_queue._has_ended(v_deployment) then
    perform deploy_queue._refuse_ended(v_deployment);
  end if;

  if v_deployment.start_timestamp is not null then
    raise exception using
      errcode = 'QD007',
      message = deploy_queue._label(v_deployment) || ' is running already',
      hint = 'Only those who wait are moved.';
  end if;
  perform set_config('deploy_queue.reason', bump.reason, true);
  update deploy_queue.deployments
  set priority = coalesce(bump.priority, greatest(deployments.priority, (
    select max(ahead.priority) + 1
    from deploy_queue.deployments as ahead
    where ahead.cell_id = deployments.cell_id
      and ahead.start_timestamp is null
      and ahead.finish_timestamp is null
      and ahead.cancellation_timestamp is null
      and ahead.hold is distinct from 'outside'
      and ahead.id <> deployments.id
  )))
  where deployments.id = v_deployment.id
  returning deployments.* into v_deployment;
  perform set_config('deploy_queue.reason', '', true);

  if v_deployment.priority = v_before then
    raise notice 'nothing was changed: % had priority % already', deploy_queue._label(v_deployment), v_before;
  end if;
  return v_deployment;
end;
$$;

comment on function deploy_queue.bump(bigint, text, integer) is
  'Gives a queued deployment this priority, by default one more than the highest of the others in its line, and returns it. The reason is recorded.';
--! EndIncluded functions/bump.sql
--! Included functions/explain.sql
-- Everything that keeps a deployment from starting, each with what would lift it; no row when it may start.
-- Called by "deploy-queue explain" and by people.
create or replace function deploy_queue.explain(deployment_id bigint)
returns table (kind text, text text, until timestamptz, blocker_id bigint, cure text)
language plpgsql stable rows 10
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select reason.kind, reason.text, reason.until, reason.deployment_id, concat(silence.text, case reason.kind
    when 'hold' then format('"deploy-queue release %s" releases it', explain.deployment_id)
    when 'schedule' then 'starts by itself then; to start earlier, cancel it and enter the line anew'
    when 'expired' then 'is cancelled at the next look'
    when 'window' then '"deploy-queue list windows" shows when; an operator may add one'
    when 'freeze' then 'an operator may lift it with "deploy-queue thaw" and its number'
    when 'running' then format('ends with "deploy-queue finish %1$s" or "deploy-queue cancel deployment %1$s"', reason.deployment_id)
    when 'buffer' then 'ends by itself; "deploy-queue environment set --buffer-time" changes it for everybody'
    else format('goes first%s; an operator may let this one pass with "deploy-queue bump %s --reason ..."',
      (
        select format(' once "deploy-queue release %s" releases it', blocker.id)
        from deploy_queue.deployments as blocker
        where blocker.id = reason.deployment_id and blocker.hold is not null
      ), explain.deployment_id)
  end)
  from deploy_queue.waiting_on(explain.deployment_id) as reason
  left join lateral (
    select format('is reaped after %s unless it sends a heartbeat; ', date_trunc('second',
      deploy_queue._reaped_at(blocker.heartbeat_timestamp, environments.heartbeat_timeout))) as text
    from deploy_queue.deployments as blocker
    join deploy_queue.environments on environments.environment = blocker.environment
    where blocker.id = reason.deployment_id
      and blocker.finish_timestamp is null
      and blocker.heartbeat_timestamp < deploy_queue._now() - 2 * environments.heartbeat_interval
  ) as silence on true;
end;
$$;

comment on function deploy_queue.explain(bigint) is
  'Why this queued deployment cannot start yet: one row a reason, with the moment it ends when that is known, whose doing it is, and what would lift it.';
--! EndIncluded functions/explain.sql
--! Included functions/freeze.sql
-- Freezes an environment, a provider or region of it, or one cell: nothing starts there until it is lifted or expires.
-- Called by operators; a plain INSERT into freezes does the same.
create or replace function deploy_queue.freeze(
  environment text,
  reason text,
  cloud_provider text default null,
  region text default null,
  cell_index integer default null,
  expires_at timestamptz default null,
  allow_key text default null,
  allow_role text default null
) returns deploy_queue.freezes
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_freeze deploy_queue.freezes;
begin
  insert into deploy_queue.freezes as placed
    (environment, cloud_provider, region, cell_index, reason, expires_at, allow_key, allow_role)
  values (
    "freeze".environment, "freeze".cloud_provider, "freeze".region, "freeze".cell_index, "freeze".reason,
    "freeze".expires_at, "freeze".allow_key, "freeze".allow_role
  )
  returning placed.* into v_freeze;
  return v_freeze;
end;
$$;

comment on function deploy_queue.freeze(text, text, text, text, integer, timestamptz, text, text) is
  'Lets nothing start in this place until the freeze is lifted or expires; those with allow_key, or entered by a member of allow_role, pass. Returns the freeze.';
--! EndIncluded functions/freeze.sql
--! Included functions/thaw.sql
-- Lifts a freeze. One that was lifted already is left as it is.
-- Called by operators; a plain UPDATE of lifted_at does the same.
create or replace function deploy_queue.thaw(freeze_id integer) returns deploy_queue.freezes
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_freeze deploy_queue.freezes;
begin
  update deploy_queue.freezes
  set lifted_at = deploy_queue._now()
  where freezes.id = thaw.freeze_id
    and freezes.lifted_at is null
  returning freezes.* into v_freeze;
  if found then
    return v_freeze;
  end if;

  select * into v_freeze from deploy_queue.freezes where freezes.id = thaw.freeze_id;
  if not found then
    raise exception using
      errcode = 'QD023',
      message = format('freeze %s does not exist', coalesce(thaw.freeze_id::text, 'null')),
      hint = '"deploy-queue list freezes" shows those in force.';
  end if;
  raise notice 'freeze % was lifted already', v_freeze.id;
  return v_freeze;
end;
$$;

comment on function deploy_queue.thaw(integer) is
  'Lifts a freeze, wakes those who may start now, and returns it. Lifting it twice is fine.';
--! EndIncluded functions/thaw.sql
--! Included functions/add_window.sql
-- Adds a maintenance window to an environment; from then on deployments of it start in its windows only.
-- Called by operators.
create or replace function deploy_queue.add_window(
  environment text,
  days smallint[],
  opens_at time,
  closes_at time,
  zone text default 'UTC'
) returns deploy_queue.maintenance_windows
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_window deploy_queue.maintenance_windows;
begin
  insert into deploy_queue.maintenance_windows as added (environment, days, opens_at, closes_at, zone)
  values (add_window.environment, add_window.days, add_window.opens_at, add_window.closes_at, add_window.zone)
  returning added.* into v_window;
  return v_window;
end;
$$;

comment on function deploy_queue.add_window(text, smallint[], time, time, text) is
  'Lets deployments of the environment start on these days (1 is Monday) between these times of the zone, and otherwise only in its other windows. Returns the window.';
--! EndIncluded functions/add_window.sql
--! Included functions/remove_window.sql
-- Removes a maintenance window; an environment without any may be deployed to at all times.
-- Called by operators.
create or replace function deploy_queue.remove_window(window_id integer) returns deploy_queue.maintenance_windows
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_window deploy_queue.maintenance_windows;
begin
  delete from deploy_queue.maintenance_windows
  where maintenance_windows.id = remove_window.window_id
  returning maintenance_windows.* into v_window;

  if not found then
    raise exception using
      errcode = 'QD027',
      message = format('maintenance window %s does not exist', coalesce(remove_window.window_id::text, 'null')),
      hint = '"deploy-queue list windows" shows them.';
  end if;
  return v_window;
end;
$$;

comment on function deploy_queue.remove_window(integer) is 'Removes a maintenance window and returns it.';
--! EndIncluded functions/remove_window.sql
--! Included functions/_somebody_follows.sql
-- Whether a session follows the transitions: follow_transitions holds the lock for as long as its session listens.
-- Called before _tell and the making of its message: a notification that nobody hears would hold up all commits of the server.
create or replace function deploy_queue._somebody_follows() returns boolean
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Given back at once: of two that ask at the same moment, one may take the other for a follower, and notifies nobody.
  return case when pg_try_advisory_lock(25713, -1) then not pg_advisory_unlock(25713, -1) else true end;
end;
$$;
--! EndIncluded functions/_somebody_follows.sql
--! Included functions/_tell.sql
-- Tells those who follow the transitions. Called by whatever boards want to know, when _somebody_follows.
create or replace function deploy_queue._tell(message json) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  perform pg_notify('deploy_queue_transitions', _tell.message::text);
end;
$$;
--! EndIncluded functions/_tell.sql
--! Included functions/follow_transitions.sql
-- Listens on the channel of all transitions, and lets them know that somebody does.
-- Called by boards, gateways and "heartbeat url" while it waits for its deployment to appear.
create or replace function deploy_queue.follow_transitions() returns void
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  listen deploy_queue_transitions;
  -- Of the session, like LISTEN itself: it ends with the connection, however that ends.
  if not exists (
    select
    from pg_locks
    where pg_locks.locktype = 'advisory'
      and pg_locks.pid = pg_backend_pid()
      and pg_locks.database = (select pg_database.oid from pg_database where pg_database.datname = current_database())
      and (pg_locks.classid, pg_locks.objid, pg_locks.objsubid) = (25713::oid, 4294967295::oid, 2)
  ) then
    perform pg_advisory_lock_shared(25713, -1);
  end if;
end;
$$;

comment on function deploy_queue.follow_transitions() is
  'Lets this session hear every transition on the channel deploy_queue_transitions; instead of LISTEN, which alone hears nothing.';
--! EndIncluded functions/follow_transitions.sql
--! Included functions/unfollow_transitions.sql
-- Ends what follow_transitions began. The end of the session does too.
-- Called by whoever goes on with its connection to do something else.
create or replace function deploy_queue.unfollow_transitions() returns void
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  unlisten deploy_queue_transitions;
  perform pg_advisory_unlock_shared(25713, -1);
end;
$$;

comment on function deploy_queue.unfollow_transitions() is
  'Ends what follow_transitions() began in this session.';
--! EndIncluded functions/unfollow_transitions.sql
--! Included functions/record_bypass.sql
-- Leaves a record of a deployment that goes around the queue, and tells the boards. Takes no lock and touches no line.
-- Called by whoever breaks the glass, such as the GitHub Action.
create or replace function deploy_queue.record_bypass(
  environment text,
  cloud_provider text,
  region text,
  cell_index integer,
  component text,
  note text,
  version text default null,
  url text default null
) returns deploy_queue.deployment_events
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_event deploy_queue.deployment_events;
begin
  perform deploy_queue._require_environment(record_bypass.environment);

  insert into deploy_queue.deployment_events
    (kind, reason, environment, cloud_provider, region, cell_index, component, version, url)
  values (
    'bypassed', record_bypass.note, record_bypass.environment, record_bypass.cloud_provider, record_bypass.region,
    record_bypass.cell_index, record_bypass.component, record_bypass.version, record_bypass.url
  )
  returning * into v_event;

  if deploy_queue._somebody_follows() then
    perform deploy_queue._tell(json_build_object(
      'deployment_id', null, 'status', null, 'bypass', true, 'environment', v_event.environment,
      'cloud_provider', v_event.cloud_provider, 'region', v_event.region, 'cell_index', v_event.cell_index,
      'component', v_event.component, 'version', v_event.version
    ));
  end if;
  return v_event;
end;
$$;

comment on function deploy_queue.record_bypass(text, text, text, integer, text, text, text, text) is
  'Records that a component is deployed to a cell around the queue, and why, and returns the event. Nobody waits for it.';
--! EndIncluded functions/record_bypass.sql
--! Included triggers/deployments__enqueue.sql
-- Gives a new deployment its cell and, under the lock of that cell, its place in the line.
-- Fires for every INSERT into deployments, so plain SQL queues like enqueue(). A start_timestamp of infinity means "when it may":
-- at once, or not yet.
create or replace function deploy_queue.tg_deployments__enqueue() returns trigger
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now timestamptz;
  v_starts boolean := false;
  v_only_asks boolean := new.start_timestamp = 'infinity';
begin
  if new.id is not null then
    raise exception using
      errcode = 'QD008',
      message = format('id %s was given, but ids are drawn by the line', new.id),
      hint = 'Leave id out of the INSERT and take it from RETURNING id.';
  end if;

  new.cell_id := deploy_queue._cell(new.environment, new.cloud_provider, new.region, new.cell_index);
  if not deploy_queue._may_change(new.environment) then
    perform deploy_queue._refuse_foreign_environment(new.environment);
  end if;
  -- Held until commit: inside a cell, ids become visible in their order.
  perform deploy_queue._lock_cell(new.cell_id);

  new.place := null;
  new.release_key := null;
  new.entered_by := session_user;
  new.kept := new.heartbeat_timestamp is not null;
  if new.priority > 0 and not deploy_queue._is_operator() then
    raise exception using
      errcode = 'QD028',
      message = format('%s cannot have priority %s: only an operator lets somebody pass', deploy_queue._label(new), new.priority),
      hint = 'Enter the line without a priority and ask an operator for "deploy-queue bump".';
  end if;

  v_now := deploy_queue._now();
  new.forced := false;
  -- Only history and who starts at once bring moments of their own.
  if num_nonnulls(new.created_at, new.start_timestamp, new.finish_timestamp, new.cancellation_timestamp) > 0 then
    if v_only_asks then
      new.start_timestamp := v_now;
    end if;
    if greatest(new.created_at, new.start_timestamp, new.finish_timestamp, new.cancellation_timestamp) > v_now
      or least(new.created_at, new.start_timestamp, new.finish_timestamp, new.cancellation_timestamp) = '-infinity'
    then
      raise exception using
        errcode = 'QD009',
        message = format('%s has a timestamp that lies in the future or is infinite', deploy_queue._label(new)),
        detail = format('The clock of the database says %s.', v_now),
        hint = 'Leave the timestamps of the present out; the database fills them in.';
    end if;
    new.forced := new.start_timestamp is not null and deploy_queue._bypass_reason() is not null;
    v_starts := new.start_timestamp is not null and not new.forced and not deploy_queue._has_ended(new);
  end if;
  new.created_at := coalesce(
    new.created_at, least(case when not v_starts then new.start_timestamp end, new.cancellation_timestamp, v_now)
  );
  new.updated_at := v_now;
  new.max_duration := deploy_queue._in_seconds(new.max_duration);
  if new.heartbeat_timestamp is not null then
    new.heartbeat_timestamp := v_now;
  end if;

  if num_nonnulls(new.hold, new.not_before, new.not_after, new.command) > 0 then
    perform deploy_queue._refuse_impossible_wait(new);
  end if;

  if v_starts then
    -- By the only clock, and after the decision: now() of its transaction may be older than what it waited for.
    new.start_timestamp := case
      when deploy_queue._may_start(new, v_only_asks) then greatest(deploy_queue._now(), new.created_at)
    end;
  end if;
  -- Nobody who is refused leaves a gap.
  new.id := nextval('deploy_queue.deployments_id_seq');
  return new;
end;
$$;

create or replace trigger tg_deployments__enqueue
before insert on deploy_queue.deployments
for each row execute function deploy_queue.tg_deployments__enqueue();
--! EndIncluded triggers/deployments__enqueue.sql
--! Included triggers/deployments__fixed.sql
-- Keeps a deployment what it was when it entered the line.
-- Fires for every UPDATE that names a column which never changes, before the guard, which sets some of them; by columns, so
-- that the transitions of every day do not compare them all.
create or replace function deploy_queue.tg_deployments__fixed() returns trigger
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_changed text;
begin
  -- The guard has a better answer.
  if deploy_queue._has_ended(old) then
    return new;
  end if;

  select string_agg(field.key, ', ' order by field.key) into v_changed
  from jsonb_each(to_jsonb(new)) as field
  where field.value is distinct from to_jsonb(old) -> field.key
    and field.key not in (
      'start_timestamp', 'finish_timestamp', 'cancellation_timestamp', 'cancellation_note', 'heartbeat_timestamp',
      'updated_at', 'priority', 'hold', 'release_key', 'kept'
    );
  if v_changed is not null then
    perform deploy_queue._refuse_change(old, v_changed);
  end if;
  return new;
end;
$$;

create or replace trigger tg_deployments__fixed
before update of
  id, environment, cloud_provider, region, cell_index, cell_id, component, version, url, note, concurrency_key,
  idempotency_key, max_duration, created_at, place, not_before, not_after, command, entered_by, forced
on deploy_queue.deployments
for each row execute function deploy_queue.tg_deployments__fixed();
--! EndIncluded triggers/deployments__fixed.sql
--! Included triggers/deployments__guard.sql
-- Lets only legal transitions through, each stamped by the clock of the database under the lock of the cell.
-- Fires for every UPDATE of deployments, so plain SQL obeys the same rules as the functions. A start_timestamp of infinity means
-- "when it may": now, or nothing is changed.
create or replace function deploy_queue.tg_deployments__guard() returns trigger
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_starts boolean := old.start_timestamp is null and new.start_timestamp is not null;
  v_finishes boolean := new.finish_timestamp is not null;
  v_cancels boolean := new.cancellation_timestamp is not null;
  v_is_released boolean := old.hold is not null and new.hold is null;
  v_taken_back text;
  v_now timestamptz;
begin
  if deploy_queue._has_ended(old) then
    perform deploy_queue._refuse_ended(old);
  end if;
  if not deploy_queue._may_change(old.environment) then
    perform deploy_queue._refuse_foreign_environment(old.environment);
  end if;
  v_taken_back := concat_ws(', ',
    case when new.hold is distinct from old.hold and new.hold is not null then 'hold' end,
    case when new.priority <> old.priority and old.start_timestamp is not null then 'priority' end,
    case when new.start_timestamp is distinct from old.start_timestamp and not v_starts then 'start_timestamp' end);
  if v_taken_back <> '' then
    perform deploy_queue._refuse_change(old, v_taken_back);
  end if;

  if v_starts or v_finishes or v_cancels or v_is_released or new.priority <> old.priority then
    perform deploy_queue._lock_cell(old.cell_id);
  end if;

  if v_starts then
    new.forced := deploy_queue._bypass_reason() is not null;
  end if;
  if old.hold = 'outside' and (v_is_released or new.forced) then
    -- Whoever comes into the line now stands at its end.
    new.place := nextval('deploy_queue.deployments_id_seq');
  end if;

  if v_starts then
    if not new.forced and not deploy_queue._may_start(new, new.start_timestamp = 'infinity') then
      return null;
    end if;
    -- Nothing holds what was started past the rules.
    new.hold := null;
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
  -- A start may have taken the heartbeat of somebody who is still there.
  new.kept := old.kept or new.heartbeat_timestamp is not null;
  new.updated_at := v_now;
  return new;
end;
$$;

create or replace trigger tg_deployments__guard
before update on deploy_queue.deployments
for each row execute function deploy_queue.tg_deployments__guard();
--! EndIncluded triggers/deployments__guard.sql
--! Included functions/_record.sql
-- Leaves an event of a deployment; who, from where and by which program are defaults of the table.
-- Called by the trigger that records transitions, and with each wake-up.
create or replace function deploy_queue._record(
  deployment_id bigint,
  occurred_at timestamptz,
  kind text,
  from_state deploy_queue.deployment_status,
  to_state deploy_queue.deployment_status,
  reason text default null
) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into deploy_queue.deployment_events (deployment_id, occurred_at, kind, from_state, to_state, reason)
  values (
    _record.deployment_id, _record.occurred_at, _record.kind, _record.from_state, _record.to_state, _record.reason
  );
end;
$$;
--! EndIncluded functions/_record.sql
--! Included triggers/deployments__record.sql
-- Leaves one event a transition and tells those who follow.
-- Fires for every INSERT into deployments and every UPDATE that may be a transition.
create or replace function deploy_queue.tg_deployments__record() returns trigger
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  -- Where it waited until now, or would have.
  v_waited deploy_queue.deployment_status := case
    when coalesce(old.hold, new.hold) is null then 'queued' else 'held'
  end;
  -- Where it is now; null when this was no transition.
  v_status deploy_queue.deployment_status;
  v_is_history boolean := false;
  v_why text;
begin
  if tg_op = 'INSERT' then
    v_status := v_waited;
    v_is_history := deploy_queue._has_ended(new);
    perform deploy_queue._record(new.id, new.created_at, 'enqueued', null, v_waited, case
      when v_is_history then 'recorded after the fact'
      when new.hold is not null then new.note
    end);
    if current_setting('deploy_queue.new_cell', true) = new.cell_id::text then
      perform set_config('deploy_queue.new_cell', '', true);
      perform deploy_queue._tell_of_new_cell(new.environment, new.cloud_provider, new.region, new.cell_index);
    end if;
  elsif new.hold is distinct from old.hold or new.priority <> old.priority then
    v_status := case when new.hold is null then 'queued' else 'held' end;
    v_why := nullif(current_setting('deploy_queue.reason', true), '');
    if new.hold is null and old.hold is not null and new.start_timestamp is null then
      perform deploy_queue._record(new.id, new.updated_at, 'released', 'held', 'queued', v_why);
    end if;
    if new.priority <> old.priority then
      perform deploy_queue._record(new.id, new.updated_at, 'prioritized', v_waited, v_status,
        concat_ws(': ', format('priority %s, before %s', new.priority, old.priority), v_why));
    end if;
  end if;

  if new.start_timestamp is not null and old.start_timestamp is null then
    v_status := 'running';
    if new.forced then
      perform deploy_queue._record(new.id, new.updated_at, 'bypassed', null, null, deploy_queue._bypass_reason());
    end if;
    perform deploy_queue._record(new.id, new.start_timestamp, 'started', v_waited, 'running');
  end if;

  if new.finish_timestamp is not null then
    v_status := (
      select deploy_queue.get_deployment_status(
        new.start_timestamp, new.finish_timestamp, new.cancellation_timestamp, environments.buffer_time
      )
      from deploy_queue.environments
      where environments.environment = new.environment
    );
    perform deploy_queue._record(new.id, new.finish_timestamp, 'finished', 'running', v_status);
  elsif new.cancellation_timestamp is not null then
    v_status := 'cancelled';
    perform deploy_queue._record(new.id, new.cancellation_timestamp,
      case when current_setting('deploy_queue.reaping', true) = 'on' then 'reaped' else 'cancelled' end,
      case when new.start_timestamp is null then v_waited else 'running' end, 'cancelled', new.cancellation_note);
  end if;

  -- History that is written after the fact moves nothing; and the message is made only for somebody.
  if v_status is not null and not v_is_history and deploy_queue._somebody_follows() then
    perform deploy_queue._tell(json_build_object(
      'deployment_id', new.id, 'status', v_status, 'environment', new.environment,
      'cloud_provider', new.cloud_provider, 'region', new.region, 'cell_index', new.cell_index
    ));
  end if;
  return null;
end;
$$;

-- One for both, so that a session prepares the function once; by columns and without WHEN, which PostgreSQL would read anew for
-- every statement.
create or replace trigger tg_deployments__record
after insert or update of start_timestamp, finish_timestamp, cancellation_timestamp, hold, priority on deploy_queue.deployments
for each row execute function deploy_queue.tg_deployments__record();
--! EndIncluded triggers/deployments__record.sql
--! Included triggers/deployments__measure.sql
-- Keeps the usual durations right: the newest of a hundred samples takes the place of the oldest.
-- Fires for every deployment that finishes, and for finished ones that are inserted as history.
create or replace function deploy_queue.tg_deployments__measure() returns trigger
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_since timestamptz := deploy_queue._now() - interval '3 months';
  v_seconds double precision := date_part('epoch', new.finish_timestamp - new.start_timestamp);
begin
  update deploy_queue.deployment_durations as known
  set (seconds, deployment_count, avg_duration, stddev_duration) = (
      select array_agg(sample.seconds), count(*), make_interval(secs => avg(sample.seconds)),
        make_interval(secs => stddev_samp(sample.seconds))
      from unnest((v_seconds || known.seconds)[1:100]) as sample (seconds)
    ),
    last_finish_timestamp = new.finish_timestamp
  where known.cell_id = new.cell_id
    and known.component = new.component
    and known.first_finish_timestamp > v_since
    and known.last_finish_timestamp <= new.finish_timestamp;

  -- The first of all, or of three months, and history that comes out of order.
  if not found then
    perform deploy_queue._measure(new.cell_id, new.component);
  end if;
  return null;
end;
$$;

create or replace trigger tg_deployments__measure
after insert or update of finish_timestamp on deploy_queue.deployments
for each row when (new.finish_timestamp is not null)
execute function deploy_queue.tg_deployments__measure();
--! EndIncluded triggers/deployments__measure.sql
--! Included triggers/deployments__wake.sql
-- Wakes the keeper of a deployment that ended or was released, and those at the head of the line who waited for it.
-- Fires for every UPDATE that may end or move a deployment; the guard already holds the lock of the cell.
create or replace function deploy_queue.tg_deployments__wake() returns trigger
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ended boolean := deploy_queue._has_ended(new);
  v_is_released boolean := new.hold is distinct from old.hold and new.start_timestamp is null;
  v_head deploy_queue.deployments;
  v_learns boolean;
begin
  if not v_ended and not v_is_released and new.priority = old.priority then
    return null;
  end if;

  if v_ended then
    -- Of a finish only its keepers want to know. A notification that nobody hears would hold up other commits.
    if new.cancellation_timestamp is not null or new.kept then
      perform pg_notify('deploy_queue_deployment_' || new.id, 'ended');
    end if;
  elsif v_is_released then
    -- Also when others are ahead: it waits for something else now.
    perform pg_notify('deploy_queue_deployment_' || new.id, '');
  end if;

  for v_head in select * from deploy_queue._heads(new.cell_id) loop
    -- Those whom it did not block, or blocks still, learn nothing from this.
    v_learns := case
      when v_head.id = new.id then deploy_queue._has_to_wait(old)
      when old.start_timestamp is not null then (old.concurrency_key = v_head.concurrency_key) is not true
      else deploy_queue._lets_wait(old, v_head) and (v_ended or not deploy_queue._lets_wait(new, v_head))
    end;
    if v_learns then
      perform deploy_queue._wake(v_head);
    end if;
  end loop;
  return null;
end;
$$;

-- By columns and without WHEN, which PostgreSQL would read anew for every statement.
create or replace trigger tg_deployments__wake
after update of finish_timestamp, cancellation_timestamp, hold, priority on deploy_queue.deployments
for each row execute function deploy_queue.tg_deployments__wake();
--! EndIncluded triggers/deployments__wake.sql
--! Included triggers/environments__normalize.sql
-- Stores the durations of policies in plain seconds.
-- Fires for every INSERT into environments and every UPDATE.
create or replace function deploy_queue.tg_environments__normalize() returns trigger
language plpgsql volatile
security definer
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
security definer
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
--! Included triggers/freezes__guard.sql
-- Stamps a freeze with its owner and the clock of the database, and lets nothing of it change but its end.
-- Fires for every INSERT into freezes and every UPDATE.
create or replace function deploy_queue.tg_freezes__guard() returns trigger
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ends constant text[] := array['expires_at', 'lifted_at', 'lifted_by'];
begin
  if tg_op = 'INSERT' then
    perform deploy_queue._require_environment(new.environment);
    if new.allow_role is not null and to_regrole(quote_ident(new.allow_role)) is null then
      raise exception using
        errcode = 'QD024',
        message = format('allow_role %s is no role of this database', quote_ident(new.allow_role)),
        hint = 'It is a role of PostgreSQL, whose members pass.';
    end if;
    new.owner := deploy_queue._actor();
    new.created_at := deploy_queue._now();
    new.lifted_at := null;
    new.lifted_by := null;
    return new;
  end if;

  if old.lifted_at is not null or to_jsonb(new) - v_ends is distinct from to_jsonb(old) - v_ends then
    raise exception using
      errcode = 'QD025',
      message = format('freeze %s %s', old.id,
        case when old.lifted_at is null then 'can only be lifted, or expire at another time' else 'was lifted already' end),
      hint = 'Place another one.';
  end if;
  if new.lifted_at is not null then
    new.lifted_at := deploy_queue._now();
    new.lifted_by := deploy_queue._actor();
  end if;
  return new;
end;
$$;

create or replace trigger tg_freezes__guard
before insert or update on deploy_queue.freezes
for each row execute function deploy_queue.tg_freezes__guard();
--! EndIncluded triggers/freezes__guard.sql
--! Included triggers/freezes__wake.sql
-- A new freeze lets its exceptions pass those whom it holds; one that is lifted or ends at another time concerns these.
-- Fires for every write of freezes.
create or replace function deploy_queue.tg_freezes__wake() returns trigger
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform deploy_queue._wake_heads(coalesce(new, old), tg_op <> 'INSERT');
  return null;
end;
$$;

create or replace trigger tg_freezes__wake
after insert or update or delete on deploy_queue.freezes
for each row execute function deploy_queue.tg_freezes__wake();
--! EndIncluded triggers/freezes__wake.sql
--! Included triggers/maintenance_windows__guard.sql
-- Lets only zones in that PostgreSQL knows, in its spelling: every decision in the environment will ask for their time.
-- Fires for every INSERT into maintenance_windows and every UPDATE.
create or replace function deploy_queue.tg_maintenance_windows__guard() returns trigger
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_zone text := (
    select known.name from pg_timezone_names as known where lower(known.name) = lower(new.zone) order by known.name limit 1
  );
begin
  perform deploy_queue._require_environment(new.environment);
  if v_zone is null then
    raise exception using
      errcode = 'QD026',
      message = format('zone %s is no time zone that PostgreSQL knows', coalesce(quote_ident(new.zone), 'null')),
      hint = 'Such as UTC or Europe/Berlin; the view pg_timezone_names has all of them.';
  end if;
  new.zone := v_zone;
  new.days := array(select distinct day from unnest(new.days) as day order by day);
  return new;
end;
$$;

create or replace trigger tg_maintenance_windows__guard
before insert or update on deploy_queue.maintenance_windows
for each row execute function deploy_queue.tg_maintenance_windows__guard();
--! EndIncluded triggers/maintenance_windows__guard.sql
--! Included triggers/maintenance_windows__wake.sql
-- Wakes those at the head of a line when the maintenance windows of their environment change.
-- Fires for every write of maintenance_windows.
create or replace function deploy_queue.tg_maintenance_windows__wake() returns trigger
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_cell_id integer;
  v_head deploy_queue.deployments;
begin
  for v_cell_id in
    select cells.id
    from deploy_queue.cells
    where cells.environment in (new.environment, old.environment)
    order by cells.id
  loop
    -- As with a freeze: a start is decided before this or after.
    perform deploy_queue._lock_cell(v_cell_id);

    for v_head in select * from deploy_queue._heads(v_cell_id) loop
      perform deploy_queue._wake(v_head);
    end loop;
  end loop;
  return null;
end;
$$;

create or replace trigger tg_maintenance_windows__wake
after insert or update or delete on deploy_queue.maintenance_windows
for each row execute function deploy_queue.tg_maintenance_windows__wake();
--! EndIncluded triggers/maintenance_windows__wake.sql
--! Included triggers/record_configuration.sql
-- Leaves an event that says which policies of an environment changed, from what to what.
-- Fires for every write of a table of policies, which has the column environment.
create or replace function deploy_queue.tg__record_configuration() returns trigger
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
-- Events read alike, whoever caused them.
set intervalstyle = 'postgres'
set timezone = 'UTC'
as $$
declare
  -- What is generated follows from the rest.
  v_old jsonb := to_jsonb(old) - 'heartbeat_interval';
  v_new jsonb := to_jsonb(new) - 'heartbeat_interval';
  v_environment text;
  v_changes text;
begin
  for v_environment in
    select distinct named.environment
    from (values (v_old ->> 'environment'), (v_new ->> 'environment')) as named (environment)
    where named.environment is not null
  loop
    if not deploy_queue._may_change(v_environment) then
      perform deploy_queue._refuse_foreign_environment(v_environment);
    end if;
  end loop;

  select string_agg(
    case tg_op
      when 'UPDATE' then format('%s from %s to %s', policy, coalesce(v_old ->> policy, 'none'), coalesce(v_new ->> policy, 'none'))
      else format('%s %s', policy, coalesce(v_old, v_new) ->> policy)
    end, ', ' order by policy)
  into v_changes
  from jsonb_object_keys(coalesce(v_new, v_old)) as policy
  where v_old -> policy is distinct from v_new -> policy
    and (tg_op = 'UPDATE' or policy <> 'environment' and coalesce(v_new, v_old) -> policy <> 'null');

  if tg_op <> 'UPDATE' or v_changes is not null then
    insert into deploy_queue.deployment_events (kind, environment, reason)
    values (
      'configured', coalesce(v_new, v_old) ->> 'environment',
      tg_table_name || case tg_op when 'INSERT' then ' added' when 'DELETE' then ' removed' else ' changed' end
        || coalesce(': ' || v_changes, '')
    );
  end if;
  return null;
end;
$$;

create or replace trigger tg_environments__record_configuration
after insert or update or delete on deploy_queue.environments
for each row execute function deploy_queue.tg__record_configuration();

create or replace trigger tg_freezes__record_configuration
after insert or update or delete on deploy_queue.freezes
for each row execute function deploy_queue.tg__record_configuration();

create or replace trigger tg_maintenance_windows__record_configuration
after insert or update or delete on deploy_queue.maintenance_windows
for each row execute function deploy_queue.tg__record_configuration();
--! EndIncluded triggers/record_configuration.sql
--! Included triggers/keep_history.sql
-- Nothing is forgotten: deployments are never removed, events neither removed nor changed, unless somebody says that
-- this is maintenance.
-- Fires for every DELETE and TRUNCATE of either table and every UPDATE of events.
create or replace function deploy_queue.tg__keep_history() returns trigger
language plpgsql volatile
security definer
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
  deploy_queue._status(
    deployments.hold,
    deployments.start_timestamp,
    deployments.finish_timestamp,
    deployments.cancellation_timestamp,
    environments.buffer_time
  ) as status
from deploy_queue.deployments
join deploy_queue.environments on environments.environment = deployments.environment;

comment on view deploy_queue.deployments_with_status is 'deployments, and the state that their timestamps mean right now.';
comment on column deploy_queue.deployments_with_status.status is
  'held, queued, running, buffering, finished or cancelled, right now.';

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
  deploy_queue._status(
    present.hold,
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
comment on column deploy_queue.current_deployments.current_status is 'held, queued, running or buffering.';
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
  case when newest.version = target.version then deploy_queue._status(
    newest.hold, newest.start_timestamp, newest.finish_timestamp, newest.cancellation_timestamp, environments.buffer_time
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
comment on column deploy_queue.prod_current_deployments.current_status is 'held, queued, running or buffering.';
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
  (line.deployment).id as deployment_id,
  (line.deployment).environment,
  (line.deployment).cloud_provider,
  (line.deployment).region,
  (line.deployment).cell_index,
  (line.deployment).component,
  (line.deployment).version,
  (line.deployment).url,
  (line.deployment).note,
  (line.deployment).concurrency_key,
  (line.deployment).created_at,
  (line.place)."position",
  (line.place).predicted_start,
  (line.place).overdue,
  (line.place).blocker_count,
  (line.place).blockers,
  (line.place).as_of,
  (line.deployment).priority,
  (line.deployment).hold,
  line.overtaken
from deploy_queue._line(null, null) as line;

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
comment on column deploy_queue.queue.blockers is 'The first ten of them, as JSON: deployment_id, kind, component, version, url, note, since, usual_seconds, until, silent_since, reaped_at, priority, priority_reason, hold; what is no deployment has kind, text and until.';
comment on column deploy_queue.queue.as_of is 'The moment that all this describes.';
comment on column deploy_queue.queue.priority is 'The line is ordered by priority, highest first, then by place.';
comment on column deploy_queue.queue.hold is 'in-line: it keeps its place until it is released, and those behind it wait.';
comment on column deploy_queue.queue.overtaken is 'How many that entered the line later have started before it.';
--! EndIncluded views/queue.sql
--! Included views/staged.sql
-- Deployments on hold, until somebody releases or purges them.
-- Read by "deploy-queue list staged", release and purge.
create or replace view deploy_queue.staged as
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
  deployments.command,
  deployments.hold,
  deployments.heartbeat_timestamp is not null as somebody_waits,
  deployments.entered_by,
  deployments.created_at,
  deployments.not_before,
  deployments.not_after
from deploy_queue.deployments
where deployments.hold is not null
  and deployments.start_timestamp is null
  and deployments.finish_timestamp is null
  and deployments.cancellation_timestamp is null;

comment on view deploy_queue.staged is
  'Deployments on hold: outside the line or in their place in it, until somebody releases or purges them.';
comment on column deploy_queue.staged.deployment_id is 'Id of the deployment.';
comment on column deploy_queue.staged.environment is 'Name of the environment, such as prod.';
comment on column deploy_queue.staged.cloud_provider is 'Cloud provider, such as aws.';
comment on column deploy_queue.staged.region is 'Region, such as us-west-2.';
comment on column deploy_queue.staged.cell_index is 'Index of the cell in its region.';
comment on column deploy_queue.staged.component is 'What is to be deployed.';
comment on column deploy_queue.staged.version is 'Which version of it; null when it was not said.';
comment on column deploy_queue.staged.url is 'Page of the job or person who deploys.';
comment on column deploy_queue.staged.note is 'Free text for people.';
comment on column deploy_queue.staged.command is 'What whoever releases it is to run: program and arguments; null: nothing.';
comment on column deploy_queue.staged.hold is 'outside (it stands in no line) or in-line (it keeps its place).';
comment on column deploy_queue.staged.somebody_waits is
  'Whether a process waits for the release; otherwise whoever releases it goes on with it.';
comment on column deploy_queue.staged.entered_by is 'The database role that entered it.';
comment on column deploy_queue.staged.created_at is 'Since when it is on hold.';
comment on column deploy_queue.staged.not_before is 'It does not start before this moment.';
comment on column deploy_queue.staged.not_after is 'It is cancelled when it has not started by this moment.';
--! EndIncluded views/staged.sql
--! Included views/freezes_in_force.sql
-- Freezes that are neither lifted nor expired.
-- Read by "deploy-queue list freezes" and boards.
create or replace view deploy_queue.freezes_in_force as
select
  freezes.id as freeze_id,
  freezes.environment,
  freezes.cloud_provider,
  freezes.region,
  freezes.cell_index,
  freezes.reason,
  freezes.owner,
  freezes.allow_key,
  freezes.allow_role,
  freezes.created_at,
  freezes.expires_at
from deploy_queue.freezes
where freezes.lifted_at is null
  and (freezes.expires_at is null or freezes.expires_at > deploy_queue._now());

comment on view deploy_queue.freezes_in_force is 'Freezes that are neither lifted nor expired.';
comment on column deploy_queue.freezes_in_force.freeze_id is 'Number of the freeze.';
comment on column deploy_queue.freezes_in_force.environment is 'Name of the environment, such as prod.';
comment on column deploy_queue.freezes_in_force.cloud_provider is 'Cloud provider; null: all of the environment.';
comment on column deploy_queue.freezes_in_force.region is 'Region; null: all of the provider.';
comment on column deploy_queue.freezes_in_force.cell_index is 'Index of the cell; null: all of the region.';
comment on column deploy_queue.freezes_in_force.reason is 'Why, as everybody who waits is told.';
comment on column deploy_queue.freezes_in_force.owner is 'Who placed it.';
comment on column deploy_queue.freezes_in_force.allow_key is 'Deployments with this concurrency key pass.';
comment on column deploy_queue.freezes_in_force.allow_role is 'Deployments entered by a member of this database role pass.';
comment on column deploy_queue.freezes_in_force.created_at is 'Since when.';
comment on column deploy_queue.freezes_in_force.expires_at is 'When it ends by itself; null: when somebody lifts it.';
--! EndIncluded views/freezes_in_force.sql
--! Included views/windows.sql
-- Maintenance windows, and when each is or will be open.
-- Read by "deploy-queue list windows" and boards.
create or replace view deploy_queue.windows as
select
  policy.id as window_id,
  policy.environment,
  policy.days,
  policy.opens_at,
  policy.closes_at,
  policy.zone,
  next_opening.opens as opens,
  next_opening.closes as closes
from (select deploy_queue._now() as now) as clock
cross join deploy_queue.maintenance_windows as policy
left join lateral (
  select opening.opens, opening.closes
  from deploy_queue._openings(policy.environment) as opening
  where opening.window_id = policy.id and opening.closes > clock.now
  order by opening.opens
  limit 1
) as next_opening on true;

comment on view deploy_queue.windows is 'Maintenance windows: deployments of an environment that has some start in these only.';
comment on column deploy_queue.windows.window_id is 'Number of the window.';
comment on column deploy_queue.windows.environment is 'Name of the environment, such as prod.';
comment on column deploy_queue.windows.days is 'Days on which it opens, by the calendar of the zone: 1 is Monday, 7 Sunday.';
comment on column deploy_queue.windows.opens_at is 'Time of the day in the zone.';
comment on column deploy_queue.windows.closes_at is 'Time of the day in the zone; when that is before opens_at, of the next day.';
comment on column deploy_queue.windows.zone is 'Time zone, such as Europe/Berlin.';
comment on column deploy_queue.windows.opens is 'Since when it is open, or when it opens next.';
comment on column deploy_queue.windows.closes is 'When it closes then.';
--! EndIncluded views/windows.sql
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
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_outlier deploy_queue.outliers;
begin
  for v_outlier in select * from deploy_queue.outliers order by outliers.id loop
    insert into deploy_queue.deployment_events (deployment_id, kind, from_state, to_state, reason)
    values (
      v_outlier.id, 'outlier', 'running', 'running',
      format('it has been running for %s, usual are %s', date_trunc('second', v_outlier.current_duration),
        date_trunc('second', v_outlier.avg_duration))
    )
    on conflict (deployment_id) where kind = 'outlier' do nothing;

    if found then
      if deploy_queue._somebody_follows() then
        perform deploy_queue._tell(json_build_object(
          'deployment_id', v_outlier.id, 'status', 'running', 'outlier', true, 'environment', v_outlier.environment,
          'cloud_provider', v_outlier.cloud_provider, 'region', v_outlier.region, 'cell_index', v_outlier.cell_index
        ));
      end if;
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
from deploy_queue.deployments
join deploy_queue.environments on environments.environment = deployments.environment
where deployments.finish_timestamp is null
  and deployments.cancellation_timestamp is null
  and deployments.heartbeat_timestamp < deploy_queue._silent_before(environments.heartbeat_timeout)

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
    ),
    head.not_before,
    (
      select max(moved.occurred_at) from deploy_queue.deployment_events as moved
      where moved.deployment_id = head.id and moved.kind in ('released', 'prioritized')
    ),
    (
      select max(opening.opens) from deploy_queue._openings(head.environment) as opening
      where opening.opens <= clock.now
    ),
    (
      select max(coalesce(freezes.lifted_at, freezes.expires_at)) from deploy_queue.freezes
      where freezes.environment = head.environment and coalesce(freezes.lifted_at, freezes.expires_at) <= clock.now
    )
  ) as since
) as ready
where ready.since < clock.now - interval '1 minute'
  and not exists (select from deploy_queue._waiting_on(head, 1));

comment on view deploy_queue.stuck_deployments is
  'Deployments that somebody should look at, and why: silent (heartbeats stopped), slow (an outlier), idle (may start since a minute or more and does not).';
comment on column deploy_queue.stuck_deployments.deployment_id is 'Id of the deployment.';
comment on column deploy_queue.stuck_deployments.kind is 'silent, slow or idle.';
comment on column deploy_queue.stuck_deployments.since is 'Since when.';
comment on column deploy_queue.stuck_deployments.text is 'The same for people.';
--! EndIncluded views/stuck_deployments.sql
--! Included functions/_rule_problems.sql
-- What keeps the rules from being held, or anybody from acting by them: after a restore of half of it, or by a setting.
-- Called by health.
create or replace function deploy_queue._rule_problems() returns setof text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select 'the constraint never_two_at_once is missing: two could run at once'
  where not exists (
    select from pg_constraint
    where pg_constraint.conrelid = 'deploy_queue.deployments'::regclass and pg_constraint.conname = 'never_two_at_once'
  )

  union all

  select format('the trigger %s is disabled', pg_trigger.tgname)
  from pg_trigger
  join pg_class on pg_class.oid = pg_trigger.tgrelid
  where pg_class.relnamespace = 'deploy_queue'::regnamespace and pg_trigger.tgenabled not in ('O', 'A')

  union all

  select format('no trigger calls %s', pg_proc.proname)
  from pg_proc
  where pg_proc.pronamespace = 'deploy_queue'::regnamespace
    and pg_proc.prorettype = 'trigger'::regtype
    and not exists (select from pg_trigger where pg_trigger.tgfoid = pg_proc.oid)

  union all

  select format('transactions begin as %s here, in which nothing can be changed',
    current_setting('default_transaction_isolation'))
  where current_setting('default_transaction_isolation') <> 'read committed';
end;
$$;
--! EndIncluded functions/_rule_problems.sql
--! Included functions/health.sql
-- What is well and what is not, one row a finding; status is ok, warning or failed.
-- Called by "deploy-queue doctor" and by monitoring. With a host, a worker on that host is demanded.
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
  'What is well and what is not: background workers, the rules, the queue of notifications, deployments that look stuck. With worker_host, a worker on that host is demanded.';
--! EndIncluded functions/health.sql
--! Included views/_lives.sql
-- Every deployment with the numbers of the events by which it entered the line, left it, started and ended. The events of a cell
-- are numbered under its lock: their numbers, not the clock, are the order of things. Read by the checks of verify_history.
create or replace view deploy_queue._lives as
select
  deployments.id, deployments.cell_id, deployments.environment, deployments.concurrency_key, deployments.forced,
  deployments.start_timestamp, deployments.finish_timestamp, life.entered, life.started,
  coalesce(life.ended, 9223372036854775807) as ended,
  coalesce(life.started, life.ended, 9223372036854775807) as left_line,
  -- Whoever is held outside comes into the line with its release, or never.
  case
    when deployments.hold = 'outside' then 9223372036854775807
    when deployments.place is not null then coalesce(life.released, life.started)
    else life.entered
  end as came_into_line,
  life.last_prioritized,
  - deployments.priority as rank,
  coalesce(deployments.place, deployments.id) as place,
  deployments.not_before,
  deployments,
  coalesce(deployments.finish_timestamp, deployments.cancellation_timestamp) as ended_at
from deploy_queue.deployments
join (
  select
    events.deployment_id,
    min(events.id) filter (where events.kind = 'enqueued') as entered,
    min(events.id) filter (where events.kind = 'released') as released,
    max(events.id) filter (where events.kind = 'prioritized') as last_prioritized,
    min(events.id) filter (where events.kind = 'started') as started,
    min(events.id) filter (where events.kind in ('finished', 'cancelled', 'reaped')) as ended,
    coalesce(bool_or(events.kind = 'enqueued' and events.reason = 'recorded after the fact'), false) as is_late
  from deploy_queue.deployment_events as events
  where events.deployment_id is not null
  group by events.deployment_id
) as life on life.deployment_id = deployments.id
where not life.is_late;

comment on view deploy_queue._lives is 'Deployments with the numbers of their events, without those that were recorded after the fact.';
--! EndIncluded views/_lives.sql
--! Included functions/_verify_events.sql
-- Deployments whose events and timestamps do not tell the same story, or whose events do not follow from each other.
-- Called by verify_history.
create or replace function deploy_queue._verify_events() returns table (rule text, deployment_id bigint, problem text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select 'events', coalesce(told.id, recorded.id), case
      when recorded.id is null then format('it was %s at %s, of which there is no event', told.what, told.moment)
      else format('an event says that it was %s at %s, and its timestamps do not', recorded.what, recorded.moment)
    end
  from (
    select deployments.id, moment.what, moment.at as moment
    from deploy_queue.deployments
    cross join lateral (
      values ('enqueued', deployments.created_at), ('started', deployments.start_timestamp),
        ('finished', deployments.finish_timestamp), ('cancelled', deployments.cancellation_timestamp)
    ) as moment (what, at)
    where moment.at is not null
  ) as told
  full join (
    select events.deployment_id as id, replace(events.kind, 'reaped', 'cancelled') as what, events.occurred_at as moment
    from deploy_queue.deployment_events as events
    where events.kind in ('enqueued', 'started', 'finished', 'cancelled', 'reaped')
  ) as recorded using (id, what, moment)
  where told.id is null or recorded.id is null;

  return query
  select 'states', followed.deployment_id, case
      when followed.previous is null then format('it was %s out of nothing', followed.kind)
      else format('it was %s when it was %s', followed.kind, followed.previous)
    end
  from (
    select events.deployment_id, events.kind, events.from_state,
      lag(events.to_state) over (partition by events.deployment_id order by events.id) as previous
    from deploy_queue.deployment_events as events
    where events.kind in ('enqueued', 'released', 'started', 'finished', 'cancelled', 'reaped')
  ) as followed
  where followed.from_state is distinct from followed.previous;

  return query
  select 'bypasses', deployments.id, 'it was started past the rules, and no event says why'
  from deploy_queue.deployments
  where deployments.forced
    and not exists (
      select from deploy_queue.deployment_events as events
      where events.deployment_id = deployments.id and events.kind = 'bypassed'
    );
end;
$$;
--! EndIncluded functions/_verify_events.sql
--! Included functions/_verify_turns.sql
-- Deployments that started, or were woken, while another one ran or was ahead in the line, without a common key and without
-- leave. Called by verify_history. Windows find the few that may have, since most follow each other; only those are compared.
create or replace function deploy_queue._verify_turns() returns table (rule text, deployment_id bigint, problem text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  with lives as materialized (
    select _lives.*,
      max(_lives.left_line) over (
        partition by _lives.cell_id order by _lives.rank, _lives.place rows between unbounded preceding and 1 preceding
      ) as line_held_until
    from deploy_queue._lives
  ),
  -- The moments at which it must have been its turn, or certain to be.
  turns as materialized (
    select lives.*, events.id as number, events.kind, events.occurred_at,
      case events.kind when 'started' then 'started' else 'was woken' end as did,
      max(lives.ended) filter (where events.kind = 'started') over (
        partition by lives.cell_id order by events.id rows between unbounded preceding and 1 preceding
      ) as cell_held_until
    from lives
    join deploy_queue.deployment_events as events on events.deployment_id = lives.id and events.kind in ('started', 'woken')
  ),
  -- Who took a turn, and who was in the way.
  pairs as (
    select later, earlier.deployments as other, earlier.concurrency_key as other_key, earlier.ended_at as other_ended_at,
      'never two at once' as rule, 'was running' as place
    from turns as later
    join turns as earlier
      on earlier.kind = 'started' and earlier.cell_id = later.cell_id and earlier.number < later.number
      and earlier.ended > later.number
    where later.cell_held_until > later.number

    union all

    select later, earlier.deployments, earlier.concurrency_key, earlier.ended_at, 'the order of the line',
      'was ahead in the line'
    from turns as later
    join lives as earlier
      on earlier.cell_id = later.cell_id and (earlier.rank, earlier.place) < (later.rank, later.place)
      and earlier.came_into_line < later.number and earlier.left_line > later.number
    where later.line_held_until > later.number
      -- It let others pass, or one of the two got its priority later.
      and (earlier.not_before > later.occurred_at) is not true
      and (greatest(earlier.last_prioritized, later.last_prioritized) > later.number) is not true
      and not exists (
        select
        from deploy_queue.freezes
        where freezes.environment = later.environment
          and (freezes.cloud_provider is null or freezes.cloud_provider = (later.deployments).cloud_provider)
          and (freezes.region is null or freezes.region = (later.deployments).region)
          and (freezes.cell_index is null or freezes.cell_index = (later.deployments).cell_index)
          and (freezes.allow_key = later.concurrency_key or freezes.allow_role is not null)
          and freezes.created_at <= later.occurred_at
          -- A thaw takes effect when it commits, which may be later than it says.
          and (least(freezes.lifted_at, freezes.expires_at) + interval '1 minute' < later.occurred_at) is not true
      )
  )
  select case (later).kind when 'started' then pairs.rule else 'wake-ups' end, (later).id,
    format('it %s while %s %s', (later).did, deploy_queue._label(pairs.other), pairs.place)
  from pairs
  where not (later).forced
    and (pairs.other_key = (later).concurrency_key) is not true
    -- Of several that end in one statement, each has its event after those whom the one before woke.
    and ((later).kind = 'woken' and pairs.other_ended_at <= (later).occurred_at) is not true

  union all

  select 'wake-ups', turns.id, 'it was woken when it did not wait'
  from turns
  where turns.kind = 'woken' and turns.number not between turns.entered and turns.left_line;
end;
$$;
--! EndIncluded functions/_verify_turns.sql
--! Included functions/_verify_buffers.sql
-- Deployments that started in the buffer of another without a common key.
-- Called by verify_history. What the buffer was is taken from the events of changed policies; a start in the minute after a
-- change may have gone by the buffer before it, since the change may have been committed after the start.
create or replace function deploy_queue._verify_buffers() returns table (rule text, deployment_id bigint, problem text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  with changes as (
    select events.environment, events.id, events.occurred_at,
      (substring(events.reason from 'buffer_time from ([^,]+) to '))::interval as old_buffer,
      coalesce(substring(events.reason from 'buffer_time from [^,]+ to ([^,]+)'),
        substring(events.reason from 'added: buffer_time ([^,]+)'))::interval as new_buffer
    from deploy_queue.deployment_events as events
    where events.kind = 'configured' and events.reason ~ '^environments (changed|added): .*buffer_time'
  ),
  buffers as (
    select changes.environment, changes.new_buffer as buffer_time, changes.occurred_at as since,
      lead(changes.occurred_at, 1, 'infinity') over (partition by changes.environment order by changes.id) as until
    from changes
    union all
    select environments.environment,
      coalesce((
        select changes.old_buffer from changes where changes.environment = environments.environment order by changes.id limit 1
      ), environments.buffer_time),
      '-infinity',
      coalesce((
        select min(changes.occurred_at) from changes where changes.environment = environments.environment
      ), 'infinity')
    from deploy_queue.environments
  ),
  lives as materialized (
    select _lives.*,
      max(_lives.finish_timestamp) over (
        partition by _lives.cell_id order by _lives.started rows between unbounded preceding and 1 preceding
      ) as last_finish,
      (select max(buffers.buffer_time) from buffers where buffers.environment = _lives.environment) as longest_buffer
    from deploy_queue._lives
    where _lives.started is not null
  )
  select 'buffers', later.id,
    format('it started %s after %s finished', later.start_timestamp - earlier.finish_timestamp,
      deploy_queue._label(earlier.deployments))
  from lives as later
  join lives as earlier
    on earlier.cell_id = later.cell_id and earlier.ended < later.started and earlier.finish_timestamp is not null
  where later.start_timestamp < later.last_finish + later.longest_buffer
    and later.start_timestamp < earlier.finish_timestamp + later.longest_buffer
    and not later.forced
    and (earlier.concurrency_key = later.concurrency_key) is not true
    and later.start_timestamp < earlier.finish_timestamp + (
      select min(buffers.buffer_time)
      from buffers
      where buffers.environment = later.environment
        and buffers.since <= later.start_timestamp
        and buffers.until > later.start_timestamp - interval '1 minute'
    );
end;
$$;
--! EndIncluded functions/_verify_buffers.sql
--! Included functions/_verify_schedules.sql
-- Deployments that started before or after the time they were to start in.
-- Called by verify_history.
create or replace function deploy_queue._verify_schedules() returns table (rule text, deployment_id bigint, problem text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select 'schedules', deployments.id, case
      when deployments.start_timestamp < deployments.not_before
        then format('it started at %s, and was not to start before %s', deployments.start_timestamp, deployments.not_before)
      else format('it started at %s, and was to start before %s', deployments.start_timestamp, deployments.not_after)
    end
  from deploy_queue.deployments
  where not deployments.forced
    and (
      deployments.start_timestamp < deployments.not_before
      -- It is stamped after the decision.
      or deployments.start_timestamp > deployments.not_after + interval '1 second'
    );
end;
$$;
--! EndIncluded functions/_verify_schedules.sql
--! Included functions/verify_history.sql
-- Whether everything that has happened was as it must be: one row for each deployment and rule where it was not.
-- Called by "deploy-queue doctor --verify-history"; reads the whole of deployments and events, and the policies.
create or replace function deploy_queue.verify_history() returns table (rule text, deployment_id bigint, problem text)
language plpgsql stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from deploy_queue._verify_events();
  return query select * from deploy_queue._verify_turns();
  return query select * from deploy_queue._verify_buffers();
  return query select * from deploy_queue._verify_schedules();
end;
$$;

comment on function deploy_queue.verify_history() is
  'Reads all events and deployments and returns what contradicts the rules: two at once, overtaking, starts in buffers or outside their schedule, wake-ups out of turn, illegal states, events that are missing or too many. No row: all is well.';
--! EndIncluded functions/verify_history.sql
--! Included functions/_one_line.sql
-- Text in which nothing is left that the columns refuse: control characters and marks of direction become spaces.
-- Called by the adoption, for free text that was written before there was such a rule, and for settings of the session.
create or replace function deploy_queue._one_line(text text) returns text
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return regexp_replace(
    _one_line.text, '[\u0001-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]+', ' ', 'g'
  );
end;
$$;
--! EndIncluded functions/_one_line.sql
--! Included functions/_read_predecessor.sql
-- Copies the deployments of the predecessor, as they would be adopted, to the temporary table adopted_deployments: free text
-- in one line, null for the empty string, timestamps in their order. Called by preview_adoption.
create or replace function deploy_queue._read_predecessor() returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (
    select
    from pg_class
    join pg_attribute on pg_attribute.attrelid = pg_class.oid
    where pg_class.oid = to_regclass('public.deployments')
      and pg_class.relkind = 'r'
      -- What the last of its migrations brought.
      and pg_attribute.attname = 'heartbeat_timestamp'
  ) then
    raise exception using
      errcode = 'QD013',
      message = case when to_regclass('deploy_queue_predecessor.deployments') is null
        then 'there is nothing to adopt: public.deployments is not the table of the predecessor after its last migration'
        else 'the predecessor has been adopted already' end,
      hint = 'Run this in the database of the predecessor; its tables are expected in the schema public.';
  end if;

  -- Without IF EXISTS, which would tell everybody that there is none.
  if to_regclass('pg_temp.adopted_deployments') is not null then
    drop table pg_temp.adopted_deployments;
  end if;
  create temporary table adopted_deployments on commit drop as
  select
    old.id, old.environment::text as environment, old.cloud_provider::text as cloud_provider, old.region::text as region,
    old.cell_index, old.component::text as component, nullif(old.version::text, '') as version, line.url, line.note,
    nullif(old.concurrency_key::text, '') as concurrency_key, old.start_timestamp, moment.finish_timestamp,
    moment.cancellation_timestamp, line.cancellation_note, old.heartbeat_timestamp, moment.created_at, old.updated_at,
    (line.url, line.note, line.cancellation_note) is distinct from (old.url, old.note, old.cancellation_note) as has_new_text,
    (moment.created_at, moment.finish_timestamp, moment.cancellation_timestamp)
      is distinct from (old.created_at, old.finish_timestamp, old.cancellation_timestamp) as has_new_moment
  from public.deployments as old
  cross join lateral (
    select deploy_queue._one_line(old.url) as url, deploy_queue._one_line(old.note) as note,
      deploy_queue._one_line(old.cancellation_note) as cancellation_note
    offset 0
  ) as line
  cross join lateral (
    select
      least(old.created_at, old.start_timestamp, old.cancellation_timestamp) as created_at,
      case when old.finish_timestamp is not null then greatest(old.finish_timestamp, old.start_timestamp) end
        as finish_timestamp,
      case when old.cancellation_timestamp is not null then greatest(old.cancellation_timestamp, old.start_timestamp) end
        as cancellation_timestamp
  ) as moment;
end;
$$;
--! EndIncluded functions/_read_predecessor.sql
--! Included functions/_refused_by_constraints.sql
-- The deployments of the predecessor that a check of our tables would refuse: how many, by which, and the first of them.
-- Called by preview_adoption, and by adopt when one has refused, so that all of them are told at once.
create or replace function deploy_queue._refused_by_constraints() returns table (amount bigint, problem text)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return query execute (
    select format('
      select count(*), format(''%%s: %%s'', replace(refused.name, ''_'', '' ''),
        array_to_string((array_agg(adopted.id order by adopted.id))[:5], '', ''))
      from pg_temp.adopted_deployments as adopted
      cross join lateral (
        select deploy_queue._flaw_of_deployment(row(
          adopted.id, adopted.environment, adopted.cloud_provider, adopted.region, adopted.cell_index, adopted.component,
          adopted.version, adopted.url, adopted.note, adopted.concurrency_key, adopted.start_timestamp,
          adopted.finish_timestamp, adopted.cancellation_timestamp, adopted.cancellation_note, adopted.heartbeat_timestamp,
          adopted.created_at, adopted.updated_at, null, null, null, false, null, 0, null, null, null, null, null, null, false
        )::deploy_queue.deployments)
        union all
        select refusal.name from (values %s) as refusal (name, refuses) where refusal.refuses
      ) as refused (name)
      where refused.name is not null
      group by refused.name
      order by refused.name',
      string_agg(
        format('(%L, not (%s))', pg_constraint.conname, pg_get_expr(pg_constraint.conbin, pg_constraint.conrelid)), ', '
      )
    )
    from pg_constraint
    where pg_constraint.conrelid = 'deploy_queue.cells'::regclass
      and pg_constraint.contype = 'c'
  );
end;
$$;
--! EndIncluded functions/_refused_by_constraints.sql
--! Included functions/_dependents_of_predecessor.sql
-- Views and foreign keys of others on the relations of the predecessor, which would go on looking at what was put aside.
-- Called by _adoption_problems.
create or replace function deploy_queue._dependents_of_predecessor() returns table (classid oid, objid oid)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_own regclass[] := array(
    select to_regclass('public.' || own)
    from unnest(array[
      'deployments', 'environments', 'cells', 'deployment_duration_analytics', 'prod_latest_deployments',
      'prod_current_deployments', 'prod_finished_deployments'
    ]) as own
  );
begin
  return query
  select 'pg_class'::regclass::oid, pg_rewrite.ev_class
  from pg_depend
  join pg_rewrite on pg_rewrite.oid = pg_depend.objid
  where pg_depend.classid = 'pg_rewrite'::regclass
    and pg_depend.refobjid = any (v_own)
    and pg_rewrite.ev_class <> all (array_remove(v_own, null))
  union
  select 'pg_constraint'::regclass::oid, pg_constraint.oid
  from pg_constraint
  where pg_constraint.contype = 'f'
    and pg_constraint.confrelid = any (v_own)
    and pg_constraint.conrelid <> all (array_remove(v_own, null));
end;
$$;
--! EndIncluded functions/_dependents_of_predecessor.sql
--! Included functions/_adoption_problems.sql
-- What stands in the way of an adoption, apart from values that a constraint refuses: how many, and what.
-- Called by preview_adoption and adopt, which have read the predecessor.
create or replace function deploy_queue._adoption_problems(with_running boolean)
returns table (amount bigint, problem text)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select count(*), 'deployments are in deploy_queue already'
  from deploy_queue.deployments
  having count(*) > 0;

  return query
  with running as (
    select *
    from pg_temp.adopted_deployments as adopted
    where adopted.start_timestamp is not null
      and adopted.finish_timestamp is null
      and adopted.cancellation_timestamp is null
  )
  select count(*), 'running; finish or cancel them, or adopt with those that run: ' || string_agg(running.id::text, ', ' order by running.id)
  from running
  where not with_running
  having count(*) > 0
  union all
  select count(*), 'running in a cell in which another runs; finish or cancel one: ' || string_agg(running.id::text, ', ' order by running.id)
  from running
  where exists (
    select
    from running as other
    where (other.environment, other.cloud_provider, other.region, other.cell_index)
        = (running.environment, running.cloud_provider, running.region, running.cell_index)
      and other.id <> running.id
      and (other.concurrency_key = running.concurrency_key) is not true
  )
  having count(*) > 0;

  return query
  select count(*), 'other objects depend on its tables and would stay behind: '
    || string_agg(pg_describe_object(others.classid, others.objid, 0), ', '
      order by pg_describe_object(others.classid, others.objid, 0))
  from deploy_queue._dependents_of_predecessor() as others
  having count(*) > 0;

  return query
  select count(*), 'environments have a buffer time below 0 or above 30 days: '
    || string_agg(environments.environment, ', ' order by environments.environment)
  from public.environments
  where environments.buffer_time not between interval '0' and interval '30 days'
  having count(*) > 0;
end;
$$;
--! EndIncluded functions/_adoption_problems.sql
--! Included functions/_adoption_items.sql
-- What an adoption moves, and how much of it.
-- Called by preview_adoption and adopt, which have read the predecessor.
create or replace function deploy_queue._adoption_items() returns table (what text, amount bigint)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select 'environments', count(*) from public.environments
  union all
  select 'cells', count(*)
  from (
    select distinct adopted.environment, adopted.cloud_provider, adopted.region, adopted.cell_index
    from pg_temp.adopted_deployments as adopted
  ) as adopted_cells;

  return query
  select 'deployments ' || case
      when adopted.cancellation_timestamp is not null then 'cancelled'
      when adopted.finish_timestamp is not null then 'finished'
      when adopted.start_timestamp is not null then 'running'
      else 'queued'
    end as state, count(*)
  from pg_temp.adopted_deployments as adopted
  group by state
  order by state;

  return query
  select repaired.what, count(*)
  from pg_temp.adopted_deployments as adopted
  cross join lateral (
    values ('texts brought into one line', adopted.has_new_text), ('timestamps brought into order', adopted.has_new_moment)
  ) as repaired (what, happened)
  where repaired.happened
  group by repaired.what
  order by repaired.what;
end;
$$;
--! EndIncluded functions/_adoption_items.sql
--! Included functions/preview_adoption.sql
-- What adopt() would do with the tables of the predecessor, and everything that stands in its way. Changes nothing.
-- Called by "deploy-queue adopt --dry-run".
create or replace function deploy_queue.preview_adoption(with_running boolean default false)
returns table (what text, amount bigint, problem text)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  perform deploy_queue._read_predecessor();
  return query select items.what, items.amount, null::text from deploy_queue._adoption_items() as items;
  return query select 'in the way', problems.* from deploy_queue._adoption_problems(with_running) as problems;
  return query select 'in the way', problems.* from deploy_queue._refused_by_constraints() as problems;
end;
$$;

comment on function deploy_queue.preview_adoption(boolean) is
  'What adopt() would bring over from the predecessor, how much of it, and, where problem is not null, what stands in the way.';
--! EndIncluded functions/preview_adoption.sql
--! Included functions/_copy_grants.sql
-- Gives everybody who has privileges on one relation, its owner included, the same on another.
-- Called by the adoption, so that those who used the old tables may use the views in their place, whoever adopts.
create or replace function deploy_queue._copy_grants(source text, target text) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_grant record;
begin
  for v_grant in
    select granted.privilege_type, granted.grantee, granted.is_grantable, granted.column_name
    from (
      select acl.*, null::name as column_name
      from pg_class
      cross join lateral aclexplode(coalesce(pg_class.relacl, acldefault('r', pg_class.relowner))) as acl
      where pg_class.oid = to_regclass(_copy_grants.source)
      union all
      select acl.*, pg_attribute.attname
      from pg_class
      join pg_attribute on pg_attribute.attrelid = pg_class.oid
      cross join lateral aclexplode(pg_attribute.attacl) as acl
      where pg_class.oid = to_regclass(_copy_grants.source)
    ) as granted
    where granted.grantee <> to_regrole(quote_ident(current_user))
      and granted.privilege_type in ('SELECT', 'INSERT', 'UPDATE', 'DELETE')
  loop
    execute format('grant %s%s on %s to %s%s', v_grant.privilege_type, ' (' || quote_ident(v_grant.column_name) || ')',
      _copy_grants.target, case v_grant.grantee when 0 then 'public' else v_grant.grantee::regrole::text end,
      case when v_grant.is_grantable then ' with grant option' else '' end);
  end loop;
end;
$$;
--! EndIncluded functions/_copy_grants.sql
--! Included functions/_grant_old_names.sql
-- Lets everybody who may read the views in the place of the predecessor's call what these views call: PostgreSQL asks
-- that of whoever reads, not of the owner of the view. Does nothing where nothing was adopted.
-- Called by the adoption, and by _grant_roles for what a migration brings.
create or replace function deploy_queue._grant_old_names() returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_reader text;
begin
  if not exists (select from pg_class where pg_class.oid = to_regclass('public.deployments') and pg_class.relkind = 'v') then
    return;
  end if;

  for v_reader in
    select distinct case granted.grantee when 0 then 'public' else granted.grantee::regrole::text end
    from pg_class
    left join pg_attribute on pg_attribute.attrelid = pg_class.oid and pg_attribute.attacl is not null
    cross join lateral (
      select * from aclexplode(pg_class.relacl)
      union all
      select * from aclexplode(pg_attribute.attacl)
    ) as granted
    where pg_class.oid in (
        to_regclass('public.deployment_duration_analytics'), to_regclass('public.prod_latest_deployments'),
        to_regclass('public.prod_current_deployments'), to_regclass('public.prod_finished_deployments')
      )
      and granted.grantee <> pg_class.relowner
  loop
    execute format('grant usage on schema deploy_queue to %s', v_reader);
    execute format(
      'grant execute on function deploy_queue._now, deploy_queue._status, deploy_queue.get_deployment_status to %s', v_reader
    );
  end loop;
end;
$$;
--! EndIncluded functions/_grant_old_names.sql
--! Included functions/_drop_indexes.sql
-- Drops the indexes of a table that are not those of a constraint, and returns the statements that build them again.
-- Called by the adoption: building one over a million rows takes a fraction of filling it row by row.
create or replace function deploy_queue._drop_indexes(of_table regclass) returns text[]
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_names text;
  v_definitions text[];
begin
  select string_agg(pg_index.indexrelid::regclass::text, ', '), array_agg(pg_get_indexdef(pg_index.indexrelid))
  into v_names, v_definitions
  from pg_index
  where pg_index.indrelid = _drop_indexes.of_table
    and not exists (select from pg_constraint where pg_constraint.conindid = pg_index.indexrelid);

  execute 'drop index ' || v_names;
  return v_definitions;
end;
$$;
--! EndIncluded functions/_drop_indexes.sql
--! Included functions/_adopt_history.sql
-- Moves what preview_adoption has read into the tables of the queue, with the events it would have left and the usual
-- durations. Called by adopt; the triggers, a row at a time, would take minutes for a million deployments.
create or replace function deploy_queue._adopt_history() returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_key_of_cells text := (
    select pg_get_constraintdef(pg_constraint.oid)
    from pg_constraint
    where pg_constraint.conrelid = 'deploy_queue.deployments'::regclass
      and pg_constraint.conname = 'a_deployment_is_in_its_cell'
  );
  v_indexes text[] := deploy_queue._drop_indexes('deploy_queue.deployments')
    || deploy_queue._drop_indexes('deploy_queue.deployment_events');
  v_index text;
begin
  insert into deploy_queue.environments (environment, buffer_time)
  select environments.environment, environments.buffer_time from public.environments
  on conflict on constraint environments_pkey do update set buffer_time = excluded.buffer_time;

  insert into deploy_queue.cells (environment, cloud_provider, region, cell_index)
  select distinct adopted.environment, adopted.cloud_provider, adopted.region, adopted.cell_index
  from pg_temp.adopted_deployments as adopted
  order by 1, 2, 3, 4
  on conflict on constraint a_cell_exists_once do nothing;

  -- Checked once for all of them, in the end.
  alter table deploy_queue.deployments disable trigger user, drop constraint a_deployment_is_in_its_cell;
  insert into deploy_queue.deployments (
    id, cell_id, environment, cloud_provider, region, cell_index, component, version, url, note, concurrency_key,
    start_timestamp, finish_timestamp, cancellation_timestamp, cancellation_note, heartbeat_timestamp, created_at, updated_at
  )
  select
    adopted.id, cells.id, cells.environment, cells.cloud_provider, cells.region, cells.cell_index, adopted.component,
    adopted.version, adopted.url, adopted.note, adopted.concurrency_key, adopted.start_timestamp, adopted.finish_timestamp,
    adopted.cancellation_timestamp, adopted.cancellation_note, adopted.heartbeat_timestamp, adopted.created_at,
    adopted.updated_at
  from pg_temp.adopted_deployments as adopted
  join deploy_queue.cells using (environment, cloud_provider, region, cell_index)
  order by adopted.id;
  execute format(
    'alter table deploy_queue.deployments enable trigger user, add constraint a_deployment_is_in_its_cell %s', v_key_of_cells
  );

  perform setval('deploy_queue.deployments_id_seq', max(deployments.id)) from deploy_queue.deployments having count(*) > 0;

  insert into deploy_queue.deployment_events (deployment_id, occurred_at, kind, from_state, to_state, actor, reason)
  select adopted.id, event.occurred_at, event.kind, event.from_state, event.to_state, 'the predecessor', event.reason
  from pg_temp.adopted_deployments as adopted
  cross join lateral (
    values
      (adopted.created_at, 'enqueued', null::deploy_queue.deployment_status, 'queued'::deploy_queue.deployment_status,
        case when num_nonnulls(adopted.finish_timestamp, adopted.cancellation_timestamp) > 0 then 'recorded after the fact' end),
      (adopted.start_timestamp, 'started', 'queued', 'running', null),
      (adopted.finish_timestamp, 'finished', 'running', 'finished', null),
      (adopted.cancellation_timestamp, 'cancelled',
        case when adopted.start_timestamp is null then 'queued' else 'running' end::deploy_queue.deployment_status,
        'cancelled', adopted.cancellation_note)
  ) as event (occurred_at, kind, from_state, to_state, reason)
  where event.occurred_at is not null
  order by adopted.id, event.occurred_at, event.kind = 'enqueued' desc, event.kind = 'started' desc;

  foreach v_index in array v_indexes loop
    execute v_index;
  end loop;
  -- Until the next automatic one, everything would be planned for empty tables.
  analyze deploy_queue.cells, deploy_queue.deployments, deploy_queue.deployment_events;

  perform deploy_queue._measure(kind.cell_id, kind.component)
  from (select distinct deployments.cell_id, deployments.component from deploy_queue.deployments) as kind;
end;
$$;
--! EndIncluded functions/_adopt_history.sql
--! Included functions/_adopt_names.sql
-- Puts the objects of the predecessor aside, in the schema deploy_queue_predecessor, and views of the queue in their place,
-- for programs that go on using the old names. Called by adopt.
create or replace function deploy_queue._adopt_names() returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_view record;
begin
  create schema deploy_queue_predecessor;
  comment on schema deploy_queue_predecessor is
    'What deploy-queue has adopted, as it was at that moment. May be dropped once nobody wants to go back.';

  for v_view in
    select * from (
      values
        ('deployments', 'deployments', 'id, region, environment, component, version, url, note, concurrency_key, start_timestamp, finish_timestamp, cancellation_timestamp, cancellation_note, created_at, updated_at, cloud_provider, cell_index, heartbeat_timestamp'),
        ('environments', 'environments', 'environment, buffer_time'),
        ('cells', 'cells', 'environment, cloud_provider, region, cell_index'),
        ('deployment_duration_analytics', 'deployment_duration_analytics', 'environment, cloud_provider, region, cell_index, component, deployment_count::bigint as deployment_count, avg_duration, stddev_duration'),
        ('prod_latest_deployments', 'prod_latest_deployments', 'environment, cloud_provider, region, cell_index, component, version, replace(component_status::text, ''held'', ''queued'')::public.deployment_status as component_status, job_url, created_at'),
        ('prod_current_deployments', 'prod_current_deployments', 'environment, cloud_provider, region, cell_index, component, deployment_id, version, replace(current_status::text, ''held'', ''queued'')::public.deployment_status as current_status, url, start_timestamp, finish_timestamp, cancellation_timestamp, created_at, current_duration, avg_duration, outlier_duration'),
        ('prod_finished_deployments', 'prod_finished_deployments', 'environment, cloud_provider, region, cell_index, component, deployment_id, version, replace(current_status::text, ''held'', ''queued'')::public.deployment_status as current_status, url, start_timestamp, finish_timestamp, created_at')
    ) as adopted (name, source, columns)
  loop
    if to_regclass('public.' || v_view.name) is not null then
      execute format('alter table public.%I set schema deploy_queue_predecessor', v_view.name);
    end if;
    execute format('create view public.%I as select %s from deploy_queue.%I', v_view.name, v_view.columns, v_view.source);
    perform deploy_queue._copy_grants('deploy_queue_predecessor.' || v_view.name, 'public.' || v_view.name);
  end loop;
  perform deploy_queue._grant_old_names();

  -- Its waiters ask for the deployments of a cell by location, every few seconds.
  create index deployments_by_location on deploy_queue.deployments (cloud_provider, region, cell_index);
end;
$$;
--! EndIncluded functions/_adopt_names.sql
--! Included functions/adopt.sql
-- Takes over the database of the predecessor: its environments, deployments and ids move here, and views take the place of
-- its tables. Called by "deploy-queue adopt" as the owner of both. All of it happens, or nothing.
create or replace function deploy_queue.adopt(with_running boolean default false)
returns table (what text, amount bigint)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
-- Behind somebody who waits for a lock, everybody else would wait as well.
set lock_timeout = '5s'
as $$
declare
  v_problems text;
begin
  -- Not beside whoever gives out privileges, and in no transaction that may not see what was written while it waited.
  perform deploy_queue._lock_cell(0);
  lock table deploy_queue.deployments, deploy_queue.deployment_events in access exclusive mode;
  if to_regclass('public.deployments') is not null and to_regclass('public.environments') is not null then
    lock table public.deployments, public.environments in access exclusive mode;
  end if;

  perform deploy_queue._read_predecessor();
  return query select * from deploy_queue._adoption_items();

  select string_agg(format('%s %s', problems.amount, problems.problem), '; ') into v_problems
  from deploy_queue._adoption_problems(with_running) as problems;
  if v_problems is null then
    begin
      perform deploy_queue._adopt_history();
      perform deploy_queue._adopt_names();
    exception when check_violation then
      select string_agg(format('%s %s', problems.amount, problems.problem), '; ') into v_problems
      from deploy_queue._refused_by_constraints() as problems;
    end;
  end if;
  if v_problems is not null then
    raise exception using
      errcode = 'QD013',
      message = 'the predecessor cannot be adopted: ' || v_problems,
      hint = 'Nothing has changed. "deploy-queue adopt --dry-run" looks without locking anybody out.';
  end if;
exception when lock_not_available then
  raise exception using
    errcode = 'QD013',
    message = 'the predecessor cannot be adopted now: a transaction has been using its tables for more than 5 seconds',
    hint = 'Nothing has changed; try again. pg_stat_activity shows the transaction, by its xact_start.';
end;
$$;

comment on function deploy_queue.adopt(boolean) is
  'Moves the environments, deployments and ids of the predecessor from the schema public into the queue and puts views in the place of its tables; returns what was moved. Its tables are kept in the schema deploy_queue_predecessor.';
--! EndIncluded functions/adopt.sql
--! Included functions/_functions.sql
-- The functions of the schema that are ours, not those of the extension in it.
-- Called by _grants and _grant_roles.
create or replace function deploy_queue._functions() returns setof regprocedure
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select pg_proc.oid::regprocedure
  from pg_proc
  where pg_proc.pronamespace = 'deploy_queue'::regnamespace
    and not exists (
      select
      from pg_depend
      where pg_depend.classid = 'pg_proc'::regclass
        and pg_depend.objid = pg_proc.oid
        and pg_depend.deptype = 'e'
    );
$$;
--! EndIncluded functions/_functions.sql
--! Included functions/_grants.sql
-- What PUBLIC and each role may: one row a role that exists, privileges and object. Who comes later may also what those
-- before may.
-- Called by _grant_roles. A new function that changes something is given to nobody until it is named here.
create or replace function deploy_queue._grants() returns table (role_name text, privileges text, object text)
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  with roles (role_name, rank) as (
    values ('public', 0), ('deploy_queue_reader', 1), ('deploy_queue_deployer', 2), ('deploy_queue_operator', 3)
  ),
  objects (privileges, object, rank) as (
    values
      ('usage', 'schema deploy_queue', 1),
      ('select', 'deploy_queue.cells', 1),
      ('select', 'deploy_queue.environments', 1),
      ('select', 'deploy_queue.workers', 1),
      ('select', 'deploy_queue.freezes', 1),
      ('select', 'deploy_queue.maintenance_windows', 1),
      ('insert, update, delete', 'deploy_queue.environments', 3),
      ('insert, update', 'deploy_queue.freezes', 3),
      ('insert, update, delete', 'deploy_queue.maintenance_windows', 3),
      ('select, insert, update', 'deploy_queue.deployments', 3),
      ('select', 'deploy_queue.deployment_events', 3)
    union all
    select 'select', pg_class.oid::regclass::text, 1
    from pg_class
    where pg_class.relnamespace = 'deploy_queue'::regnamespace
      and pg_class.relkind = 'v'
      and not starts_with(pg_class.relname, '_')
    union all
    select 'execute', 'function ' || pg_proc.oid::regprocedure, case
      when pg_proc.proname in (
        'enqueue', 'try_start', 'finish', 'cancel', 'heartbeat', 'release', 'purge', 'record_bypass'
      ) then 2
      when pg_proc.proname in (
        'cancel_version', 'cancel_location', 'set_environment',
        'freeze', 'thaw', 'add_window', 'remove_window', 'bump',
        'reap_stale_deployments', 'detect_outliers', 'refresh_durations', 'prune_history', 'worker_seen'
      ) then 3
      when pg_proc.proname in ('moment', 'follow_transitions', 'unfollow_transitions') then 1
      -- What the constraint of deployments calls, which is checked against whoever writes.
      when pg_proc.proname in ('_refuse_flaw', '_flaw_of_deployment', '_is_printable') then 0
      -- What changes nothing; and what views call, which is checked against whoever reads them.
      when pg_proc.provolatile <> 'v' and not starts_with(pg_proc.proname, '_') then 1
      when exists (
        select
        from pg_depend
        join pg_rewrite on pg_rewrite.oid = pg_depend.objid
        join pg_class on pg_class.oid = pg_rewrite.ev_class
        where pg_depend.refclassid = 'pg_proc'::regclass
          and pg_depend.refobjid = pg_proc.oid
          and pg_depend.classid = 'pg_rewrite'::regclass
          and pg_class.relnamespace = 'deploy_queue'::regnamespace
      ) then 1
    end
    from deploy_queue._functions() as ours
    join pg_proc on pg_proc.oid = ours
  )
  select roles.role_name, objects.privileges, objects.object
  from roles
  join objects on objects.rank <= roles.rank
  where roles.role_name = 'public' or to_regrole(roles.role_name) is not null;
$$;
--! EndIncluded functions/_grants.sql
--! Included functions/_grant_roles.sql
-- Gives PUBLIC and the roles of the queue, where they exist, exactly their privileges in this database.
-- Called by every migration, since that may have made new objects, and by create_roles.
create or replace function deploy_queue._grant_roles() returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_functions text := (select string_agg(ours::text, ', ') from deploy_queue._functions() as ours);
  v_role text;
  v_grant record;
begin
  -- Two at once would change the same rows of the catalog. Cells have numbers from 1.
  perform pg_advisory_xact_lock(25713, 0);

  for v_role in select distinct granted.role_name from deploy_queue._grants() as granted loop
    execute format('revoke all on function %s from %I', v_functions, v_role);
    execute format('revoke all on all tables in schema deploy_queue from %I', v_role);
  end loop;

  for v_grant in select * from deploy_queue._grants() loop
    execute format('grant %s on %s to %I', v_grant.privileges, v_grant.object, v_grant.role_name);
  end loop;

  perform deploy_queue._grant_old_names();
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
declare
  v_missing text;
  v_comment text;
begin
  for role_name, v_comment in
    values
      ('deploy_queue_reader', 'Reads the views of deploy-queue, for dashboards.'),
      ('deploy_queue_deployer', 'Deploys by the functions of deploy-queue, for pipelines.'),
      ('deploy_queue_operator', 'Operates deploy-queue: bulk cancels, environments, bypasses, background work.')
  loop
    created := to_regrole(role_name) is null;
    if created then
      begin
        execute format('create role %I nologin', role_name);
        execute format('comment on role %I is %L', role_name, v_comment);
      exception
        when duplicate_object or unique_violation then
          created := false;
        when insufficient_privilege then
          select string_agg(format('create role %I nologin;', missing), ' ') into v_missing
          from unnest(array['deploy_queue_reader', 'deploy_queue_deployer', 'deploy_queue_operator']) as missing
          where to_regrole(missing) is null;

          raise exception using
            errcode = 'QD012',
            message = format('role %s may not create the role %s', quote_ident(current_user), role_name),
            hint = format('Let an administrator run "%s", then run this again.', v_missing);
      end;
    end if;
    return next;
  end loop;

  perform deploy_queue._grant_roles();
end;
$$;

comment on function deploy_queue.create_roles() is
  'Creates the roles deploy_queue_reader (dashboards), deploy_queue_deployer (pipelines) and deploy_queue_operator, and gives them their privileges in this database; returns which are new.';
--! EndIncluded functions/create_roles.sql
--! Included grants.sql
-- The last of every migration: roles that exist get their privileges on what is new.
do $$ begin perform deploy_queue._grant_roles(); end $$;
--! EndIncluded grants.sql
--! EndIncluded all.sql
