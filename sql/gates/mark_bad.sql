-- Withdraws a version of a component, wherever the caller may change something: no deployment of it enters a line any more, those that wait
-- are cancelled, and those that run go on. Returns both.
-- Called by operators.
create or replace function deploy_queue.mark_bad(component text, version text, reason text) returns setof deploy_queue.deployments
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_component text := btrim(mark_bad.component);
  v_mark deploy_queue.bad_versions;
  v_running deploy_queue.deployments;
begin
  if mark_bad.reason ~ '\S' is not true then
    raise exception using errcode = 'QD022', message = 'reason is missing', hint = 'Those whose deployments are withdrawn are told why.';
  end if;
  perform deploy_queue._require_version(v_component, mark_bad.version);

  insert into deploy_queue.bad_versions (component, version, environments, reason, owner, created_at)
  values (
    v_component, mark_bad.version, (select array_agg(tied order by tied) from unnest((deploy_queue._caller()).environments) as tied),
    mark_bad.reason, deploy_queue._actor(), deploy_queue._now()
  )
  on conflict do nothing
  returning * into v_mark;
  if v_mark.id is null then
    raise notice '%@% is marked bad already', v_component, mark_bad.version;
  else
    perform deploy_queue._record_mark(v_mark, null);
  end if;

  return query
  select withdrawn.*
  from deploy_queue._cancel_each(
    array(
      select queued.id
      from deploy_queue._queued as queued
      where queued.component = v_component and queued.version = mark_bad.version
        and deploy_queue._may_change(queued.environment)
        and (deploy_queue._withdrawn(queued.deployment)).kind is not null
    ),
    deploy_queue._marked_text(coalesce(v_mark, deploy_queue._bad_version(v_component, mark_bad.version, null))),
    'withdrawn'
  ) as withdrawn;

  for v_running in
    select (running.deployment).*
    from deploy_queue._running as running
    where running.component = v_component and running.version = mark_bad.version and deploy_queue._may_change(running.environment)
    order by running.id
  loop
    if v_mark.id is not null then
      perform deploy_queue._record_mark(v_mark, v_running.id);
    end if;
    return next v_running;
  end loop;
end;
$$;

comment on function deploy_queue.mark_bad(text, text, text) is
  'Withdraws a version of a component in all environments that the caller may change: none enters a line any more, and those that wait are cancelled. Returns these, and those that run, which go on. mark_good() takes it back.';
