-- Leaves an event of a start past the rules, with what it has passed, and wakes the process that waits for it, which is not the one that has
-- started it. Called when a deployment starts.
create or replace function deploy_queue._record_passing(was deploy_queue.deployments, becomes deploy_queue.deployments) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_passed deploy_queue.reason[] := '{}';
begin
  -- What was written after the fact has passed nothing.
  if was.id is not null then
    v_passed := deploy_queue._waiting_on(was, 10);
    perform deploy_queue._tell_waiter(becomes);
  end if;
  insert into deploy_queue.deployment_events (deployment_id, occurred_at, kind, reason, detail)
  values (
    becomes.id, becomes.updated_at, 'bypassed',
    left(concat_ws('; passed: ', deploy_queue._bypass_reason(), nullif(deploy_queue._reasons_text(v_passed), '')), 4000),
    case when v_passed <> '{}' then jsonb_build_object('passed', to_jsonb(v_passed)) end
  );
end;
$$;
