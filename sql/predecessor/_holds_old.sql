-- Whether programs of the predecessor see a queued deployment that has not entered as theirs do. They wait for all that have a smaller
-- id: one that the rule lets them pass would keep them waiting, and might wait for them.
-- Called by the view _old_deployments, whose readers cannot look into the schema.
create or replace function deploy_queue._holds_old(candidate deploy_queue.deployments) returns boolean
language plpgsql stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := deploy_queue._now();
begin
  return candidate.hold is distinct from 'outside'
    and (candidate.not_before > v_now) is not true
    and not exists (
      select
      from deploy_queue._queued as waiting
      where waiting.cell_id = candidate.cell_id
        and waiting.via_old_names
        and waiting.id > candidate.id
        and (waiting.concurrency_key = candidate.concurrency_key) is not true
        and not deploy_queue._precedes(candidate, waiting.deployment, v_now)
    );
end;
$$;
