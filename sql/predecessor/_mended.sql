-- A deployment of the predecessor with the values that the queue would refuse mended, as an adoption mends them.
-- Called for what programs of the predecessor insert.
create or replace function deploy_queue._mended(deployment deploy_queue.deployments) returns deploy_queue.deployments
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_is_page boolean := deployment.url ~* '^(https?://|$)';
begin
  deployment.url := deploy_queue._one_line(deployment.url);
  deployment.note := deploy_queue._one_line(deployment.note);
  if not v_is_page then
    deployment.note := concat_ws('; ', deployment.note, deployment.url);
    deployment.url := null;
  end if;
  deployment.cancellation_note := deploy_queue._one_line(deployment.cancellation_note);
  deployment.version := nullif(deployment.version, '');
  deployment.concurrency_key := nullif(deployment.concurrency_key, '');

  deployment.created_at := least(deployment.created_at, deployment.start_timestamp, deployment.cancellation_timestamp);
  if deployment.finish_timestamp < deployment.start_timestamp then
    deployment.finish_timestamp := deployment.start_timestamp;
  end if;
  if deployment.cancellation_timestamp < deployment.start_timestamp then
    deployment.cancellation_timestamp := deployment.start_timestamp;
  end if;
  return deployment;
end;
$$;
