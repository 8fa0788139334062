-- The error of whoever writes a row with a flaw, which reads like a constraint of that name. Strict: no flaw, no call.
-- Called by the constraints of deployments and of events.
create or replace function deploy_queue._refuse_flaw(flaw text) returns boolean
language plpgsql immutable strict
set search_path = pg_catalog, pg_temp
as $$
begin
  raise check_violation using constraint = _refuse_flaw.flaw, message = replace(_refuse_flaw.flaw, '_', ' ');
end;
$$;
