-- Deployments that wait for approvals: how many are missing, and whether the reader may give one.
-- Read by the command line and by people.
create or replace view deploy_queue.wanted_approvals as
select
  queued.id as deployment_id,
  queued.environment,
  queued.cloud_provider,
  queued.region,
  queued.cell_index,
  queued.component,
  queued.version,
  queued.artifact,
  queued.url,
  queued.note,
  queued.entered_by,
  queued.actor,
  queued.created_at,
  wanted.approvals,
  wanted.approvers,
  wanted.given_by,
  wanted.is_mine
from deploy_queue._queued as queued
cross join lateral deploy_queue._missing_approvals(queued.deployment) as wanted;

comment on view deploy_queue.wanted_approvals is 'Deployments that wait for approvals, whether their turn has come or not.';
comment on column deploy_queue.wanted_approvals.created_at is 'Since when it waits.';
comment on column deploy_queue.wanted_approvals.approvals is 'How many it needs.';
comment on column deploy_queue.wanted_approvals.approvers is 'The role whose members may approve it.';
comment on column deploy_queue.wanted_approvals.given_by is 'Who approved what it is now.';
comment on column deploy_queue.wanted_approvals.is_mine is 'Whether the reader may approve it, and has not yet.';
