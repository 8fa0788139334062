-- The moments at which it must have been the turn of a deployment, or known when it would be: those of its start and of its
-- wake-ups. Read by the checks of verify_history.
create or replace view deploy_queue._turns as
select _lives.*, events.id as number, events.kind, events.occurred_at,
  case events.kind when 'started' then 'started' else 'was woken' end as did
from deploy_queue._lives
join deploy_queue.deployment_events as events
  on events.deployment_id = _lives.id and events.kind in ('started', 'woken');

comment on view deploy_queue._turns is 'Starts and wake-ups of deployments, each with the number of its event.';
