-- A function that a caller of a server may call. Refuses what does not exist, is private, or is not for its role.
-- Called by call.
create or replace function deploy_queue._callable(access deploy_queue.access, function_name text) returns pg_catalog.pg_proc
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_function pg_catalog.pg_proc;
begin
  -- By the index of names: _functions() reads all of them, which takes longer than most calls.
  select pg_proc.* into v_function
  from pg_proc
  where pg_proc.proname = _callable.function_name::name and pg_proc.pronamespace = 'deploy_queue'::regnamespace
    and not starts_with(pg_proc.proname, '_') and pg_proc.prorettype <> 'trigger'::regtype
    and not exists (
      select from pg_depend
      where pg_depend.classid = 'pg_proc'::regclass and pg_depend.objid = pg_proc.oid and pg_depend.deptype = 'e'
    );
  if not found then
    raise exception using errcode = 'QD071', message = format('there is no function %s', quote_ident(_callable.function_name)),
      hint = 'docs/sql-api.md lists them.';
  end if;
  if not has_function_privilege('deploy_queue_' || (_callable.access).kind, v_function.oid, 'execute')
    or v_function.proname <> all ((_callable.access).functions)
  then
    raise exception using errcode = 'QD072',
      message = format('%s may not call %s', (_callable.access).principal, v_function.proname),
      hint = format('It is %s. An operator makes a token that may do more.', _callable.access.kind);
  end if;
  return v_function;
end;
$$;
