-- Reserves a place in the line of a cell, for what is still being built.
-- Called by clients; enqueue() with reserve_for does the same.
create or replace function deploy_queue.reserve(
  environment text,
  cloud_provider text,
  region text,
  cell_index integer,
  component text,
  valid_for interval,
  sequence bigint default null,
  sequence_scope text default null,
  version text default null,
  artifact text default null,
  url text default null,
  note text default null,
  concurrency_key text default null,
  idempotency_key text default null,
  priority integer default 0,
  confirmation text default null
) returns deploy_queue.deployments
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return deploy_queue.enqueue(
    environment => reserve.environment, cloud_provider => reserve.cloud_provider, region => reserve.region,
    cell_index => reserve.cell_index, component => reserve.component, version => reserve.version, url => reserve.url,
    note => reserve.note, concurrency_key => reserve.concurrency_key, idempotency_key => reserve.idempotency_key,
    priority => reserve.priority, sequence => reserve.sequence, sequence_scope => reserve.sequence_scope,
    artifact => reserve.artifact, reserve_for => coalesce(reserve.valid_for, interval '0'),
    confirmation => reserve.confirmation
  );
end;
$$;

comment on function deploy_queue.reserve(
  text, text, text, integer, text, interval, bigint, text, text, text, text, text, text, text, integer, text
) is
  'Takes a place in the line of a cell and returns it as a deployment that is reserved: those behind it wait. redeem() makes a deployment of it; when that has not happened after valid_for, the line moves on.';
