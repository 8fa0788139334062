-- The waiting deployments: their positions, their blockers and their predicted starts.
-- Read by the command line, boards and people.
create or replace view deploy_queue.queue as
select
  (line.deployment).id as deployment_id,
  (line.deployment).environment,
  (line.deployment).cloud_provider,
  (line.deployment).region,
  (line.deployment).cell_index,
  (line.deployment).component,
  (line.deployment).version,
  (line.deployment).url,
  (line.deployment).note,
  (line.deployment).concurrency_key,
  (line.deployment).created_at,
  (line.forecast)."position",
  (line.forecast).predicted_start,
  (line.forecast).overdue,
  (line.forecast).blocker_count,
  (line.forecast).blockers,
  (line.forecast).as_of,
  (line.deployment).priority,
  (line.deployment).hold,
  line.overtaken,
  (line.deployment).actor,
  (line.forecast).idle_since,
  (line.deployment).sequence,
  (line.deployment).reserved_until,
  (line.forecast).slots,
  (line.forecast).component_slots
from deploy_queue._line(null, null) as line;

comment on view deploy_queue.queue is
  'Every queued deployment with its position, its blockers and its predicted start (null: unknown).';
comment on column deploy_queue.queue.idle_since is 'Since when it may start and does not, once that is a minute and no keeper sends heartbeats for it.';
comment on column deploy_queue.queue."position" is '1 is next.';
comment on column deploy_queue.queue.predicted_start is 'When it will likely start if all ahead take as long as usual; null: unknown.';
comment on column deploy_queue.queue.overdue is 'Whether a blocker takes longer than usual.';
comment on column deploy_queue.queue.blocker_count is 'How many it waits for.';
comment on column deploy_queue.queue.blockers is 'The first ten of them, as JSON: deployment_id, kind, component, version, url, note, actor, since, usual_seconds, until, silent_since, reaped_at, stopped_by, unkept_since, priority, priority_reason, hold, slot, sequence, reserved_until; what is no deployment has kind, text and until.';
comment on column deploy_queue.queue.as_of is 'The moment that all this describes.';
comment on column deploy_queue.queue.hold is 'in-line: it keeps its place until it is released, and those behind it wait.';
comment on column deploy_queue.queue.reserved_until is 'Until then it keeps its place without being ready; null: it was not reserved, or was redeemed.';
comment on column deploy_queue.queue.slots is 'How many slots its cell has.';
comment on column deploy_queue.queue.component_slots is 'How many of them its component may take, where it waits for one of those; null otherwise.';
comment on column deploy_queue.queue.overtaken is 'How many that entered the line later have started before it.';
