-- Whether everything that has happened was as it must be: one row for each deployment and rule where it was not.
-- Called by the command line; reads the whole of deployments and events, and the policies.
create or replace function deploy_queue.verify_history() returns table (rule text, deployment_id bigint, problem text)
language plpgsql stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from deploy_queue._verify_events();
  return query select * from deploy_queue._verify_turns();
  return query select * from deploy_queue._verify_buffers();
  return query select * from deploy_queue._verify_schedules();
  return query select * from deploy_queue._verify_confirmations();
  return query select * from deploy_queue._verify_approvals();
  return query select * from deploy_queue._verify_promotions();
  return query select * from deploy_queue._verify_marks();
  return query select * from deploy_queue._verify_checks();
  return query select * from deploy_queue._verify_verifications();
  return query select * from deploy_queue._verify_line_holds();
end;
$$;

comment on function deploy_queue.verify_history() is
  'Reads all events and deployments and returns what contradicts the rules: two at once, overtaking, starts in buffers, outside their schedule, in a line that is stopped or without their confirmation, approvals, promotion or checks, finishes without the verification that was required, wake-ups out of turn, illegal states, events that are missing or too many. No row: all is well.';
