-- Sorts the deployments of each component anew that stand in these lines, at the places that it holds there: its ordering may be another one.
-- Called when a policy has changed, under the locks of the cells.
create or replace function deploy_queue._sort_anew(cell_ids integer[]) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  update deploy_queue.component_lines as line
  set deployment_ids = sorted.ids, ranks = sorted.ranks
  from (
    select former.cell_id, former.component, former.sequence_scope, former.priority,
      array_agg(member.id order by member.rank, member.id) as ids, array_agg(member.rank order by member.rank, member.id) as ranks
    from deploy_queue.component_lines as former
    cross join lateral (
      select deployments.id, deploy_queue._rank(deployments) as rank
      from deploy_queue.deployments where deployments.id = any (former.deployment_ids)
    ) as member
    where former.cell_id = any (_sort_anew.cell_ids)
    group by former.cell_id, former.component, former.sequence_scope, former.priority
  ) as sorted
  where line.cell_id = sorted.cell_id and line.component = sorted.component
    and line.sequence_scope = sorted.sequence_scope and line.priority = sorted.priority
    and line.ranks <> sorted.ranks;
end;
$$;
