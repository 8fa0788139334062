-- Refuses a keeper whose deployment another process has taken over, or whose number another deployment has got in a fail-over.
-- Called by what a keeper calls with its own name.
create or replace function deploy_queue._refuse_other_keeper(deployment deploy_queue.deployments) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  raise exception using
    errcode = 'QD034',
    message = format('%s has %s keeper: a process with the same idempotency key has taken it over, or a fail-over has lost yours and its number was given again',
      deploy_queue._label(deployment), case when deployment.keeper is null then 'no' else 'another' end),
    hint = 'End this process; the other one goes on.';
end;
$$;
