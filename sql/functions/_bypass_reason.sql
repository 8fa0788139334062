-- Why whoever acts breaks the glass: the setting deploy_queue.bypass_reason of an operator or the owner; null otherwise.
-- Called by try_start, the triggers of deployments and the event that they leave.
create or replace function deploy_queue._bypass_reason() returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_reason text := nullif(trim(current_setting('deploy_queue.bypass_reason', true)), '');
begin
  if v_reason is not null and exists (
    select
    from unnest(deploy_queue._acting_roles()) as acting (role)
    where not coalesce(pg_has_role(acting.role, to_regrole('deploy_queue_operator'), 'member'), false)
      and not pg_has_role(
        acting.role, (select pg_namespace.nspowner from pg_namespace where pg_namespace.nspname = 'deploy_queue'), 'member'
      )
  ) then
    return null;
  end if;
  return v_reason;
end;
$$;
