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
  -- Only OVERRIDING SYSTEM VALUE brings an id above zero.
  v_given_id bigint := case when new.id > 0 then new.id end;
  v_starts boolean := false;
  v_is_new_cell boolean := false;
  v_cell deploy_queue.cells;
  v_policy deploy_queue.policies;
  v_demands record;
  v_only_asks boolean := new.start_timestamp = 'infinity';
  v_flaw text;
  v_keeper text := new.keeper;
  v_before deploy_queue.deployments;
begin
  new.via_old_names := coalesce(new.via_old_names, false);
  if v_given_id is not null and not (new.via_old_names and deploy_queue._bypass_reason() is not null) then
    raise exception using
      errcode = 'QD008',
      message = format('id %s was given, but ids are drawn by the line', new.id),
      hint = 'Leave id out of the INSERT and take it from RETURNING id.';
  end if;
  new.id := null;

  new.environment := btrim(new.environment);
  new.cloud_provider := btrim(new.cloud_provider);
  new.region := btrim(new.region);
  new.component := btrim(new.component);
  if not deploy_queue._require_right(new.environment) then
    return null;
  end if;
  v_cell := deploy_queue._cell(new.environment, new.cloud_provider, new.region, new.cell_index);
  if v_cell.id is null then
    v_is_new_cell := true;
    v_cell := deploy_queue._new_cell(new.environment, new.cloud_provider, new.region, new.cell_index);
  elsif v_cell.retired_at is not null then
    perform deploy_queue._refuse_cell(new.environment, new.cloud_provider, new.region, new.cell_index, v_cell.retired_at);
  end if;
  new.cell_id := v_cell.id;
  -- The lock is held until commit, so that ids become visible in their order inside a cell.
  if not deploy_queue._lock_cell(new.cell_id) then
    return null;
  end if;

  select demands.ordering, demands.heartbeat_timeout, demands.confirmation, demands.promote_from, demands.require_checks,
    exists (select from deploy_queue.components where components.component = new.component) as knows_component,
    new.version is not null and exists (
      select from deploy_queue.bad_versions as mark
      where mark.component = new.component and mark.version = new.version and mark.lifted_at is null
    ) as is_bad
  into v_demands
  from deploy_queue._demands(new.environment, new.component) as demands;
  if not v_demands.knows_component then
    perform deploy_queue._new_component(new.component);
  end if;

  new.place := null;
  -- A program that inserts all columns sends null for those that it does not know.
  new.priority := coalesce(new.priority, 0);
  new.release_key := null;
  new.entered_by := deploy_queue._principal();
  if current_setting('deploy_queue.verified', true) <> '' then
    perform deploy_queue._require_room(new.entered_by);
  end if;
  new.actor := deploy_queue._actor();
  new.kept := new.heartbeat_timestamp is not null;
  new.alive_until := null;
  if new.heartbeat_timestamp is null then
    new.keeper := null;
    new.stop_grace := null;
  end if;
  new.stop_timestamp := null;
  new.verifying_since := null;
  new.verified_at := null;
  new.cancellation_kind := null;
  if num_nonnulls(new.parent_id, new.joined_id) > 0 then
    new := deploy_queue._with_parent(new);
    -- What runs in the hold of another one stands in no line.
    if new.joined_id is not null then
      new.sequence := null;
      new.sequence_scope := null;
    end if;
  end if;
  if new.sequence is null and v_demands.ordering = 'latest-ready' then
    perform deploy_queue._require_sequence(new);
  end if;
  if num_nonnulls(new.sequence, new.rollback_of, new.reserved_until) > 0 then
    new := deploy_queue._with_ordering(new);
  end if;
  if new.priority > 0 then
    perform deploy_queue._refuse_passing(new);
    perform deploy_queue._refuse_priority(new);
  end if;

  if v_demands.is_bad or v_demands.promote_from is not null or v_demands.require_checks <> '{}' then
    if (
      v_demands.is_bad or v_demands.promote_from is not null or new.version is null or new.rollback_of is not null
    ) and num_nonnulls(new.joined_id, new.finish_timestamp, new.cancellation_timestamp) = 0 and deploy_queue._bypass_reason() is null then
      perform deploy_queue._refuse_unpromotable(new);
    end if;
  end if;

  v_now := deploy_queue._now();
  new.forced := false;
  -- Only history, and deployments that start at once, bring moments of their own.
  if num_nonnulls(new.created_at, new.start_timestamp, new.finish_timestamp, new.cancellation_timestamp) > 0 then
    if v_only_asks then
      new.start_timestamp := v_now;
    end if;
    if greatest(new.created_at, new.start_timestamp, new.finish_timestamp, new.cancellation_timestamp) > v_now
      or least(new.created_at, new.start_timestamp, new.finish_timestamp, new.cancellation_timestamp) = '-infinity'
    then
      perform deploy_queue._refuse_moments(new, v_now);
    end if;
    new.forced := new.start_timestamp is not null and deploy_queue._bypass_reason() is not null;
    v_starts := new.start_timestamp is not null and not new.forced and not deploy_queue._has_ended(new);
    if deploy_queue._has_ended(new) then
      perform deploy_queue._forget_weeks(new);
    end if;
  end if;
  new.created_at := coalesce(
    new.created_at, least(case when not v_starts then new.start_timestamp end, new.cancellation_timestamp, v_now)
  );
  new.updated_at := v_now;
  if new.max_duration is not null then
    new.max_duration := deploy_queue._in_seconds(new.max_duration);
  end if;
  if new.heartbeat_timestamp is not null then
    new.heartbeat_timestamp := v_now;
    new.alive_until := v_now + v_demands.heartbeat_timeout;
  end if;
  if new.cancellation_timestamp is not null then
    new.cancellation_kind := 'cancelled';
  end if;

  if num_nonnulls(new.hold, new.not_before, new.not_after, new.command) > 0 then
    perform deploy_queue._refuse_impossible_wait(new);
  end if;

  new.confirmation := nullif(new.confirmation, '');
  if v_demands.confirmation is not null and not new.forced and new.joined_id is null and not deploy_queue._has_ended(new) then
    v_flaw := deploy_queue._flaw_of_confirmation(new);
    if v_flaw is not null and deploy_queue._bypass_reason() is null then
      v_before := deploy_queue._rejected_before(new.cell_id, v_keeper);
      if (v_before.component, v_before.version, v_before.cancellation_note) is not distinct from (new.component, new.version, v_flaw) then
        -- The process has lost the answer, and asks again in the same words.
        return null;
      end if;
      new := deploy_queue._rejected(new, v_flaw, v_keeper);
      v_starts := false;
    end if;
  end if;
  if new.hold is not null and new.reserved_until is null then
    -- Its release asks again.
    new.confirmation := null;
  end if;

  -- What has ended, or was started past the rules, is in no other's way.
  new.slot := 1;
  if v_starts then
    -- The time is read from the only clock, after the decision: now() of the transaction may be older than the finish that it waited for.
    v_policy := deploy_queue._policy(new.environment, new.cell_id);
    new.start_timestamp := case
      when deploy_queue._may_start(new, v_only_asks, v_policy) then greatest(deploy_queue._now(), new.created_at)
    end;
    if new.start_timestamp is not null then
      new.slot := deploy_queue._draw_slot(new, v_policy);
      if new.sequence is not null then
        new.place := (deploy_queue._stand(new)).place;
      end if;
    end if;
  end if;
  if v_is_new_cell and deploy_queue._flaw_of_deployment(new) is null then
    -- A client that is refused is told only why.
    perform deploy_queue._tell_of_new_cell(new.environment, new.cloud_provider, new.region, new.cell_index);
  end if;
  -- The id is drawn after all refusals, so that they leave no gap.
  if v_given_id is not null then
    perform setval('deploy_queue.deployments_id_seq', v_given_id) from deploy_queue.deployments_id_seq where last_value < v_given_id;
  end if;
  new.id := coalesce(v_given_id, nextval('deploy_queue.deployments_id_seq'));
  return new;
end;
$$;

create or replace trigger tg_deployments__enqueue
before insert on deploy_queue.deployments
for each row execute function deploy_queue.tg_deployments__enqueue();
