-- Measures the usual duration of a component in a cell anew: its last 100 finishes of the last 3 months.
-- Called by the trigger of every finish, where its sample is not simply the next, by refresh_durations, and by adopt; under the
-- lock of the cell.
create or replace function deploy_queue._measure(cell_id integer, component text) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_since timestamptz := deploy_queue._now() - interval '3 months';
begin
  insert into deploy_queue.deployment_durations as known
    (cell_id, component, seconds, deployment_count, avg_duration, stddev_duration, first_finish_timestamp, last_finish_timestamp)
  select _measure.cell_id, _measure.component, array_agg(sample.seconds), count(*),
    make_interval(secs => avg(sample.seconds)), make_interval(secs => stddev_samp(sample.seconds)),
    min(sample.finish_timestamp), max(sample.finish_timestamp)
  from (
    select deployments.finish_timestamp,
      date_part('epoch', deployments.finish_timestamp - deployments.start_timestamp) as seconds
    from deploy_queue.deployments
    where deployments.cell_id = _measure.cell_id
      and deployments.component = _measure.component
      and deployments.finish_timestamp > v_since
    order by deployments.finish_timestamp desc
    limit 100
  ) as sample
  having count(*) > 0
  on conflict on constraint deployment_durations_pkey do update
  set seconds = excluded.seconds,
    deployment_count = excluded.deployment_count,
    avg_duration = excluded.avg_duration,
    stddev_duration = excluded.stddev_duration,
    first_finish_timestamp = excluded.first_finish_timestamp,
    last_finish_timestamp = excluded.last_finish_timestamp;
end;
$$;
