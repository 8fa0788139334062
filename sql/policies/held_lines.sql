-- Cells whose line is stopped until release_line().
-- Read by the command line and boards.
create or replace view deploy_queue.held_lines as
select
  cells.environment,
  cells.cloud_provider,
  cells.region,
  cells.cell_index,
  held.deployment_id,
  held.reason,
  held.actor,
  held.held_at
from deploy_queue.line_holds as held
join deploy_queue.cells on cells.id = held.cell_id;

comment on view deploy_queue.held_lines is 'Cells whose line is stopped until release_line(), by hand or after a failure.';
comment on column deploy_queue.held_lines.deployment_id is 'What has failed: what rolls it back may start. Null: nothing may.';
comment on column deploy_queue.held_lines.reason is 'Shown to those who wait for its end.';
comment on column deploy_queue.held_lines.actor is 'Who stopped it, or who has told of the failure.';
comment on column deploy_queue.held_lines.held_at is 'Since when.';
