-- A function that a caller of a server may call. Refuses what does not exist, is private, or is not for its role.
-- Called by call.
create or replace function deploy_queue._callable(access deploy_queue.access, function_name text) returns pg_catalog.pg_proc
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_function pg_catalog.pg_proc;
begin
  select pg_proc.* into v_function
  from deploy_queue._functions() as ours
  join pg_proc on pg_proc.oid = ours
  where pg_proc.proname = _callable.function_name and not starts_with(pg_proc.proname, '_') and pg_proc.prorettype <> 'trigger'::regtype;
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
