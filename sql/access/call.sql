-- Calls a function of the queue for the bearer of a secret, with its rights: everything happens as that caller, whatever the session may.
-- Called by servers.
create or replace function deploy_queue.call(credential bytea, function_name text, arguments jsonb default '{}', actor text default null)
returns setof jsonb
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_access deploy_queue.access := deploy_queue._access_of(call.credential);
  v_function pg_catalog.pg_proc := deploy_queue._callable(v_access, call.function_name);
  v_arguments text;
  v_argument record;
  v_missing text := (
    select string_agg(needed, ', ' order by position)
    from unnest(v_function.proargnames[: v_function.pronargs - v_function.pronargdefaults]) with ordinality as known (needed, position)
    where not call.arguments ? needed
  );
begin
  if v_missing <> '' then
    raise exception using errcode = 'QD073', message = format('%s needs %s', v_function.proname, v_missing);
  end if;
  -- What an agent or a target is for is known to these themselves.
  if v_function.provolatile = 'v' and v_function.proname not in ('submit', 'register_targets', 'keep_work', 'leave_work', 'take_work') then
    perform deploy_queue._require_scope(v_access, call.arguments);
  end if;
  for v_argument in
    select given.key as name, given.value, known.type
    from jsonb_each(call.arguments) as given
    left join unnest(v_function.proargnames, v_function.proargtypes::oid[]) as known (name, type) on known.name = given.key
  loop
    if v_argument.type is null then
      raise exception using errcode = 'QD073', message = format('%s has no argument %s', v_function.proname, quote_ident(v_argument.name));
    end if;
    v_arguments := concat_ws(', ', v_arguments,
      format('%I => %s', v_argument.name, deploy_queue._argument(v_argument.name, v_argument.value, v_argument.type)));
  end loop;

  perform deploy_queue._act_as(v_access, call.actor);
  return query execute format('select %s from deploy_queue.%I(%s) as answer',
    deploy_queue._answer_as_json(v_function), v_function.proname, v_arguments);
  perform deploy_queue._act_as(null);
end;
$$;

comment on function deploy_queue.call(bytea, text, jsonb, text) is
  'Calls a function of the queue by its name, with JSON arguments by theirs, as the bearer of a secret. credential: the SHA-256 of the secret. actor: who acts, as the bearer says. Durations are numbers of seconds, in arguments and in the answer. Returns each row as JSON.';
