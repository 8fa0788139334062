-- What this process, by the name that it has drawn for itself, was rejected with last in a cell, in the last hour.
-- Called at the entry: a process that lost its answer asks again, and is rejected once.
create or replace function deploy_queue._rejected_before(cell_id integer, keeper text) returns deploy_queue.deployments
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select rejected
    from deploy_queue.deployments as rejected
    where rejected.cell_id = _rejected_before.cell_id
      and rejected.cancellation_timestamp > deploy_queue._now() - interval '1 hour'
      and rejected.cancellation_kind = 'rejected'
      and rejected.keeper = _rejected_before.keeper
      and rejected.entered_by = deploy_queue._principal()
    order by rejected.id desc
    limit 1
  );
end;
$$;
