-- The targets that agents serve. Read by the command line and people.
create or replace view deploy_queue.known_targets as
select
  targets.target,
  targets.environment,
  targets.cloud_provider,
  targets.region,
  targets.cell_index,
  targets.component,
  targets.directories,
  targets.refs,
  targets.owner,
  serving.agents,
  serving.seen_at,
  serving.each_agent
from deploy_queue.targets
cross join lateral (
  select coalesce(array_agg(agents.agent order by agents.agent) filter (where deploy_queue._is_there(agents)), '{}') as agents, max(agents.seen_at) as seen_at,
    coalesce(jsonb_agg(jsonb_build_object(
      'agent', agents.agent, 'seen_at', agents.seen_at, 'is_there', deploy_queue._is_there(agents), 'differs', array(
        select stated.key
        from jsonb_each(agent_targets.stated) as stated
        where stated.value <> to_jsonb(targets) -> stated.key
        order by 1
      )
    ) order by agents.agent), '[]') as each_agent
  from deploy_queue.agent_targets
  join deploy_queue.agents on agents.id = agent_targets.agent_id
  where agent_targets.target = targets.target
) as serving;

comment on view deploy_queue.known_targets is 'The targets that agents serve: where the commands of submit() run.';
comment on column deploy_queue.known_targets.target is 'Its name.';
comment on column deploy_queue.known_targets.directories is 'Where its commands may run: these, and what is below them.';
comment on column deploy_queue.known_targets.refs is 'Patterns of the branches and tags that it takes; empty: all.';
comment on column deploy_queue.known_targets.owner is 'The principal of its agents.';
comment on column deploy_queue.known_targets.agents is 'Those of its agents that are there.';
comment on column deploy_queue.known_targets.seen_at is 'When the last one was there.';
comment on column deploy_queue.known_targets.each_agent is
  'All that have named it in the last day: agent, seen_at, is_there, and differs: the columns about which its file says something else.';
