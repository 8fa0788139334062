-- Plays lines forward: which deployment starts when, if each takes as long as usual. For a candidate, in line or not yet, it returns
-- only the candidate's forecast. Without cells, it plays all cells in which a deployment waits.
-- Called by the queue view, forecast and preview.
create or replace function deploy_queue._line(candidate deploy_queue.deployments, cell_ids integer[])
returns table (deployment deploy_queue.deployments, forecast deploy_queue.forecast, overtaken integer)
language plpgsql stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := deploy_queue._now();
  v_all boolean := candidate is not distinct from null;
  v_member record;
  v_cell_id integer;
  -- When the cell is free of all members so far, which key frees it last, and when it is free of all others: a member with that
  -- key may start then. Infinity is "unknown".
  v_last timestamptz;
  v_last_key text;
  v_others timestamptz;
  v_until timestamptz;
  v_withheld deploy_queue.reason[];
  -- Of the members so far: what waiters are told of them, the keys by which they exclude others, and which of them are late.
  v_blockers jsonb[];
  v_first_ten jsonb;
  v_keys text[];
  v_key_count integer;
  v_late_keys text[];
  v_start_timestamps timestamptz[];
  v_places bigint[];
begin
  for v_member in select * from deploy_queue._line_members(candidate, _line.cell_ids) loop
    deployment := v_member.deployment;
    if v_member.cell_id is distinct from v_cell_id or v_keys is null then
      v_cell_id := v_member.cell_id;
      v_last := v_now; v_last_key := null; v_others := v_now;
      v_blockers := '{}'; v_first_ten := '[]'; v_keys := '{}'; v_key_count := 0; v_late_keys := '{}'; v_start_timestamps := '{}'; v_places := '{}';
      forecast := row(null, 0, null, false, 0, null, v_now);
    end if;

    if deployment.start_timestamp > v_member.waits_since then
      v_start_timestamps := array_append(v_start_timestamps, deployment.start_timestamp);
      v_places := array_append(v_places, coalesce(deployment.place, deployment.id));
    end if;
    continue when deployment.cancellation_timestamp is not null;

    if deployment.start_timestamp is null then
      v_until := case when v_member.exclusion_key = v_last_key then v_others else v_last end;
      v_withheld := deploy_queue._withheld(deployment, v_member.policy);
      if v_withheld <> '{}' then
        v_until := greatest(v_until, (select max(coalesce(reason.until, 'infinity')) from unnest(v_withheld) as reason));
      end if;
      forecast.deployment_id := deployment.id;
      forecast."position" := forecast."position" + 1;
      forecast.predicted_start := nullif(v_until, 'infinity');
      forecast.overdue := cardinality(array_remove(v_late_keys, v_member.exclusion_key)) > 0;
      if deployment.concurrency_key is null then
        forecast.blocker_count := cardinality(v_keys);
        forecast.blockers := v_first_ten;
      else
        forecast.blocker_count := cardinality(array_remove(v_keys, v_member.exclusion_key));
        forecast.blockers := to_jsonb(array(
          select v_blockers[ahead] from generate_subscripts(v_blockers, 1) as ahead
          where v_keys[ahead] <> v_member.exclusion_key limit 10
        ));
      end if;
      if v_withheld <> '{}' then
        forecast.blocker_count := forecast.blocker_count + cardinality(v_withheld);
        forecast.blockers := to_jsonb(v_withheld) || forecast.blockers;
      end if;
      if v_all or deployment.id is not distinct from candidate.id then
        overtaken := case when v_places = '{}' then 0 else deploy_queue._overtaken(deployment, v_start_timestamps, v_places) end;
        return next;
        exit when not v_all;
      end if;
      -- It lets others pass, and it is not known whether they will have ended in time.
      continue when deployment.not_before > v_now;
      v_until := coalesce(v_until + v_member.avg_duration, 'infinity') + v_member.buffer_time;
    else
      if deployment.finish_timestamp is null and deployment.start_timestamp + v_member.avg_duration < v_now then
        v_late_keys := array_append(v_late_keys, v_member.exclusion_key);
      end if;
      v_until := case
        when deployment.finish_timestamp is not null then deployment.finish_timestamp
        when v_member.avg_duration is null then 'infinity'
        else greatest(deployment.start_timestamp + v_member.avg_duration, v_now)
      end + v_member.buffer_time;
      continue when deployment.finish_timestamp is not null and v_until <= v_now;
    end if;

    -- No waiter is told of a member that nothing stands behind.
    continue when not v_member.is_followed;
    -- Eleven keys have ten entries for every member, whatever its own key.
    if v_key_count < 11 then
      v_key_count := v_key_count + (v_member.exclusion_key <> all (v_keys))::integer;
      v_blockers := array_append(v_blockers, deploy_queue._blocker(deployment, v_member.policy, v_member.avg_duration, v_until));
      if cardinality(v_blockers) <= 10 then
        v_first_ten := v_first_ten || v_blockers[cardinality(v_blockers)];
      end if;
    end if;
    v_keys := array_append(v_keys, v_member.exclusion_key);
    if v_member.exclusion_key = v_last_key then
      v_last := greatest(v_last, v_until);
    elsif v_until >= v_last then
      v_others := v_last; v_last := v_until; v_last_key := v_member.exclusion_key;
    else
      v_others := greatest(v_others, v_until);
    end if;
  end loop;
end;
$$;
