-- Deployments on hold, until somebody releases or purges them.
-- Read by "deploy-queue list staged", release and purge.
create or replace view deploy_queue.staged as
select
  deployments.id as deployment_id,
  deployments.environment,
  deployments.cloud_provider,
  deployments.region,
  deployments.cell_index,
  deployments.component,
  deployments.version,
  deployments.url,
  deployments.note,
  deployments.command,
  deployments.hold,
  deployments.heartbeat_timestamp is not null as somebody_waits,
  deployments.entered_by,
  deployments.created_at
from deploy_queue.deployments
where deployments.hold is not null
  and deployments.start_timestamp is null
  and deployments.finish_timestamp is null
  and deployments.cancellation_timestamp is null;

comment on view deploy_queue.staged is
  'Deployments on hold: outside the line or in their place in it, until somebody releases or purges them.';
comment on column deploy_queue.staged.command is 'What whoever releases it is to run; null: nothing.';
comment on column deploy_queue.staged.hold is 'outside (stands in no line) or in-line (keeps its place).';
comment on column deploy_queue.staged.somebody_waits is 'Whether a process waits for the release; otherwise whoever releases it goes on with it.';
