-- The waiting deployments with a sequence, each at the place where it stands: the first of a component at the first of their places, and so
-- on. _queued has them where they entered. Read by what asks for the order of a line.
create or replace view deploy_queue._sequenced as
select line.cell_id, placed.deployment
from deploy_queue.component_lines as line
cross join lateral unnest(line.deployment_ids, line.places) as member (id, place)
cross join lateral (
  select deploy_queue._placed(deployments, member.place) as deployment
  from deploy_queue.deployments
  where deployments.id = member.id
  offset 0
) as placed;

comment on view deploy_queue._sequenced is 'Private: waiting deployments with a sequence, where they stand.';
