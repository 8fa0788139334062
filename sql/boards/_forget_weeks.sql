-- Forgets the figures of the weeks in which a deployment that comes as history started and ended.
-- Called by the trigger of every INSERT of an ended deployment, before it is there.
create or replace function deploy_queue._forget_weeks(deployment deploy_queue.deployments) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  delete from deploy_queue.summed_weeks
  where summed_weeks.week in (
    date_trunc('week', deployment.start_timestamp, 'UTC'),
    date_trunc('week', deployment.finish_timestamp, 'UTC'),
    date_trunc('week', deployment.cancellation_timestamp, 'UTC')
  );
end;
$$;
