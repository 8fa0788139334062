-- Refuses a change of what a deployment is or of what has happened.
-- Called by the guard and the trigger of what never changes.
create or replace function deploy_queue._refuse_change(deployment deploy_queue.deployments, columns text) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  raise exception using
    errcode = 'QD007',
    message = format('%s cannot change its %s', deploy_queue._label(deployment), _refuse_change.columns),
    hint = 'Cancel it and enter the line with a new deployment.';
end;
$$;
