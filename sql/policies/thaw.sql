-- Lifts a freeze. One that was lifted already is left as it is.
-- Called by operators; a plain UPDATE of lifted_at does the same.
create or replace function deploy_queue.thaw(freeze_id integer) returns deploy_queue.freezes
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_freeze deploy_queue.freezes;
begin
  perform deploy_queue._require_right(freezes.environment) from deploy_queue.freezes where freezes.id = thaw.freeze_id;

  update deploy_queue.freezes
  set lifted_at = deploy_queue._now()
  where freezes.id = thaw.freeze_id
    and freezes.lifted_at is null
  returning freezes.* into v_freeze;
  if found then
    return v_freeze;
  end if;

  select * into v_freeze from deploy_queue.freezes where freezes.id = thaw.freeze_id;
  if not found then
    raise exception using
      errcode = 'QD023',
      message = format('freeze %s does not exist', coalesce(thaw.freeze_id::text, 'null')),
      hint = 'deploy_queue.freezes_in_force shows those in force.';
  end if;
  raise notice 'freeze % was lifted already', v_freeze.id;
  return v_freeze;
end;
$$;

comment on function deploy_queue.thaw(integer) is
  'Lifts a freeze, wakes those who may start now, and returns it. Lifting it twice is fine.';
