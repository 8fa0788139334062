-- Lifts a freeze. One that was lifted already is left as it is.
-- Called by operators; a plain UPDATE of lifted_at does the same.
create or replace function deploy_queue.thaw(freeze_id integer) returns deploy_queue.freezes
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_freeze deploy_queue.freezes := deploy_queue._freeze(thaw.freeze_id);
begin
  update deploy_queue.freezes
  set lifted_at = deploy_queue._now()
  where freezes.id = v_freeze.id
    and freezes.lifted_at is null
    and not freezes.has_expired
  returning freezes.* into v_freeze;
  if not found then
    v_freeze := deploy_queue._freeze(thaw.freeze_id);
    raise notice 'freeze % %', v_freeze.id, case when v_freeze.lifted_at is null then 'has expired' else 'was lifted already' end;
  end if;
  return v_freeze;
end;
$$;

comment on function deploy_queue.thaw(integer) is
  'Lifts a freeze, wakes those who may start now, and returns it. Lifting it twice is fine.';
