-- The newest of those of a component and priority that wait or run in a cell: the highest sequence of the scope that entered last; without
-- sequences, what entered last. So there is one, however different scopes mix. Called by _obsolete.
create or replace function deploy_queue._newest(candidate deploy_queue.deployments) returns deploy_queue.deployments
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_newest deploy_queue.deployments;
begin
  with members as materialized (
    select live.deployment
    from deploy_queue._live_deployments as live
    where live.cell_id = candidate.cell_id
      and live.component = candidate.component
      and live.priority = candidate.priority
      and live.hold is distinct from 'outside'
      and num_nonnulls(live.rollback_of, live.joined_id) = 0
      and (live.reserved_until <= deploy_queue._now()) is not true
      -- What is too old itself takes no other one's turn.
      and (live.start_timestamp is not null or (deploy_queue._started_since(live.deployment)).deployment_id is null)
  )
  select (members.deployment).* into v_newest
  from members
  cross join (select (m.deployment).* from members as m order by (m.deployment).id desc limit 1) as last
  where (members.deployment).id = last.id
    or ((members.deployment).sequence is not null and last.sequence is not null
      and (members.deployment).sequence_scope is not distinct from last.sequence_scope)
  order by (members.deployment).sequence desc, (members.deployment).id desc
  limit 1;
  return v_newest;
end;
$$;
