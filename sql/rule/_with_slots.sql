-- The policy of an environment in a cell that has a number of slots of its own.
-- Called by what asks for many cells.
create or replace function deploy_queue._with_slots(policy deploy_queue.policies, slots integer) returns deploy_queue.policies
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  policy.slots := coalesce(_with_slots.slots, policy.slots);
  return policy;
end;
$$;
