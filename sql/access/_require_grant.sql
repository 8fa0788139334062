-- Refuses to give others what does not exist, or more than the caller has.
-- Called by create_token and add_trust.
create or replace function deploy_queue._require_grant(kind text, environments text[], functions text[], most_live integer) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_allowed text[] := (deploy_queue._caller()).environments;
  v_callable text[] := (jsonb_populate_record(null::deploy_queue.access, deploy_queue._verified())).functions;
  v_most integer := (deploy_queue._verified() ->> 'most_live')::integer;
  v_strange text;
begin
  if to_regrole('deploy_queue_' || _require_grant.kind) is null or _require_grant.kind in ('server', 'deliverer') then
    raise exception using errcode = 'QD030', message = format('%s is no kind of role', coalesce(quote_literal(_require_grant.kind), 'null')),
      hint = 'It is reader, deployer, operator, approver, checker or agent; deploy_queue.create_roles() makes the roles.';
  end if;
  perform deploy_queue._require_environment(named) from unnest(_require_grant.environments) as named;
  if v_allowed is not null and (_require_grant.environments <@ v_allowed) is not true then
    raise exception using errcode = 'QD020',
      message = format('%s may not let others into environments other than %s', deploy_queue._principal(), array_to_string(v_allowed, ', ')),
      hint = 'Name the environments that may be changed.';
  end if;
  if v_callable is not null and (_require_grant.functions <@ v_callable) is not true then
    raise exception using errcode = 'QD072',
      message = format('%s may not let others call functions other than %s', deploy_queue._principal(), array_to_string(v_callable, ', ')),
      hint = 'Name the functions that may be called.';
  end if;
  if v_most is not null and (_require_grant.most_live <= v_most) is not true then
    raise exception using errcode = 'QD072',
      message = format('%s may not let others have more than %s deployments that wait or run', deploy_queue._principal(), v_most),
      hint = 'Name at most as many.';
  end if;
  select named into v_strange from unnest(_require_grant.functions) as named
  where not exists (
    select from deploy_queue._functions() as ours join pg_proc on pg_proc.oid = ours
    where pg_proc.proname = named and has_function_privilege('deploy_queue_' || _require_grant.kind, pg_proc.oid, 'execute')
  );
  if v_strange is not null then
    raise exception using errcode = 'QD071', message = format('%s is no function that a %s may call', quote_ident(v_strange), _require_grant.kind),
      hint = 'docs/sql-api.md lists them.';
  end if;
end;
$$;
