-- Refuses a deployment that would pass others, unless an operator enters it.
-- Called by the enqueue trigger and by preflight, where it has a priority.
create or replace function deploy_queue._refuse_priority(candidate deploy_queue.deployments) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if candidate.priority > 0 and not deploy_queue._is_operator() then
    raise exception using
      errcode = 'QD028',
      message = format('%s cannot have priority %s: only an operator moves a deployment forward', deploy_queue._label(candidate),
        candidate.priority),
      hint = 'Enter the line without a priority and ask an operator for deploy_queue.bump().';
  end if;
end;
$$;
