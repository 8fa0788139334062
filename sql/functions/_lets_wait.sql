-- Whether a queued deployment lets another one with another key wait: it stands ahead and does not let it pass.
-- Called by the wake-ups; the rule says the same in a form that the index serves.
create or replace function deploy_queue._lets_wait(
  one deploy_queue.deployments,
  other deploy_queue.deployments
) returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (- one.priority, coalesce(one.place, one.id)) < (- other.priority, coalesce(other.place, other.id))
    and one.hold is distinct from 'outside'
    and (one.not_before > deploy_queue._now()) is not true
    and not deploy_queue._overtakes(other, one);
end;
$$;
