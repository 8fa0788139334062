-- Plays lines forward: which deployment starts when, if each takes as long as usual. For a candidate, in line or not yet, it returns
-- only the candidate's forecast. Without cells, it plays all cells in which a deployment waits.
-- Called by the queue view, forecast and preflight.
create or replace function deploy_queue._line(candidate deploy_queue.deployments, cell_ids integer[])
returns table (deployment deploy_queue.deployments, forecast deploy_queue.forecast, overtaken integer)
language plpgsql stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := deploy_queue._now();
  v_all boolean := candidate is not distinct from null;
  v_enters boolean := candidate is distinct from null and candidate.id is null;
  v_member record;
  v_cell_id integer; v_policy deploy_queue.policies; v_buffer interval;
  -- When the slots of the cell are free of the members so far, and which keys free them: the latest of these, one more than there are
  -- slots. Infinity is "unknown".
  v_ends timestamptz[]; v_end_keys text[]; v_until timestamptz;
  -- The same by component, where components may take fewer slots than there are.
  v_lanes jsonb; v_has_lanes boolean; v_lane text; v_lane_free_at timestamptz; v_free_at timestamptz;
  v_component_slots integer;
  v_withheld deploy_queue.reason[]; v_idle_since timestamptz;
  -- Of the members so far: what waiters are told of them, the keys by which they exclude others, and which of them are late. Null: none.
  v_blocker jsonb; v_blockers jsonb[]; v_first_ten jsonb; v_keys text[]; v_key_count integer; v_late_keys text[];
  -- Of the same, by number: the slots they take, until when, and the components of reservations, which let what is ready of these pass.
  v_taken text[]; v_untils timestamptz[]; v_reserved text[]; v_is_passed boolean; v_passes boolean;
  -- The members that have started while another one waited.
  v_starters deploy_queue.deployments[];
