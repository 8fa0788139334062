-- Refuses a version that no deployment of the component has had.
-- Called by mark_bad and mark_good.
create or replace function deploy_queue._require_version(component text, version text) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (
    select from deploy_queue.deployments
    where deployments.component = _require_version.component and deployments.version = _require_version.version
    union all
    select from deploy_queue.finished_versions as kept
    where kept.component = _require_version.component and kept.version = _require_version.version
  ) then
    raise exception using
      errcode = 'QD063',
      message = format('no deployment has had version %s of %s', coalesce(_require_version.version, 'null'),
        coalesce(_require_version.component, 'null')),
      hint = 'deploy_queue.latest_deployments shows the newest ones.';
  end if;
end;
$$;
