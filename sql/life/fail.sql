-- Ends a running deployment whose work has failed. One that is cancelled already is left as it is.
-- Called by its keeper.
create or replace function deploy_queue.fail(deployment_id bigint, cancellation_note text default null, keeper text default null)
returns deploy_queue.deployments
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_deployment deploy_queue.deployments;
begin
  update deploy_queue.deployments
  set cancellation_timestamp = deploy_queue._now(),
    cancellation_note = fail.cancellation_note,
    cancellation_kind = 'failed'
  where deployments.id = fail.deployment_id
    and deployments.start_timestamp is not null
    and deployments.cancellation_timestamp is null
    and deployments.keeper is not distinct from coalesce(fail.keeper, deployments.keeper)
  returning deployments.* into v_deployment;

  if not found then
    v_deployment := deploy_queue._untouched(fail.deployment_id, fail.keeper);
    if deploy_queue._has_ended(v_deployment) and v_deployment.cancellation_kind is distinct from 'failed' then
      perform deploy_queue._refuse_ended(v_deployment);
    end if;
    if v_deployment.cancellation_timestamp is null then
      raise exception using
        errcode = 'QD004',
        message = format('%s is queued; it cannot fail before it started', deploy_queue._label(v_deployment)),
        hint = 'Cancel it instead.';
    end if;
    raise notice '% has already failed', deploy_queue._label(v_deployment);
  end if;
  return v_deployment;
end;
$$;

comment on function deploy_queue.fail(bigint, text, text) is
  'Ends a running deployment whose work has failed, and returns it: its state is failed. Its cell is free, without a buffer. keeper: as for finish().';
