-- The slot of a deployment that starts: that of those with which it shares one, else the first that is free of running and buffering ones.
-- Called by the triggers that start deployments, under the lock of the cell.
create or replace function deploy_queue._draw_slot(deployment deploy_queue.deployments, policy deploy_queue.policies) returns integer
language plpgsql stable
-- Only functions with a search_path of their own call it: setting it once more costs as much as a short function.
as $$
declare
  v_shared integer;
  v_taken integer[];
  v_slot integer := 1;
begin
  if policy.slots = 1 and deployment.joined_id is null and not deployment.forced then
    -- Without a key it starts because nothing runs there. With one, it shares the slot of what does.
    if deployment.concurrency_key is null then
      return 1;
    end if;
    if not exists (select from deploy_queue._running as running where running.cell_id = deployment.cell_id) then
      return 1;
    end if;
  end if;

  select min(running.slot) filter (where deploy_queue._exclusion_key(running.deployment) = deploy_queue._exclusion_key(_draw_slot.deployment)),
    array_agg(running.slot)
  into v_shared, v_taken
  from deploy_queue._running as running
  where running.cell_id = deployment.cell_id;
  if v_shared is null and policy.slots > 1 then
    select min(finished.slot) filter (where deploy_queue._exclusion_key(finished) = deploy_queue._exclusion_key(_draw_slot.deployment)),
      v_taken || array_agg(finished.slot)
    into v_shared, v_taken
    from deploy_queue.deployments as finished
    where finished.cell_id = deployment.cell_id
      and finished.finish_timestamp > policy.as_of - policy.longest_buffer
      and finished.id is distinct from deployment.rollback_of
      and finished.finish_timestamp > policy.as_of - deploy_queue._buffer_of(finished, policy)
      and finished.finish_timestamp < policy.as_of + deploy_queue._buffer_of(finished, policy);
  end if;
  if v_shared is not null then
    return v_shared;
  end if;
  while v_slot = any (v_taken) loop
    v_slot := v_slot + 1;
  end loop;
  return v_slot;
end;
$$;
