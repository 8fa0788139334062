-- Since when a deployment runs without a keeper, once that is longer than usual, or than the policy allows: it never ends by
-- itself. Null before that, and for all others. unkept_after: null where a maximum duration ends it.
-- Called by what tells those who wait for its end, and by the views of what runs.
create or replace function deploy_queue._unkept_since(
  deployment deploy_queue.deployments,
  usual_duration interval,
  unkept_after interval,
  now timestamptz
) returns timestamptz
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return case
    when deployment.alive_until is null
      and num_nonnulls(deployment.finish_timestamp, deployment.cancellation_timestamp, deployment.max_duration) = 0
      and _unkept_since.unkept_after is not null
      and deployment.start_timestamp < _unkept_since.now - least(_unkept_since.unkept_after, _unkept_since.usual_duration)
    then deployment.start_timestamp
  end;
end;
$$;
