-- The newest of those of a component and priority that wait or run in a cell: the highest sequence of the scope that entered last; without
-- sequences, what entered last. So there is one, however different scopes mix. entering: one that is not in the line yet, and has no id.
-- Called by _obsolete.
create or replace function deploy_queue._newest(
  candidate deploy_queue.deployments,
  entering deploy_queue.deployments
) returns deploy_queue.deployments
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_newest deploy_queue.deployments;
begin
  with members as materialized (
    select present.deployment
    from (
      select live.deployment
      from deploy_queue._live_deployments as live
      where live.cell_id = candidate.cell_id and live.component = candidate.component
      union all
      select entering
      where entering.id is null and entering.cell_id = candidate.cell_id and entering.component = candidate.component
    ) as present
    where (present.deployment).priority = candidate.priority
      and (present.deployment).hold is distinct from 'outside'
      and num_nonnulls((present.deployment).rollback_of, (present.deployment).joined_id) = 0
      and ((present.deployment).reserved_until <= deploy_queue._now()) is not true
      -- What is too old itself takes no other one's turn.
      and ((present.deployment).start_timestamp is not null or (deploy_queue._started_since(present.deployment)).deployment_id is null)
  )
  select (members.deployment).* into v_newest
  from members
  cross join (select (m.deployment).* from members as m order by (m.deployment).id desc nulls first limit 1) as last
  where (members.deployment).id is not distinct from last.id
    or ((members.deployment).sequence is not null and last.sequence is not null
      and (members.deployment).sequence_scope is not distinct from last.sequence_scope)
  order by (members.deployment).sequence desc, (members.deployment).id desc nulls first
  limit 1;
  return v_newest;
end;
$$;
