-- The state in the words of the predecessor, which knows fewer.
-- Called by the views that an adoption leaves under the old names.
create or replace function deploy_queue._old_status(status deploy_queue.deployment_status) returns text
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return case
    when _old_status.status in ('held', 'reserved') then 'queued'
    when _old_status.status in ('stopping', 'verifying') then 'running'
    when _old_status.status in ('failed', 'rejected') then 'cancelled'
    else _old_status.status::text
  end;
end;
$$;
