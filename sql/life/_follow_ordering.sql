-- What follows for the others of its component when a deployment has entered the line, moved in it or started: its place among them, the
-- end of those that are not to run any more, and of reservations that are over. Called when its event was recorded, under the lock of the cell.
create or replace function deploy_queue._follow_ordering(was deploy_queue.deployments, becomes deploy_queue.deployments) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_starts boolean := becomes.start_timestamp is not null and was.start_timestamp is null;
begin
  if v_starts then
    if exists (
      select from deploy_queue.deployments as reserved
      where reserved.cell_id = becomes.cell_id and reserved.reserved_until <= deploy_queue._now()
        and reserved.cancellation_timestamp is null
    ) then
      perform deploy_queue._reap(array(
        select reserved.id from deploy_queue.deployments as reserved
        where reserved.cell_id = becomes.cell_id and reserved.reserved_until <= deploy_queue._now()
          and reserved.cancellation_timestamp is null
      ));
    end if;
    if was.id is not null and num_nonnulls(becomes.sequence, becomes.rollback_of) = 0 then
      return;
    end if;
    if becomes.rollback_of is not null then
      -- What has started since the rollback is no step back.
      delete from deploy_queue.started_sequences as started
      using deploy_queue.deployments as undone
      where undone.id = becomes.rollback_of and started.cell_id = becomes.cell_id and started.component = becomes.component
        and started.sequence_scope = coalesce(undone.sequence_scope, '');
    end if;
    if was.id is null and becomes.sequence is not null then
      -- The others move back behind it, as if it had waited for a moment.
      becomes.place := null;
      perform deploy_queue._sort_in(becomes);
    end if;
    insert into deploy_queue.started_sequences as started (cell_id, component, sequence_scope, sequence, deployment_id, started_at)
    select becomes.cell_id, becomes.component, coalesce(becomes.sequence_scope, ''), becomes.sequence, becomes.id, becomes.start_timestamp
    where becomes.sequence is not null
    on conflict on constraint started_sequences_pkey do update
    set sequence = excluded.sequence, deployment_id = excluded.deployment_id, started_at = excluded.started_at
    -- To go back is the one way to a lower one.
    where excluded.sequence >= started.sequence or becomes.rollback_of is not null;
  elsif becomes.start_timestamp is null and becomes.hold is distinct from 'outside' then
    if becomes.sequence is not null then
      perform deploy_queue._sort_in(becomes);
    end if;
  else
    return;
  end if;

  if exists (
    select from deploy_queue._demands(becomes.environment, becomes.component) as demands
    where demands.ordering <> 'sequential' or demands.refuse_outdated
  ) then
    perform deploy_queue._drop_obsolete(becomes.cell_id, becomes.component);
  end if;
end;
$$;
