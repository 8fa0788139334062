-- Transitions that came after an event, in the order of their numbers: what the channel of transitions has told meanwhile.
-- Called by those who followed, and missed some.
create or replace function deploy_queue.transitions(known_event bigint, only_environment text default null, at_most integer default 1000)
returns table (
  event_id bigint,
  deployment_id bigint,
  status deploy_queue.deployment_status,
  environment text,
  cloud_provider text,
  region text,
  cell_index integer
)
language plpgsql stable
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
  return query
  select later.id, later.deployment_id, later.to_state, deployments.environment, deployments.cloud_provider, deployments.region,
    deployments.cell_index
  from deploy_queue.deployment_events as later
  join deploy_queue.deployments on deployments.id = later.deployment_id
  where later.id > transitions.known_event
    and later.to_state is distinct from later.from_state
    and later.to_state is not null
    and (deployments.environment = transitions.only_environment) is not false
  order by later.id
  limit least(transitions.at_most, 1000);
end;
$$;

comment on function deploy_queue.transitions(bigint, text, integer) is
  'Transitions that came after an event, at most 1,000, with the fields of the channel deploy_queue_transitions. only_environment: null is all.';
