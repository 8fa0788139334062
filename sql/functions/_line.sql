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
    select (present.member).*, present.avg_duration, present.exclusion_key, present.withheld, present.withheld_until,
      present.stands_aside
    from deploy_queue._line_members(_line.cell_id, candidate, v_buffer_time) as present
  loop
    if v_member.start_timestamp is null then
      v_place.deployment_id := v_member.id;
      v_place."position" := v_place."position" + 1;
      v_free_at := greatest(
        case when v_member.exclusion_key = v_last_key then v_others else v_last end, v_member.withheld_until
      );
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
      -- What withholds it comes before whom it waits for.
      v_place.blocker_count := v_place.blocker_count + jsonb_array_length(v_member.withheld);
      v_place.blockers := v_member.withheld || v_place.blockers;
      if only_id is null or only_id = v_member.id then
        return next v_place;
        exit when only_id is not null;
      end if;
      -- It lets others pass, and who knows whether they will be done in time.
      continue when v_member.stands_aside;
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
      'until', nullif(v_free_at, 'infinity'),
      'priority', v_member.priority,
      'priority_reason', case
        when v_member.start_timestamp is null and v_member.priority <> 0 then deploy_queue._priority_reason(v_member.id)
      end,
      'hold', v_member.hold
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
