-- Cancels the waiting deployments of a component that are not to run any more. Locked rows are skipped: the rule lets nothing wait for them,
-- and they are cancelled by their next look. Called when one of the component has entered the line or has started.
create or replace function deploy_queue._drop_obsolete(cell_id integer, component text) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ids bigint[];
begin
  v_ids := array(
    select waiting.id
    from deploy_queue.deployments as waiting
    where waiting.id = any (array(
        select queued.id from deploy_queue._queued as queued
        where queued.cell_id = _drop_obsolete.cell_id and queued.component = _drop_obsolete.component
          and deploy_queue._obsolete(queued.deployment) is not null
      ))
    order by waiting.id desc
    for no key update skip locked
  );
  perform deploy_queue._cancel_obsolete(v_ids);
end;
$$;
