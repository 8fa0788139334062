-- Refuses the end of a deployment that has not started, or in whose hold another one still runs.
-- Called by the guard, under the lock of the cell.
create or replace function deploy_queue._refuse_early_finish(deployment deploy_queue.deployments) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_joined deploy_queue.deployments;
begin
  if deployment.start_timestamp is null then
    raise exception using
      errcode = 'QD004',
      message = format('%s is queued; it cannot finish before it started', deploy_queue._label(deployment)),
      hint = 'Cancel it instead, or start it first.';
  end if;

  select (running.deployment).* into v_joined
  from deploy_queue._running as running
  where running.cell_id = deployment.cell_id and running.joined_id = deployment.id
  limit 1;
  if found then
    raise exception using
      errcode = 'QD033',
      message = format('%s cannot finish: %s still runs in its hold', deploy_queue._label(deployment), deploy_queue._label(v_joined)),
      hint = case
        when v_joined.alive_until is not null then 'It can finish once that one has ended.'
        else format('That one has no keeper and never ends by itself: deploy_queue.finish(%s) or deploy_queue.cancel(%s) ends it.',
          v_joined.id, v_joined.id)
      end;
  end if;
end;
$$;
