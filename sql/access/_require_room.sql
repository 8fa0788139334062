-- Refuses one more deployment to a caller of a server that has as many waiting and running as its token or trust allows. Entries at one instant do
-- not see each other, so that a few more may come in.
-- Called by tg_deployments__enqueue.
create or replace function deploy_queue._require_room(principal text) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_most integer := (deploy_queue._verified() ->> 'most_live')::integer;
begin
  -- A statement of its own, so that only who is limited is counted.
  if v_most is null then
    return;
  end if;
  if v_most <= (
    select count(*) from deploy_queue._live_deployments as live where live.entered_by = _require_room.principal
  ) then
    raise exception using errcode = 'QD077',
      message = format('%s has %s deployments that wait or run, which is as many as it may have', _require_room.principal, v_most),
      hint = 'Wait until one of them ends, or cancel one. An operator makes a token or a trust with room for more.';
  end if;
end;
$$;
