-- What PUBLIC and each role may: one row a role that exists, privileges and object. Each role also has the privileges of the
-- roles before it.
-- Called by _grant_roles. A new function that changes something is granted to no role until it is named here.
create or replace function deploy_queue._grants() returns table (role_name text, privileges text, object text)
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  with roles (role_name, rank) as (
    select 'public', 0
    union all
    select ours.role_name, ours.rank from deploy_queue._roles() as ours
  ),
  objects (privileges, object, rank) as (
    values
      ('usage', 'schema deploy_queue', 1),
      ('select', 'deploy_queue.cells', 1),
      ('select', 'deploy_queue.environments', 1),
      ('select', 'deploy_queue.workers', 1),
      ('select', 'deploy_queue.approvals', 1),
      ('select', 'deploy_queue.agents', 1),
      ('select', 'deploy_queue.work', 1),
      ('select', 'deploy_queue.freezes', 3),
      ('select', 'deploy_queue.maintenance_windows', 1),
      -- By columns: these are what a client may say, and who may not update or delete from a whole table cannot lock it either.
      ('insert (environment, buffer_time, heartbeat_timeout, max_duration, retention, unkept_after, has_closed_cells, ordering, slots, refuse_outdated, max_reservation, confirmation, approvals, approvers, promote_from, promotion_cells, soak, same_artifact, require_checks, require_verification, gate_rollbacks, hold_after_failure, log, log_limit, log_retention)', 'deploy_queue.environments', 3),
      ('update (environment, buffer_time, heartbeat_timeout, max_duration, retention, unkept_after, has_closed_cells, ordering, slots, refuse_outdated, max_reservation, confirmation, approvals, approvers, promote_from, promotion_cells, soak, same_artifact, require_checks, require_verification, gate_rollbacks, hold_after_failure, log, log_limit, log_retention)', 'deploy_queue.environments', 3),
      ('select', 'deploy_queue.component_policies', 1),
      ('insert (environment, component, buffer_time, heartbeat_timeout, max_duration, unkept_after, ordering, slots, refuse_outdated, max_reservation, confirmation, approvals, approvers, promote_from, promotion_cells, soak, same_artifact, require_checks, require_verification, gate_rollbacks, hold_after_failure, log, log_limit, log_retention)',
        'deploy_queue.component_policies', 3),
      ('update (buffer_time, heartbeat_timeout, max_duration, unkept_after, ordering, slots, refuse_outdated, max_reservation, confirmation, approvals, approvers, promote_from, promotion_cells, soak, same_artifact, require_checks, require_verification, gate_rollbacks, hold_after_failure, log, log_limit, log_retention)',
        'deploy_queue.component_policies', 3),
      ('insert (environment, cloud_provider, region, cell_index, reason, expires_at, allow_key, allow_role, allow_actor)',
        'deploy_queue.freezes', 3),
      ('update (reason, expires_at, lifted_at)', 'deploy_queue.freezes', 3),
      ('insert (environment, days, opens_at, closes_at, zone)', 'deploy_queue.maintenance_windows', 3),
      ('update (environment, days, opens_at, closes_at, zone)', 'deploy_queue.maintenance_windows', 3),
      ('select', 'deploy_queue.deployments', 3),
      ('insert (environment, cloud_provider, region, cell_index, component, version, url, note, concurrency_key, start_timestamp, finish_timestamp, cancellation_timestamp, cancellation_note, heartbeat_timestamp, created_at, max_duration, idempotency_key, priority, hold, not_before, not_after, command, parent_id, sequence, sequence_scope, artifact, rollback_of, reserved_until, confirmation)',
        'deploy_queue.deployments', 3),
      ('update (start_timestamp, finish_timestamp, cancellation_timestamp, cancellation_note, heartbeat_timestamp, priority, hold, confirmation, verifying_since, verified_at)',
        'deploy_queue.deployments', 3),
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
        'submit', 'hand_over', 'poll_work', 'enqueue', 'reserve', 'redeem', 'try_start', 'ask_turn', 'begin_verification', 'finish', 'fail', 'cancel', 'confirm_stop', 'heartbeat', 'heartbeats', 'release', 'purge', 'confirm', 'approve', 'disapprove', 'record_bypass', 'append_log'
      ) then 2
      when pg_proc.proname in (
        'create_token', 'revoke_token', 'add_trust', 'remove_trust', 'add_webhook', 'rotate_webhook', 'remove_webhook', 'redeliver_webhook', 'test_webhook', 'cancel_version', 'cancel_location', 'mark_bad', 'mark_good', 'set_environment', 'set_component', 'set_cell',
        'remove_environment', 'add_cell', 'retire_cell', 'freeze', 'thaw', 'edit_freeze', 'allow_through_freeze', 'disallow_through_freeze', 'add_window',
        'remove_window', 'bump', 'start_now', 'hold_line', 'release_line',
        'end_blocker', 'reap_stale_deployments', 'report_check', 'detect_outliers', 'refresh_durations', 'refresh_weekly_figures', 'prune_history', 'prune_logs', 'worker_seen'
      ) then 3
      -- _verified_principal stands in _principal, which PostgreSQL writes into views, and _status calls _cools_down.
      when pg_proc.proname in ('moment', 'follow_transitions', 'unfollow_transitions', '_verified_principal', '_cools_down') then 1
      -- The functions of the constraint and the row-level security of deployments: the role that writes needs them.
      when pg_proc.proname in ('_refuse_flaw', '_flaw_of_deployment', '_is_printable', '_require_right') then 0
      -- Functions that change nothing, and those that views call: the role that reads a view needs them.
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
    -- Besides what its rank gives it.
    or (roles.role_name = 'deploy_queue_server'
      and objects.object ~ '^(schema deploy_queue$|function deploy_queue\.(call|look|news|keep_waits|trusted_issuers|create_session|end_session|schema_version|live_figures|webhook_figures|transitions_after|(un)?follow_transitions)\()')
    or (roles.role_name = 'deploy_queue_deliverer'
      and objects.object ~ '^(schema deploy_queue$|function deploy_queue\.(next_webhook_messages|record_webhook_attempt|schema_version)\()')
    or (roles.role_name = 'deploy_queue_approver' and objects.object ~ '^function deploy_queue\.(dis)?approve\(')
    or (roles.role_name = 'deploy_queue_agent'
      and objects.object ~ '^function deploy_queue\.(register_targets|keep_work|leave_work|take_work|try_start|heartbeats?|begin_verification|finish|fail|cancel|confirm_stop|append_log)\(')
    or (roles.role_name = 'deploy_queue_checker' and objects.object ~ '^function deploy_queue\.report_check\(')
  where roles.role_name = 'public' or to_regrole(roles.role_name) is not null;
$$;
