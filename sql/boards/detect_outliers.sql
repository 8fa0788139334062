-- Records and tells, once for each deployment, that it has become an outlier. Returns those that are new.
-- Called by the background worker; the view outliers is right without it.
create or replace function deploy_queue.detect_outliers() returns setof deploy_queue.outliers
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_outlier deploy_queue.outliers;
begin
  for v_outlier in select * from deploy_queue.outliers order by outliers.id loop
    insert into deploy_queue.deployment_events (deployment_id, kind, from_state, to_state, reason)
    values (
      v_outlier.id, 'outlier', 'running', 'running',
      format('it has been running for %s, usual are %s', date_trunc('second', v_outlier.current_duration),
        date_trunc('second', v_outlier.avg_duration))
    )
    on conflict (deployment_id) where kind = 'outlier' do nothing;

    if found then
      if deploy_queue._has_followers() then
        perform deploy_queue._notify('deploy_queue_transitions', json_build_object(
          'deployment_id', v_outlier.id, 'status', 'running', 'outlier', true, 'environment', v_outlier.environment,
          'cloud_provider', v_outlier.cloud_provider, 'region', v_outlier.region, 'cell_index', v_outlier.cell_index
        )::text);
      end if;
      return next v_outlier;
    end if;
  end loop;
end;
$$;

comment on function deploy_queue.detect_outliers() is
  'Records an event for each running deployment that has become an outlier, tells the transitions channel, and returns the new ones.';
