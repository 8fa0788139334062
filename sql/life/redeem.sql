-- Redeems a reservation: it becomes a deployment that waits at its place, with what is known by now.
-- Called by clients; a plain UPDATE that takes hold and reserved_until away does the same.
create or replace function deploy_queue.redeem(
  deployment_id bigint,
  version text default null,
  artifact text default null,
  url text default null,
  heartbeat boolean default false,
  keeper text default null,
  stop_grace interval default null,
  component text default null,
  environment text default null,
  cloud_provider text default null,
  region text default null,
  cell_index integer default null,
  confirmation text default null
) returns deploy_queue.deployments
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_deployment deploy_queue.deployments := deploy_queue._lock_deployment(redeem.deployment_id);
  v_redeemed deploy_queue.deployments;
  v_others text := concat_ws(' and another ',
    case when v_deployment.environment <> btrim(redeem.environment) or v_deployment.cloud_provider <> btrim(redeem.cloud_provider)
      or v_deployment.region <> btrim(redeem.region) or v_deployment.cell_index <> redeem.cell_index then 'cell' end,
    case when v_deployment.component <> btrim(redeem.component) then 'component' end,
    case when v_deployment.version <> redeem.version then 'version' end,
    case when v_deployment.artifact <> redeem.artifact then 'artifact' end);
begin
  if deploy_queue._has_ended(v_deployment) then
    if v_deployment.cancellation_timestamp >= v_deployment.reserved_until then
      perform deploy_queue._refuse_late_redemption(v_deployment);
    end if;
    perform deploy_queue._refuse_ended(v_deployment);
  end if;
  if v_deployment.entered_by <> deploy_queue._principal() and not deploy_queue._is_operator() then
    raise exception using
      errcode = 'QD020',
      message = format('%s was reserved by %s', deploy_queue._label(v_deployment), v_deployment.entered_by),
      hint = 'The role that has reserved a place redeems it.';
  end if;
  -- The answer to its first call was lost.
  if v_deployment.reserved_until is null and v_deployment.keeper = redeem.keeper then
    return v_deployment;
  end if;
  if v_deployment.reserved_until is null or v_others <> '' then
    raise exception using
      errcode = 'QD052',
      message = case
        when v_others <> '' then format('%s has its place in %s-%s-%s-cell-%s, and another %s was given', deploy_queue._label(v_deployment),
          v_deployment.environment, v_deployment.cloud_provider, v_deployment.region, v_deployment.cell_index, v_others)
        else format('%s is no reservation, or was redeemed before', deploy_queue._label(v_deployment))
      end,
      hint = 'Enter the line without it.';
  end if;

  update deploy_queue.deployments
  set hold = null,
    reserved_until = null,
    version = coalesce(deployments.version, redeem.version),
    artifact = coalesce(deployments.artifact, redeem.artifact),
    url = coalesce(deployments.url, redeem.url),
    confirmation = coalesce(redeem.confirmation, deployments.confirmation),
    heartbeat_timestamp = case when redeem.heartbeat then deploy_queue._now() else deployments.heartbeat_timestamp end,
    alive_until = case
      when redeem.heartbeat then deploy_queue._now() + deploy_queue._lease(deployments.environment, deployments.component)
      else deployments.alive_until
    end,
    keeper = case when redeem.heartbeat then redeem.keeper else deployments.keeper end,
    stop_grace = case when redeem.heartbeat then redeem.stop_grace else deployments.stop_grace end
  where deployments.id = v_deployment.id
  returning deployments.* into v_redeemed;
  return case when found then v_redeemed else v_deployment end;
end;
$$;

comment on function deploy_queue.redeem(
  bigint, text, text, text, boolean, text, interval, text, text, text, text, integer
, text) is
  'Redeems a reservation, which waits at its place from then on. version, artifact, url: what was not known when it was reserved. heartbeat, keeper, stop_grace: as for enqueue(); the same keeper may repeat the call. component, environment, cloud_provider, region, cell_index: when given, they must be those that were reserved for. confirmation: the phrase that is demanded, unless the reservation brought it; without it the reservation stays as it is, and an event says so. Returns the deployment; try_start() starts it.';
