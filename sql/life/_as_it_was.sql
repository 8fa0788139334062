-- A changed deployment, with each timestamp that is the old one without its microseconds as it was: programs that save whole rows may
-- keep no more of it. Two heartbeats may lie within a millisecond, and both have microseconds. Called by the triggers that compare a deployment with what it was.
create or replace function deploy_queue._as_it_was(was deploy_queue.deployments, becomes deploy_queue.deployments)
returns deploy_queue.deployments
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  becomes.created_at := deploy_queue._unless_same(was.created_at, becomes.created_at);
  becomes.updated_at := deploy_queue._unless_same(was.updated_at, becomes.updated_at);
  becomes.start_timestamp := deploy_queue._unless_same(was.start_timestamp, becomes.start_timestamp);
  becomes.finish_timestamp := deploy_queue._unless_same(was.finish_timestamp, becomes.finish_timestamp);
  becomes.cancellation_timestamp := deploy_queue._unless_same(was.cancellation_timestamp, becomes.cancellation_timestamp);
  becomes.heartbeat_timestamp := deploy_queue._unless_same(was.heartbeat_timestamp, becomes.heartbeat_timestamp);
  becomes.alive_until := deploy_queue._unless_same(was.alive_until, becomes.alive_until);
  becomes.stop_timestamp := deploy_queue._unless_same(was.stop_timestamp, becomes.stop_timestamp);
  becomes.not_before := deploy_queue._unless_same(was.not_before, becomes.not_before);
  becomes.not_after := deploy_queue._unless_same(was.not_after, becomes.not_after);
  becomes.verifying_since := deploy_queue._unless_same(was.verifying_since, becomes.verifying_since);
  becomes.verified_at := deploy_queue._unless_same(was.verified_at, becomes.verified_at);
  -- Some programs write 24 hours as a day.
  becomes.max_duration := deploy_queue._in_seconds(becomes.max_duration);
  return becomes;
end;
$$;
