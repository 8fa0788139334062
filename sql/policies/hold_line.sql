-- Stops the line of a cell until release_line: nothing starts there but what rolls back the deployment that is named.
-- Called by operators; the policy hold_after_failure does the same after a failure.
create or replace function deploy_queue.hold_line(
  environment text,
  cloud_provider text,
  region text,
  cell_index integer,
  reason text,
  deployment_id bigint default null
) returns deploy_queue.line_holds
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_cell deploy_queue.cells := deploy_queue._known_cell(
    hold_line.environment, hold_line.cloud_provider, hold_line.region, hold_line.cell_index
  );
  v_turns jsonb;
  v_held deploy_queue.line_holds;
begin
  if hold_line.deployment_id is not null
    and (deploy_queue._deployment(hold_line.deployment_id)).cell_id <> v_cell.id
  then
    raise exception using
      errcode = 'QD030',
      message = format('%s is not of %s', deploy_queue._label(deploy_queue._deployment(hold_line.deployment_id)),
        deploy_queue._cell_name(v_cell.environment, v_cell.cloud_provider, v_cell.region, v_cell.cell_index)),
      hint = 'What rolls it back goes into its own cell.';
  end if;
  v_turns := deploy_queue._turns(array[v_cell.id]);
  v_held := deploy_queue._stop_line(v_cell, hold_line.reason, hold_line.deployment_id);
  perform deploy_queue._wake_sooner(array[v_cell.id], v_turns);
  return v_held;
end;
$$;

comment on function deploy_queue.hold_line(text, text, text, integer, text, bigint) is
  'Stops the line of a cell until release_line(): what runs goes on, and nothing starts but what rolls back deployment_id. A line that is stopped already gets this reason. Returns the stop.';
