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
  deployments.created_at,
  deployments.not_before,
  deployments.not_after
from deploy_queue.deployments
where deployments.hold is not null
  and deployments.start_timestamp is null
  and deployments.finish_timestamp is null
  and deployments.cancellation_timestamp is null;

comment on view deploy_queue.staged is
  'Deployments on hold: outside the line or in their place in it, until somebody releases or purges them.';
comment on column deploy_queue.staged.deployment_id is 'Id of the deployment.';
comment on column deploy_queue.staged.environment is 'Name of the environment, such as prod.';
comment on column deploy_queue.staged.cloud_provider is 'Cloud provider, such as aws.';
comment on column deploy_queue.staged.region is 'Region, such as us-west-2.';
comment on column deploy_queue.staged.cell_index is 'Index of the cell in its region.';
comment on column deploy_queue.staged.component is 'What is to be deployed.';
comment on column deploy_queue.staged.version is 'Which version of it; null when it was not said.';
comment on column deploy_queue.staged.url is 'Page of the job or person who deploys.';
comment on column deploy_queue.staged.note is 'Free text for people.';
comment on column deploy_queue.staged.command is 'What whoever releases it is to run: program and arguments; null: nothing.';
comment on column deploy_queue.staged.hold is 'outside (it stands in no line) or in-line (it keeps its place).';
comment on column deploy_queue.staged.somebody_waits is
  'Whether a process waits for the release; otherwise whoever releases it goes on with it.';
comment on column deploy_queue.staged.entered_by is 'The database role that entered it.';
comment on column deploy_queue.staged.created_at is 'Since when it is on hold.';
comment on column deploy_queue.staged.not_before is 'It does not start before this moment.';
comment on column deploy_queue.staged.not_after is 'It is cancelled when it has not started by this moment.';
