-- Whether the acting role is an operator or the owner.
-- Called where only they may do something that needs no privilege of its own.
create or replace function deploy_queue._is_operator() returns boolean
language plpgsql stable
-- A view asks it, too.
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return not exists (
    select
    from unnest((deploy_queue._caller()).roles) as acting (role)
    where not coalesce(pg_has_role(acting.role, to_regrole('deploy_queue_operator'), 'member'), false)
      and not pg_has_role(
        acting.role, (select pg_namespace.nspowner from pg_namespace where pg_namespace.nspname = 'deploy_queue'), 'member'
      )
  );
end;
$$;
