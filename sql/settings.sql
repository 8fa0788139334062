-- Settings of functions, and why. Each file pins the search_path of its own function; what several need stands here once.
do $$
declare
  v_setting record;
begin
  for v_setting in
    select pg_proc.oid::regprocedure as function, chosen.setting
    from (
      values
        -- A call that waits for another session's transaction gives up before its client does, and does nothing afterwards.
        ('lock_timeout = ''15s''', array[
          'enqueue', 'try_start', 'finish', 'fail', 'heartbeat', 'heartbeats', 'cancel', 'confirm_stop', 'cancel_version',
          'cancel_location', 'release', 'purge', 'bump'
        ]),
        -- Most sessions are short: a statement is planned once, not anew in each of the first five calls, here and in triggers.
        ('plan_cache_mode = force_generic_plan', array['enqueue', 'try_start', 'finish']),
        -- One plan is right for all calls: parameters do not tell how many rows there are, and planning takes longer than reading.
        ('plan_cache_mode = force_generic_plan', array['_beat', '_blockers', '_heads', '_line', '_stale']),
        -- PostgreSQL would compile these queries, because it estimates their cost from all of history.
        ('jit = off', array['_blockers', '_line'])
    ) as chosen (setting, names)
    join pg_proc on pg_proc.proname = any (chosen.names) and pg_proc.pronamespace = 'deploy_queue'::regnamespace
  loop
    execute format('alter function %s set %s', v_setting.function, v_setting.setting);
  end loop;
end;
$$;
