-- Refuses the finish of a deployment that is to be verified and was not. What was started past the rules, and what runs in the hold of
-- another one, needs no verification. Called when a finish is recorded, where the policy requires one.
create or replace function deploy_queue._refuse_unverified(deployment deploy_queue.deployments) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if deployment.forced or deployment.joined_id is not null then
    return;
  end if;
  raise exception using
    errcode = 'QD058',
    message = format('%s cannot finish before it is verified', deploy_queue._label(deployment)),
    detail = format('%s requires the verification of each deployment.', deployment.environment),
    hint = format('See that what it deployed works, then call deploy_queue.finish(%s, verified => true).', deployment.id);
end;
$$;
