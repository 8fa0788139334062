-- The freeze with this number, whose environment the caller may change; one that is not there is refused.
-- Called by the functions that change a freeze.
create or replace function deploy_queue._freeze(freeze_id integer) returns deploy_queue.freezes
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_freeze deploy_queue.freezes;
begin
  select * into v_freeze from deploy_queue.freezes where freezes.id = _freeze.freeze_id;
  if not found then
    raise exception using
      errcode = 'QD023',
      message = format('freeze %s does not exist', coalesce(_freeze.freeze_id::text, 'null')),
      hint = 'deploy_queue.freezes_in_force shows those in force.';
  end if;
  perform deploy_queue._require_right(v_freeze.environment);
  return v_freeze;
end;
$$;
