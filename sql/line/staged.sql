-- Deployments on hold, until they are released or purged.
-- Read by the command line, release and purge.
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
  deployments.heartbeat_timestamp is not null as process_waits,
  deployments.entered_by,
  deployments.created_at,
  deployments.not_before,
  deployments.not_after,
  deployments.entered_by is not distinct from deploy_queue._principal() as is_own,
  deployments.actor,
  (select work.target from deploy_queue.work where work.deployment_id = deployments.id) as target
from deploy_queue._queued as deployments
-- What is reserved waits for its build, not for a release.
where deployments.hold is not null and deployments.reserved_until is null;

comment on view deploy_queue.staged is
  'Deployments on hold: outside the line or in their place in it, until they are released or purged.';
comment on column deploy_queue.staged.command is 'The command that its release runs: program and arguments; null: none.';
comment on column deploy_queue.staged.hold is 'outside (it stands in no line) or in-line (it keeps its place).';
comment on column deploy_queue.staged.process_waits is
  'Whether a process waits for the release; otherwise the process that releases it goes on with it.';
comment on column deploy_queue.staged.created_at is 'Since when it is on hold.';
comment on column deploy_queue.staged.is_own is 'Whether the role that reads this has entered it.';
comment on column deploy_queue.staged.target is 'Whose agents run the command; null: the process that releases it does.';
