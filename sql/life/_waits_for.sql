-- What a live deployment waits for, as far as a search for a circle has to look: a running one for the parts of its work; a queued one
-- for what runs, for the one that is sought, and for the last two ahead of it with different keys, which wait for all the others.
-- Called by _circle.
create or replace function deploy_queue._waits_for(deployment deploy_queue.deployments, sought bigint) returns setof bigint
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if deployment.start_timestamp is not null then
    return query
    select parts.id
    from deploy_queue.deployments as parts
    where parts.parent_id = deployment.id
      and parts.finish_timestamp is null
      and parts.cancellation_timestamp is null;
    return;
  end if;

  -- Of several slots, it waits for any: none of those that hold them is the one that must end first.
  if deploy_queue._slots(deployment.cell_id) > 1 then
    return;
  end if;

  return query
  with blockers as materialized (
    select (found.blocker).id, found.kind = 'queued' as is_ahead,
      (found.blocker).priority, coalesce((found.blocker).place, (found.blocker).id) as place,
      deploy_queue._exclusion_key(found.blocker) as exclusion_key
    from deploy_queue._blockers(deployment, deploy_queue._policy(deployment.environment, deployment.cell_id), null) as found
    where found.kind <> 'buffer'
  )
  select blockers.id from blockers where not blockers.is_ahead or blockers.id = _waits_for.sought
  union
  (
    select last_of_key.id
    from (
      select distinct on (blockers.exclusion_key) blockers.*
      from blockers
      where blockers.is_ahead
      order by blockers.exclusion_key, blockers.priority, blockers.place desc
    ) as last_of_key
    order by last_of_key.priority, last_of_key.place desc
    limit 2
  );
end;
$$;
