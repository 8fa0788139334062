-- What a component demands of its logs in an environment. Apart from _demands, so that transitions do not read it.
-- Called by keepers before they wait, and by what writes or removes logs.
create or replace function deploy_queue.log_policy(environment text, component text)
returns table (log boolean, log_limit integer, log_retention interval)
language sql stable rows 1
security definer
set search_path = pg_catalog, pg_temp
as $$
  select
    coalesce(own.log, general.log),
    coalesce(own.log_limit, general.log_limit),
    coalesce(own.log_retention, general.log_retention)
  from deploy_queue.environments as general
  left join deploy_queue.component_policies as own
    on own.environment = general.environment and own.component = $2
  where general.environment = $1;
$$;

comment on function deploy_queue.log_policy(text, text) is
  'Whether what commands of a component print is kept in an environment, how many bytes of each deployment, and for how long after its end.';
