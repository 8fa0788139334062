-- Refuses a row with a flaw, as a constraint of that name would. Strict: without a flaw it is not called.
-- Called by the constraint of deployments and the trigger of events.
create or replace function deploy_queue._refuse_flaw(flaw text) returns boolean
language plpgsql immutable strict
set search_path = pg_catalog, pg_temp
as $$
begin
  raise check_violation using constraint = _refuse_flaw.flaw, message = replace(_refuse_flaw.flaw, '_', ' ');
end;
$$;
