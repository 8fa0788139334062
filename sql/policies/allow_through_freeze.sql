-- Lets one waiting deployment through a freeze, which goes on to hold all others.
-- Called by operators.
create or replace function deploy_queue.allow_through_freeze(freeze_id integer, deployment_id bigint) returns deploy_queue.freezes
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_freeze deploy_queue.freezes := deploy_queue._freeze(allow_through_freeze.freeze_id);
  -- Row before cell, as everywhere: the trigger of the freeze locks the cell.
  v_deployment deploy_queue.deployments := deploy_queue._lock_row(allow_through_freeze.deployment_id);
begin
  if deploy_queue._has_ended(v_deployment) then
    perform deploy_queue._refuse_ended(v_deployment);
  end if;
  if v_deployment.start_timestamp is not null then
    raise exception using
      errcode = 'QD007',
      message = deploy_queue._label(v_deployment) || ' is running already',
      hint = 'A freeze holds only what waits.';
  end if;
  if not deploy_queue._covers(
    v_freeze, v_deployment.environment, v_deployment.cloud_provider, v_deployment.region, v_deployment.cell_index
  ) then
    raise exception using
      errcode = 'QD025',
      message = format('freeze %s is over %s, where %s is not', v_freeze.id, deploy_queue._freeze_label(v_freeze),
        deploy_queue._label(v_deployment)),
      hint = format('deploy_queue.waiting_on(%s) says what it waits for.', v_deployment.id);
  end if;

  update deploy_queue.freezes
  set allow_ids = freezes.allow_ids || v_deployment.id
  where freezes.id = v_freeze.id
    and (freezes.lifted_at is not null or v_deployment.id <> all (freezes.allow_ids))
  returning freezes.* into v_freeze;
  if found then
    insert into deploy_queue.deployment_events (deployment_id, kind, reason, detail)
    values (
      v_deployment.id, 'allowed', format('freeze %s lets it through: %s', v_freeze.id, v_freeze.reason),
      jsonb_build_object('freeze_id', v_freeze.id)
    );
  else
    v_freeze := deploy_queue._freeze(allow_through_freeze.freeze_id);
    raise notice 'freeze % lets % through already', v_freeze.id, deploy_queue._label(v_deployment);
  end if;
  return v_freeze;
end;
$$;

comment on function deploy_queue.allow_through_freeze(integer, bigint) is
  'Lets one waiting deployment through a freeze, before those that the freeze holds, and returns the freeze. The event "allowed" says who has. One that was lifted is refused.';
