-- Changes a deployment as a program of the predecessor asks, and returns it; null when there was nothing to change. What the program has
-- not changed is left to what it is now: the program read it before.
-- Called by the trigger of the old names.
create or replace function deploy_queue._write_old(was deploy_queue.deployments, becomes deploy_queue.deployments)
returns deploy_queue.deployments
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_row deploy_queue.deployments;
begin
  if becomes.id is distinct from was.id then
    perform deploy_queue._refuse_change(deploy_queue._deployment(was.id), 'id');
  end if;

  update deploy_queue.deployments
  set environment = becomes.environment,
    cloud_provider = becomes.cloud_provider,
    region = becomes.region,
    cell_index = becomes.cell_index,
    component = becomes.component,
    version = becomes.version,
    url = becomes.url,
    note = becomes.note,
    concurrency_key = becomes.concurrency_key,
    created_at = becomes.created_at,
    start_timestamp = case
      when becomes.start_timestamp is distinct from was.start_timestamp then becomes.start_timestamp else deployments.start_timestamp
    end,
    finish_timestamp = case
      when becomes.finish_timestamp is distinct from was.finish_timestamp then becomes.finish_timestamp else deployments.finish_timestamp
    end,
    cancellation_timestamp = case
      when becomes.cancellation_timestamp is distinct from was.cancellation_timestamp then becomes.cancellation_timestamp
      else deployments.cancellation_timestamp
    end,
    cancellation_note = case
      when becomes.cancellation_note is distinct from was.cancellation_note then deploy_queue._one_line(becomes.cancellation_note)
      else deployments.cancellation_note
    end,
    heartbeat_timestamp = case
      when becomes.heartbeat_timestamp is distinct from was.heartbeat_timestamp then becomes.heartbeat_timestamp
      else deployments.heartbeat_timestamp
    end
  where deployments.id = was.id
    -- Of several waiters that cancel one without heartbeats, those that come too late would end with an error.
    and not (
      was.cancellation_timestamp is null and becomes.cancellation_timestamp is not null
      and deployments.cancellation_timestamp is not null
    )
  returning deployments.* into v_row;

  -- The heartbeats of a waiter are its looks: it reaps the dead that it waits for. After its own row: the rows of others are only tried.
  if becomes.heartbeat_timestamp is distinct from was.heartbeat_timestamp and v_row.start_timestamp is null then
    perform deploy_queue._reap(array(
      select (found.blocker).id from deploy_queue._blockers(v_row, deploy_queue._policy(v_row.environment, v_row.cell_id), 100) as found
    ));
  end if;
  return v_row;
end;
$$;