begin
  for v_member in select * from deploy_queue._line_members(candidate, _line.cell_ids) loop
    deployment := v_member.deployment;
    if v_member.cell_id is distinct from v_cell_id or v_ends is null then
      v_cell_id := v_member.cell_id; v_policy := v_member.policy;
      v_ends := '{}'; v_end_keys := '{}'; v_lanes := '{}'; v_has_lanes := v_policy.slots > 1 and v_policy.has_component_policies;
      v_blockers := null; v_first_ten := jsonb '[]'; v_keys := null; v_key_count := 0; v_late_keys := null;
      v_taken := null; v_untils := null; v_reserved := null; v_starters := null; v_lane_free_at := null; forecast := null;
    end if;

    -- What the candidate supersedes as it enters keeps it waiting no longer.
    continue when v_enters and v_policy.drops and deployment.id is not null and deployment.start_timestamp is null
      and deploy_queue._obsolete(deployment, candidate) is not null;
    if deployment.start_timestamp > v_member.waits_since then
      v_starters := array_append(v_starters, deployment);
    end if;
    continue when deployment.cancellation_timestamp is not null;
    v_buffer := case when v_policy.has_component_policies then deploy_queue._buffer_of(deployment, v_policy) else v_policy.buffer_time end;

    v_lane := v_member.exclusion_key;
    if deployment.start_timestamp is null then
      if v_has_lanes then
        select own.lane, own.free_at, own.component_slots into v_lane, v_lane_free_at, v_component_slots
        from deploy_queue._lane(v_lanes, deployment, v_lane) as own;
      end if;
      v_passes := deployment.reserved_until is null and deployment.component = any (v_reserved);
      v_free_at := greatest(v_now, case
        when v_passes then deploy_queue._free_past(v_taken, v_untils, v_reserved, deployment.component, v_lane, v_policy.slots, v_now)
        else deploy_queue._free_at(v_ends, v_end_keys, v_lane, v_policy.slots, v_now)
      end);
      v_until := greatest(v_free_at, v_lane_free_at);
      v_withheld := deploy_queue._withheld(deployment, v_policy);
      if starts_with(deployment.keeper, 'target ') then
        v_withheld := v_withheld || deploy_queue._missing_agent(deployment);
      end if;
      forecast := row(deployment.id, coalesce(forecast."position", 0) + 1, nullif(v_until, 'infinity'),
        v_late_keys is not null and cardinality(array_remove(v_late_keys, v_member.exclusion_key)) > 0,
        coalesce(cardinality(v_keys), 0), v_first_ten, v_now, null, v_policy.slots, null)::deploy_queue.forecast;
      if v_free_at <= v_now and v_until > v_now then
        -- Those before it leave a slot free, which its component may not take.
        forecast.component_slots := v_component_slots;
        forecast.blockers := to_jsonb(array(
          select told from unnest(v_blockers) as told where told ->> 'component' = deployment.component limit 10
        ));
        forecast.blocker_count := greatest(jsonb_array_length(forecast.blockers), 1);
      elsif v_policy.slots > 1 and v_free_at <= v_now then
        -- Those before it leave a slot free.
        forecast.blocker_count := 0; forecast.blockers := '[]'; forecast.overdue := false;
      elsif v_passes then
        forecast.blocker_count := (
          select count(*) from unnest(v_keys, v_reserved) as ahead (key, component)
          where ahead.key <> v_member.exclusion_key and ahead.component is distinct from deployment.component
        );
        forecast.blockers := deploy_queue._other_blockers(v_blockers, v_keys, v_member.exclusion_key, v_reserved, deployment.component);
      elsif deployment.concurrency_key is not null then
        forecast.blocker_count := coalesce(cardinality(array_remove(v_keys, v_member.exclusion_key)), 0);
        forecast.blockers := deploy_queue._other_blockers(v_blockers, v_keys, v_member.exclusion_key);
      end if;
      if v_withheld <> '{}' then
        forecast := deploy_queue._add_reasons(forecast, v_withheld);
        v_until := coalesce(forecast.predicted_start, 'infinity');
      end if;
      v_idle_since := case when forecast.blocker_count = 0 then deploy_queue._idle_since(deployment, v_now) end;
      if v_idle_since is not null then
        -- Only its owner knows when it starts.
        forecast.idle_since := v_idle_since; forecast.predicted_start := null; v_until := 'infinity';
      end if;
      if v_all or deployment.id is not distinct from candidate.id then
        overtaken := case when v_starters is null then 0 else deploy_queue._overtaken(deployment, v_starters) end;
        return next;
        exit when not v_all;
      end if;
      -- It lets others pass, and it is not known whether they will have ended in time.
      continue when deployment.not_before > v_now or (
        v_policy.drops and exists (select from unnest(v_withheld) as reason where reason.kind in ('superseded', 'outdated', 'withdrawn'))
      );
      v_until := coalesce(v_until + v_member.avg_duration, 'infinity') + v_buffer;
    else
      v_idle_since := null;
      v_until := case
        when deployment.stop_timestamp is not null and deployment.finish_timestamp is null
          and deploy_queue._silent_since(deployment.heartbeat_timestamp, v_policy) is not null
        then 'infinity'
        else deploy_queue._holds_until(deployment, v_member.avg_duration, v_buffer, v_now)
      end;
      continue when deployment.finish_timestamp is not null and v_until <= v_now;
      if deployment.finish_timestamp is null and deployment.start_timestamp + v_member.avg_duration < v_now then
        v_late_keys := array_append(v_late_keys, v_member.exclusion_key);
      end if;
    end if;

    v_is_passed := deployment.reserved_until is not null and v_policy.drops and deploy_queue._yields(deployment);
    if v_has_lanes and not v_is_passed then
      v_lanes := deploy_queue._take_lane(v_lanes, deployment.component, v_lane, v_until);
    end if;
    -- No waiter is told of a member that nothing stands behind.
    continue when not v_member.is_followed;
    -- Eleven keys have ten entries for every member, whatever its own key and component.
    if v_key_count < 11 then
      v_key_count := v_key_count + (not v_is_passed and coalesce(v_member.exclusion_key <> all (v_keys), true))::integer;
      v_blocker := deploy_queue._blocker(deployment, v_policy, v_member.avg_duration, v_until, v_idle_since);
      v_blockers := array_append(v_blockers, v_blocker);
      v_first_ten := case when cardinality(v_blockers) <= 10 then v_first_ten || v_blocker else v_first_ten end;
    end if;
    v_keys := array_append(v_keys, v_member.exclusion_key);
    if v_policy.drops then
      v_taken := array_append(v_taken, v_lane); v_untils := array_append(v_untils, v_until);
      v_reserved := array_append(v_reserved, case when v_is_passed then deployment.component end);
    end if;
    select occupied.ends, occupied.keys into v_ends, v_end_keys
    from deploy_queue._occupy(v_ends, v_end_keys, v_lane, v_until, v_policy.slots + 1) as occupied;
  end loop;
end;
$$;
