-- Refuses a keeper whose deployment another process has taken over with the same idempotency key.
-- Called by what a keeper calls with its own name.
create or replace function deploy_queue._refuse_other_keeper(deployment deploy_queue.deployments) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  raise exception using
    errcode = 'QD034',
    message = format('%s has another keeper: a process with the same idempotency key has taken it over', deploy_queue._label(deployment)),
    hint = 'End this process; the other one goes on.';
end;
$$;
