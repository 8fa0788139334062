-- As what a deployment that has started and not ended keeps others waiting: it runs, is being verified, or is being stopped.
-- Called by the rule and the forecast. Without a search_path of its own, PostgreSQL writes the body into the caller.
create or replace function deploy_queue._holder_kind(deployment deploy_queue.deployments) returns text
language sql immutable parallel safe
as $$
  select case
    when deployment.stop_timestamp is not null then 'stopping'
    when deployment.verifying_since is not null then 'verifying'
    else 'running'
  end;
$$;
