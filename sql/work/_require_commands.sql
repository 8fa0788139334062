-- Refuses what are no commands. Called where they come from clients.
create or replace function deploy_queue._require_commands(commands text[]) returns void
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_flaw text := case
    when (cardinality(_require_commands.commands) between 1 and 100) is not true or array_ndims(_require_commands.commands) <> 1
      then 'commands must be 1 to 100 texts'
    when exists (select from unnest(_require_commands.commands) as command where (command ~ '\S') is not true)
      then 'a command is empty'
    when exists (select from unnest(_require_commands.commands) as command where length(command) > 10000)
      then 'a command has more than 10000 characters'
  end;
begin
  if v_flaw is not null then
    raise exception using errcode = 'QD125', message = v_flaw;
  end if;
end;
$$;
