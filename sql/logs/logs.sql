-- The log of a deployment, in order, for a caller that is not limited to other places.
-- Called by the command line and servers.
create or replace function deploy_queue.logs(
  deployment_id bigint,
  after_position bigint default 0,
  since timestamptz default null,
  from_stream text default null,
  at_most integer default 1000
) returns table ("position" bigint, logged_at timestamptz, stream text, content text)
language plpgsql stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_deployment deploy_queue.deployments := deploy_queue._deployment(logs.deployment_id);
  v_reach deploy_queue.access := deploy_queue._reach();
  v_most_bytes constant integer := 1048576;
begin
  if v_deployment.environment <> all (v_reach.environments) or v_deployment.component <> all (v_reach.components)
    or v_deployment.cell_id <> all (v_reach.cells)
  then
    raise exception using
      errcode = 'QD087',
      message = format('%s may not read the log of %s', deploy_queue._principal(), deploy_queue._label(v_deployment)),
      hint = 'It is limited to other environments, components or cells; a log may hold what is not for everybody.';
  end if;
  return query
  select page.position, page.logged_at, page.stream, page.content
  from (
    select logged.*, sum(octet_length(logged.content)) over (order by logged.position) - octet_length(logged.content) as bytes_before
    from deploy_queue.deployment_logs as logged
    where logged.deployment_id = v_deployment.id
      and logged.position > logs.after_position
      and (logged.logged_at < logs.since) is not true
      and (logged.stream <> logs.from_stream) is not true
    order by logged.position
    limit least(logs.at_most, 10000)
  ) as page
  where page.bytes_before < v_most_bytes
  order by page.position;
end;
$$;

comment on function deploy_queue.logs(bigint, bigint, timestamptz, text, integer) is
  'What the work of this deployment has printed, in order: one row a chunk, which begins and ends anywhere in a line. after_position: the last position that is known. since: from this moment on. from_stream: stdout, stderr or note (of the writer). Returns at most about 1 MiB: call it again with the last position, until there is no row.';
