-- Puts the objects of the predecessor aside, in the schema deploy_queue_predecessor, and views of the queue in their place,
-- for programs that go on using the old names. Called by adopt.
create or replace function pg_temp._adopt_names() returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  -- With the types of the predecessor: statements that its programs have prepared go on only with the same ones. Its waiters join the
  -- first and the fourth view and read no text of them; an index serves the join only without these types.
  v_cell constant text := 'environment::varchar(50), cloud_provider::varchar(100), region::varchar(100), cell_index';
  v_kind constant text := v_cell || ', component::varchar(200)';
  v_view record;
begin
  create schema deploy_queue_predecessor;
  comment on schema deploy_queue_predecessor is
    'What deploy-queue has adopted, as it was at that moment. May be dropped once there is no way back.';

  for v_view in
    select * from (
      values
        ('deployments', '_old_deployments', '*'),
        ('environments', 'environments', 'environment, buffer_time'),
        ('cells', 'cells', v_cell),
        ('deployment_duration_analytics', 'deployment_duration_analytics', 'environment, cloud_provider, region, cell_index, component, deployment_count::bigint as deployment_count, avg_duration, stddev_duration'),
        ('prod_latest_deployments', 'prod_latest_deployments', v_kind || ', version::varchar(100), deploy_queue._old_status(component_status)::public.deployment_status as component_status, job_url, created_at'),
        ('prod_current_deployments', 'prod_current_deployments', v_kind || ', deployment_id, version::varchar(100), deploy_queue._old_status(current_status)::public.deployment_status as current_status, url, start_timestamp, finish_timestamp, cancellation_timestamp, created_at, current_duration, avg_duration, outlier_duration'),
        ('prod_finished_deployments', 'prod_finished_deployments', v_kind || ', deployment_id, version::varchar(100), deploy_queue._old_status(current_status)::public.deployment_status as current_status, url, start_timestamp, finish_timestamp, created_at')
    ) as adopted (name, source, columns)
  loop
    if to_regclass('public.' || v_view.name) is not null then
      execute format('alter table public.%I set schema deploy_queue_predecessor', v_view.name);
    end if;
    execute format('create view public.%I as select %s from deploy_queue.%I', v_view.name, v_view.columns, v_view.source);
    perform pg_temp._copy_grants('deploy_queue_predecessor.' || v_view.name, 'public.' || v_view.name);
  end loop;
  create trigger tg_old_deployments__write instead of insert or update or delete on public.deployments
  for each row execute function deploy_queue.tg_old_deployments__write();
  perform deploy_queue._grant_old_names();

  -- The predecessor's waiters ask for the deployments of a cell by location, every few seconds.
  create index deployments_by_location on deploy_queue.deployments (
    (cloud_provider::varchar(100)), (region::varchar(100)), cell_index
  );
end;
$$;
