-- Whether the caller may change deployments and policies of an environment.
-- Called by the reaper and by pruning, which leave out what it may not change.
create or replace function deploy_queue._may_change(environment text) returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (_may_change.environment = any ((deploy_queue._caller()).environments)) is not false;
end;
$$;
