-- One row a cell in which the first that entered by the old names waits for something that its program cannot see, such as a freeze, or a
-- holder that entered later. Its program starts what it sees nothing ahead of, and ends when that is refused; it waits for this row.
-- Called by the view _old_deployments, whose readers cannot look into the schema.
create or replace function deploy_queue._old_gates() returns setof deploy_queue.deployments
language plpgsql stable rows 1
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_first deploy_queue.deployments;
  v_gate deploy_queue.deployments;
  v_reasons deploy_queue.reason[];
begin
  for v_first in
    select distinct on (queued.cell_id) (queued.deployment).*
    from deploy_queue._queued as queued
    where queued.via_old_names
    order by queued.cell_id, queued.id
  loop
    -- All others of the cell wait for the first, and the first for what it sees.
    continue when exists (
      select
      from deploy_queue._blockers(v_first, deploy_queue._policy(v_first.environment, v_first.cell_id), 100) as found
      where (found.blocker).id < v_first.id
        and ((found.blocker).start_timestamp is not null or deploy_queue._holds_old(found.blocker))
    );
    v_reasons := deploy_queue._waiting_on(v_first, 100);
    continue when v_reasons = '{}';

    v_gate.id := - v_first.cell_id;
    v_gate.environment := v_first.environment;
    v_gate.cloud_provider := v_first.cloud_provider;
    v_gate.region := v_first.region;
    v_gate.cell_index := v_first.cell_index;
    v_gate.component := 'deploy-queue';
    v_gate.note := deploy_queue._reasons_text(v_reasons);
    v_gate.created_at := v_first.created_at;
    v_gate.updated_at := v_first.updated_at;
    v_gate.via_old_names := true;
    return next v_gate;
  end loop;
end;
$$;
