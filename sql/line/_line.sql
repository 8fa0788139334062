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
