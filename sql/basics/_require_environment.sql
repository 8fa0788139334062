-- Refuses an environment that does not exist.
-- Called where an environment comes from a client.
create or replace function deploy_queue._require_environment(environment text) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (
    select from deploy_queue.environments where environments.environment = _require_environment.environment
  ) then
    raise exception using
      errcode = 'QD002',
      message = format('environment %s does not exist', coalesce(quote_ident(_require_environment.environment), 'null')),
      hint = format('There are: %s. deploy_queue.set_environment() adds one.',
        (select string_agg(environments.environment, ', ' order by environments.environment) from deploy_queue.environments));
  end if;
end;
$$;
