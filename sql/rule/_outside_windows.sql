-- The reason that no maintenance window of an environment is open, until the next one opens; empty while one is.
-- Called by _policy: a forecast plays many deployments of one environment.
create or replace function deploy_queue._outside_windows(environment text, as_of timestamptz)
returns deploy_queue.reason[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return array(
    select deploy_queue._reason('window', format('no maintenance window of %s is open', _outside_windows.environment),
      min(opening.opens) filter (where opening.opens > _outside_windows.as_of),
      jsonb_build_array(deploy_queue._call(
        'add_window', 'environment', _outside_windows.environment, 'opens_at', null, 'closes_at', null
      )))
    from deploy_queue._openings(_outside_windows.environment) as opening
    having bool_or(_outside_windows.as_of >= opening.opens and _outside_windows.as_of < opening.closes) is not true
  );
end;
$$;
