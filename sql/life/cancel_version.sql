-- Cancels whatever is queued or running of one version of a component, in every cell.
-- Called by clients, to pull a bad release back.
create or replace function deploy_queue.cancel_version(
  component text,
  version text,
  cancellation_note text default null
) returns setof deploy_queue.deployments
language sql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
  select cancelled.*
  from deploy_queue._cancel_each(
    array(
      select live.id
      from deploy_queue._live_deployments as live
      where live.component = $1
        and live.version = $2
    ),
    $3
  ) as cancelled;
$$;

comment on function deploy_queue.cancel_version(text, text, text) is
  'Cancels every queued or running deployment of this version of the component and returns them.';
