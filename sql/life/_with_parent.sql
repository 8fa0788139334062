-- A deployment that is a part of another one's work, with what follows from that. It is refused where an ancestor holds the cell, since
-- it would wait for itself, unless it runs in the hold of that ancestor. A parent that is not known here is that of another queue.
-- Called by the enqueue trigger, under the lock of the cell.
create or replace function deploy_queue._with_parent(candidate deploy_queue.deployments) returns deploy_queue.deployments
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_holder deploy_queue.deployments;
begin
  with recursive ancestors as (
    select deployments.* from deploy_queue.deployments where deployments.id = candidate.parent_id
    union
    select deployments.* from ancestors join deploy_queue.deployments on deployments.id = ancestors.parent_id
  )
  select ancestors.* into v_holder
  from ancestors
  where ancestors.cell_id = candidate.cell_id
    and ancestors.start_timestamp is not null
    and ancestors.finish_timestamp is null
    and ancestors.cancellation_timestamp is null
  order by ancestors.id desc
  limit 1;

  if candidate.joined_id is null then
    -- Where there are more slots than one, it may have another one.
    if v_holder.id is not null and (v_holder.concurrency_key = candidate.concurrency_key) is not true
      and deploy_queue._slots(candidate.cell_id) = 1
    then
      raise exception using
        errcode = 'QD035',
        message = format('%s would wait for itself: it is a part of %s, which holds the cell until this has ended',
          deploy_queue._label(candidate), deploy_queue._label(v_holder)),
        hint = 'Let it run in the hold of that one: join_parent => true.';
    end if;
  else
    perform deploy_queue._require_hold(candidate, v_holder);
    candidate.joined_id := coalesce(v_holder.joined_id, v_holder.id);
    candidate.concurrency_key := v_holder.concurrency_key;
  end if;

  if not exists (select from deploy_queue.deployments where deployments.id = candidate.parent_id) then
    candidate.parent_id := null;
  end if;
  return candidate;
end;
$$;
