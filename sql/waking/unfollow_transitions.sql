-- Ends what follow_transitions began. The end of the session does too.
-- Called by clients that use their connection for something else afterwards.
create or replace function deploy_queue.unfollow_transitions() returns void
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  unlisten deploy_queue_transitions;
  perform pg_advisory_unlock_shared(25713, -1);
end;
$$;

comment on function deploy_queue.unfollow_transitions() is
  'Ends what follow_transitions() began in this session.';
