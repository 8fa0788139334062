-- The forecast of a deployment that would enter the line now. Enters nothing.
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
  not_before timestamptz default null
) returns deploy_queue.forecast
language plpgsql stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_candidate deploy_queue.deployments;
  v_cell_id integer;
begin
  perform deploy_queue._require_environment(preview.environment);
  v_cell_id := (deploy_queue._cell(preview.environment, preview.cloud_provider, preview.region, preview.cell_index)).id;
  if v_cell_id is null then
    perform deploy_queue._tell_of_new_cell(preview.environment, preview.cloud_provider, preview.region, preview.cell_index);
  end if;

  v_candidate.environment := preview.environment;
  v_candidate.cloud_provider := preview.cloud_provider;
  v_candidate.region := preview.region;
  v_candidate.cell_index := preview.cell_index;
  v_candidate.component := preview.component;
  v_candidate.concurrency_key := preview.concurrency_key;
  v_candidate.priority := preview.priority;
  v_candidate.hold := preview.hold;
  v_candidate.not_before := preview.not_before;
  v_candidate.entered_by := deploy_queue._principal();
  return (select line.forecast from deploy_queue._line(v_candidate, array[v_cell_id]) as line);
end;
$$;

comment on function deploy_queue.preview(text, text, text, integer, text, text, integer, deploy_queue.hold, timestamptz) is
  'Position, predicted start and blockers that a deployment would have if it were enqueued now.';
