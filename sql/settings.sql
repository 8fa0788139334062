-- Settings of functions, and why. Each file pins the search_path of its own function; what several need stands here once.
do $$
declare
  v_setting record;
  v_of_all_live constant text[] := array[
    '_all_queued', '_all_running', '_free_heads', '_line_cells', 'live_deployments', 'live_deployment_by_url', 'reap_stale_deployments',
    'tg_environments__wake', 'tg_component_policies__wake', 'tg__keep_turns', 'tg__lock_lines', '_follow_policy', 'report_check', '_promoted_lines', 'mark_bad',
    'mark_good'
  ];
begin
  for v_setting in
    select pg_proc.oid::regprocedure as function, chosen.setting
    from (
      values
        -- A call that waits for another session's transaction gives up before its client does, and does nothing afterwards.
        ('lock_timeout = ''15s''', array[
          'enqueue', 'reserve', 'redeem', 'try_start', 'ask_turn', 'finish', 'fail', 'heartbeat', 'heartbeats', 'keep_waits', 'cancel', 'confirm_stop', 'cancel_version',
          'cancel_location', 'release', 'purge', 'bump', 'report_check', 'approve', 'disapprove', 'mark_bad', 'mark_good', 'append_log'
        ]),
        -- Most sessions are short: a statement is planned once, not anew in each of the first five calls, here and in triggers.
        ('plan_cache_mode = force_generic_plan', array['enqueue', 'try_start', 'ask_turn', 'finish', 'news']),
        -- One plan is right for all calls: parameters do not tell how many rows there are, and planning takes longer than reading.
        ('plan_cache_mode = force_generic_plan', array['_beat', '_blockers', '_first_finishes', '_crowd', '_heads', '_line', '_stale']),
        -- The other way round: the length of the time decides which plan is right.
        ('plan_cache_mode = force_custom_plan', array['cell_timeline', '_figures_between']),
        -- The partial indexes of live deployments hold few, where statistics expect a share of all history: PostgreSQL would read all of it,
        -- by several processes.
        ('enable_seqscan = off', v_of_all_live),
        ('max_parallel_workers_per_gather = 0', v_of_all_live),
        -- PostgreSQL would compile their queries, because it estimates their cost from all of history.
        ('jit = off', array['health', 'prune_history', 'refresh_durations', '_measure'] || array(
          select pg_proc.proname::text
          from pg_proc
          join pg_language on pg_language.oid = pg_proc.prolang
          where pg_proc.pronamespace = 'deploy_queue'::regnamespace and pg_proc.proretset and pg_language.lanname = 'plpgsql'
        ))
    ) as chosen (setting, names)
    join pg_proc on pg_proc.proname = any (chosen.names) and pg_proc.pronamespace = 'deploy_queue'::regnamespace
  loop
    execute format('alter function %s set %s', v_setting.function, v_setting.setting);
  end loop;
end;
$$;
