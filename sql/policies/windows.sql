-- Maintenance windows, and when each is or will be open.
-- Read by the command line and boards.
create or replace view deploy_queue.windows as
select
  policy.id as window_id,
  policy.environment,
  policy.days,
  policy.opens_at,
  policy.closes_at,
  policy.zone,
  next_opening.opens as opens,
  next_opening.closes as closes
from (select deploy_queue._now() as now) as clock
cross join deploy_queue.maintenance_windows as policy
left join lateral (
  select opening.opens, opening.closes
  from deploy_queue._openings(policy.environment) as opening
  where opening.window_id = policy.id and opening.closes > clock.now
  order by opening.opens
  limit 1
) as next_opening on true;

comment on view deploy_queue.windows is 'Maintenance windows: deployments of an environment that has some start in these only.';
comment on column deploy_queue.windows.window_id is 'Number of the window.';
comment on column deploy_queue.windows.opens is 'Since when it is open, or when it opens next.';
comment on column deploy_queue.windows.closes is 'When it closes then.';
