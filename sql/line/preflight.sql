-- What a deployment that enters the line now has to pass, with each gate open or shut and the role that may lift each reason, and its forecast if
-- it waits there with heartbeats. What enqueue refuses is refused. Enters nothing.
-- Called by clients before they decide.
create or replace function deploy_queue.preflight(
  environment text,
  cloud_provider text,
  region text,
  cell_index integer,
  component text,
  concurrency_key text default null,
  priority integer default 0,
  hold deploy_queue.hold default null,
  not_before timestamptz default null,
  not_after timestamptz default null,
  version text default null,
  url text default null,
  note text default null,
  max_duration interval default null,
  parent_id bigint default null,
  sequence bigint default null,
  sequence_scope text default null,
  rollback_of bigint default null,
  artifact text default null,
  confirmation text default null
) returns table (can_start boolean, gates_open boolean, checklist jsonb, forecast deploy_queue.forecast)
language plpgsql stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_candidate deploy_queue.deployments;
  v_cell deploy_queue.cells;
  v_gates deploy_queue.gate[] := '{}';
  v_reasons deploy_queue.reason[];
begin
  v_candidate.environment := btrim(preflight.environment);
  v_candidate.cloud_provider := btrim(preflight.cloud_provider);
  v_candidate.region := btrim(preflight.region);
  v_candidate.cell_index := preflight.cell_index;
  v_candidate.component := btrim(preflight.component);
  v_cell := deploy_queue._cell(v_candidate.environment, v_candidate.cloud_provider, v_candidate.region, v_candidate.cell_index);
  if v_cell.id is null then
    perform deploy_queue._require_new_cell(
      v_candidate.environment, v_candidate.cloud_provider, v_candidate.region, v_candidate.cell_index
    );
    perform deploy_queue._tell_of_new_cell(
      v_candidate.environment, v_candidate.cloud_provider, v_candidate.region, v_candidate.cell_index
    );
  elsif v_cell.retired_at is not null then
    perform deploy_queue._refuse_cell(
      v_candidate.environment, v_candidate.cloud_provider, v_candidate.region, v_candidate.cell_index, v_cell.retired_at
    );
  end if;
  perform deploy_queue._require_component_name(v_candidate.component);
  v_candidate.concurrency_key := preflight.concurrency_key;
  v_candidate.priority := preflight.priority;
  v_candidate.hold := preflight.hold;
  v_candidate.not_before := preflight.not_before;
  v_candidate.not_after := preflight.not_after;
  v_candidate.version := preflight.version;
  v_candidate.url := preflight.url;
  v_candidate.note := preflight.note;
  v_candidate.max_duration := preflight.max_duration;
  v_candidate.parent_id := preflight.parent_id;
  v_candidate.entered_by := deploy_queue._principal();
  v_candidate.cell_id := v_cell.id;
  v_candidate.sequence := preflight.sequence;
  v_candidate.sequence_scope := preflight.sequence_scope;
  v_candidate.rollback_of := preflight.rollback_of;
  v_candidate.artifact := preflight.artifact;
  v_candidate.confirmation := nullif(preflight.confirmation, '');
  v_candidate.created_at := deploy_queue._now();
  v_candidate.heartbeat_timestamp := v_candidate.created_at;
  perform deploy_queue._refuse_flaw(deploy_queue._flaw_of_deployment(v_candidate));
  if v_candidate.priority > 0 then
    perform deploy_queue._refuse_passing(v_candidate);
  end if;
  perform deploy_queue._refuse_priority(v_candidate);
  if num_nonnulls(preflight.hold, preflight.not_before, preflight.not_after) > 0 then
    perform deploy_queue._refuse_impossible_wait(v_candidate);
  end if;
  if preflight.parent_id is not null then
    v_candidate := deploy_queue._with_parent(v_candidate);
  end if;
  perform deploy_queue._require_sequence(v_candidate);
  if num_nonnulls(preflight.sequence, preflight.rollback_of) > 0 then
    v_candidate := deploy_queue._with_ordering(v_candidate);
  end if;
  perform deploy_queue._refuse_unpromotable(v_candidate);
  v_candidate := deploy_queue._stand(v_candidate);
  if (deploy_queue._policy(v_candidate.environment, v_candidate.cell_id)).has_gates then
    v_gates := deploy_queue._gates(v_candidate);
  end if;
  v_reasons := deploy_queue._waiting_on(v_candidate, 10);

  can_start := v_reasons = '{}';
  gates_open := not exists (select from unnest(v_gates) as gate where not gate.is_open);
  checklist := deploy_queue._checklist(v_gates, v_reasons);
  forecast := (select line.forecast from deploy_queue._line(v_candidate, array[v_cell.id]) as line);
  return next;
end;
$$;

comment on function deploy_queue.preflight(
  text, text, text, integer, text, text, integer, deploy_queue.hold, timestamptz, timestamptz, text, text, text, interval, bigint,
  bigint, text, bigint, text, text
) is
  'What would keep a deployment waiting if it were enqueued now: checklist has each gate (is_open or not), then all else that it would wait for, at most ten deployments, with the calls that lift it and the role that may call them; forecast: its position, predicted start and blockers. What enqueue() would refuse is refused.';
