-- Notifies the heads of lines of other environments for which a finish opens the gate of promotion, or tells when it opens. Without the locks
-- of their cells: the session holds another one, and a transaction that stays open must not hold up other environments. So no event says so,
-- and a head that loses its last other reason in the same moment may learn it by its next look.
-- Called by the trigger of a finish.
create or replace function deploy_queue._wake_promoted(finished deploy_queue.deployments) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  perform deploy_queue._tell_waiter(head)
  from unnest(deploy_queue._promoted_lines(finished.environment)) as line (cell_id)
  cross join lateral deploy_queue._heads(line.cell_id) as head
  where head.component = finished.component
    and head.version = finished.version
    and deploy_queue._promoted_at(head) < deploy_queue._promoted_at(head, finished.id)
    and not exists (select from unnest(deploy_queue._waiting_on(head)) as reason where reason.until is null);
end;
$$;
