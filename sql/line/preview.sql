-- The forecast of a deployment that would enter the line now, and waits there with heartbeats. What enqueue refuses is refused. Enters
-- nothing.
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
  artifact text default null
) returns deploy_queue.forecast
language plpgsql stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_candidate deploy_queue.deployments;
  v_cell deploy_queue.cells;
begin
  v_candidate.environment := btrim(preview.environment);
  v_candidate.cloud_provider := btrim(preview.cloud_provider);
  v_candidate.region := btrim(preview.region);
  v_candidate.cell_index := preview.cell_index;
  v_candidate.component := btrim(preview.component);
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
  v_candidate.concurrency_key := preview.concurrency_key;
  v_candidate.priority := preview.priority;
  v_candidate.hold := preview.hold;
  v_candidate.not_before := preview.not_before;
  v_candidate.not_after := preview.not_after;
  v_candidate.version := preview.version;
  v_candidate.url := preview.url;
  v_candidate.note := preview.note;
  v_candidate.max_duration := preview.max_duration;
  v_candidate.parent_id := preview.parent_id;
  v_candidate.entered_by := deploy_queue._principal();
  v_candidate.cell_id := v_cell.id;
  v_candidate.sequence := preview.sequence;
  v_candidate.sequence_scope := preview.sequence_scope;
  v_candidate.rollback_of := preview.rollback_of;
  v_candidate.artifact := preview.artifact;
  v_candidate.created_at := deploy_queue._now();
  v_candidate.heartbeat_timestamp := v_candidate.created_at;
  perform deploy_queue._refuse_flaw(deploy_queue._flaw_of_deployment(v_candidate));
  if v_candidate.priority > 0 then
    perform deploy_queue._refuse_passing(v_candidate);
  end if;
  perform deploy_queue._refuse_priority(v_candidate);
  if num_nonnulls(preview.hold, preview.not_before, preview.not_after) > 0 then
    perform deploy_queue._refuse_impossible_wait(v_candidate);
  end if;
  if preview.parent_id is not null then
    v_candidate := deploy_queue._with_parent(v_candidate);
  end if;
  perform deploy_queue._require_sequence(v_candidate);
  if num_nonnulls(preview.sequence, preview.rollback_of) > 0 then
    v_candidate := deploy_queue._with_ordering(v_candidate);
  end if;
  perform deploy_queue._refuse_unpromotable(v_candidate);
  v_candidate := deploy_queue._stand(v_candidate);
  return (select line.forecast from deploy_queue._line(v_candidate, array[v_cell.id]) as line);
end;
$$;

comment on function deploy_queue.preview(
  text, text, text, integer, text, text, integer, deploy_queue.hold, timestamptz, timestamptz, text, text, text, interval, bigint,
  bigint, text, bigint, text
) is
  'Position, predicted start and blockers that a deployment would have if it were enqueued now. What enqueue() would refuse is refused.';
