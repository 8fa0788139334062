-- When a deployment that has started and its buffer are over, if it takes as long as usual; infinity: unknown. Called by _line, for
-- every holder: without a search_path of its own, PostgreSQL writes the body into the caller instead of calling it.
create or replace function deploy_queue._holds_until(
  deployment deploy_queue.deployments,
  avg_duration interval,
  buffer_time interval,
  now timestamptz
) returns timestamptz
language sql stable
as $$
  select buffer_time + case
    when deployment.finish_timestamp is not null then deployment.finish_timestamp
    -- It leaves no buffer.
    when deployment.stop_timestamp + deployment.stop_grace > now then deployment.stop_timestamp + deployment.stop_grace - buffer_time
    when deployment.stop_timestamp is not null then 'infinity'
    when avg_duration is null then 'infinity'
    else greatest(deployment.start_timestamp + avg_duration, now)
  end;
$$;
