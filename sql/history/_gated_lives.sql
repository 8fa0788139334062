-- Deployments that started by the rule, and what these policies demanded of them then. Those that started in the minute after a change are left
-- out, since the change may have been committed after the start; rollbacks, also when it changed while they waited. What joined a holder of the
-- same component, version and artifact is left out: it is that holder's work. Called by the checks of verify_history.
create or replace function deploy_queue._gated_lives(policies text[]) returns table (life deploy_queue._lives, demands jsonb)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  with changes as materialized (select * from deploy_queue._policy_changes(_gated_lives.policies))
  select lives, (
    select jsonb_object_agg(wanted.policy, coalesce(
      (
        select changes.was from changes
        where changes.policy = wanted.policy and changes.environment = lives.environment
          and changes.component = (lives.deployments).component and changes.occurred_at > lives.start_timestamp
        order by changes.id
        limit 1
      ),
      (
        select changes.was from changes
        where changes.policy = wanted.policy and changes.environment = lives.environment
          and changes.component is null and changes.occurred_at > lives.start_timestamp
        order by changes.id
        limit 1
      )
    ))
    from unnest(_gated_lives.policies) as wanted (policy)
  )
  from deploy_queue._lives as lives
  left join deploy_queue.deployments as holder on holder.id = lives.joined_id
  where lives.started is not null
    and not lives.forced
    and (lives.joined_id is null or holder.id is not null and (holder.component, holder.version, holder.artifact)
      is distinct from ((lives.deployments).component, (lives.deployments).version, (lives.deployments).artifact))
    and not exists (
      select from changes
      where changes.environment = lives.environment
        and coalesce(changes.component, (lives.deployments).component) = (lives.deployments).component
        and changes.occurred_at <= lives.start_timestamp
        and changes.occurred_at >= interval '-1 minute' + case
          when (lives.deployments).rollback_of is null then lives.start_timestamp else (lives.deployments).created_at
        end
    );
end;
$$;
