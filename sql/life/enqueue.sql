-- Enters the line of a cell, and the cell itself when asked to and nothing keeps it from starting; the id that comes back is
-- the place in the line. Called by clients; a plain INSERT does the same.
create or replace function deploy_queue.enqueue(
  environment text,
  cloud_provider text,
  region text,
  cell_index integer,
  component text,
  version text default null,
  url text default null,
  note text default null,
  concurrency_key text default null,
  heartbeat boolean default false,
  idempotency_key text default null,
  max_duration interval default null,
  priority integer default 0,
  hold deploy_queue.hold default null,
  not_before timestamptz default null,
  not_after timestamptz default null,
  command text[] default null,
  start boolean default false,
  keeper text default null,
  stop_grace interval default null,
  parent_id bigint default null,
  join_parent boolean default false,
  sequence bigint default null,
  sequence_scope text default null,
  artifact text default null,
  rollback_of bigint default null,
  reserve_for interval default null,
  confirmation text default null
) returns deploy_queue.deployments
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_deployment deploy_queue.deployments;
begin
  for v_attempt in 1..2 loop
    -- Before the INSERT, which locks the cell: what is done with a known deployment locks its row.
    if enqueue.idempotency_key is not null then
      select * into v_deployment
      from deploy_queue.deployments
      where deployments.entered_by = deploy_queue._principal()
        and deployments.idempotency_key = enqueue.idempotency_key;
      if found then
        return deploy_queue._enter_again(
          v_deployment, enqueue.environment, enqueue.cloud_provider, enqueue.region, enqueue.cell_index, enqueue.component,
          enqueue.version, enqueue.concurrency_key, enqueue.command, enqueue.keeper
        );
      end if;
    end if;

    insert into deploy_queue.deployments as deployment (
      environment, cloud_provider, region, cell_index, component, version, url, note, concurrency_key, start_timestamp,
      heartbeat_timestamp, idempotency_key, max_duration, priority, hold, not_before, not_after, command, keeper, stop_grace, parent_id,
      joined_id, sequence, sequence_scope, artifact, rollback_of, reserved_until, confirmation
    ) values (
      enqueue.environment, enqueue.cloud_provider, enqueue.region, enqueue.cell_index, enqueue.component, enqueue.version,
      enqueue.url, enqueue.note, enqueue.concurrency_key,
      -- Infinity means "when it may". A deployment on hold waits for its release.
      case when enqueue.start and enqueue.hold is null and enqueue.reserve_for is null then timestamptz 'infinity' end,
      -- The row has its heartbeat from the INSERT on: a client that dies right after must not keep its place for ever.
      case when enqueue.heartbeat then deploy_queue._now() end,
      enqueue.idempotency_key, enqueue.max_duration, enqueue.priority, enqueue.hold, enqueue.not_before, enqueue.not_after,
      enqueue.command, enqueue.keeper, enqueue.stop_grace, enqueue.parent_id,
      case when enqueue.join_parent then enqueue.parent_id end,
      enqueue.sequence, enqueue.sequence_scope, enqueue.artifact, enqueue.rollback_of, deploy_queue._now() + enqueue.reserve_for,
      enqueue.confirmation
    )
    on conflict (entered_by, idempotency_key) where idempotency_key is not null do nothing
    returning deployment.* into v_deployment;
    -- Unless another session has used the key meanwhile.
    exit when found;
  end loop;
  if v_deployment.id is null then
    v_deployment := deploy_queue._rejected_before(
      (deploy_queue._cell(enqueue.environment, enqueue.cloud_provider, enqueue.region, enqueue.cell_index)).id, enqueue.keeper
    );
  end if;
  return v_deployment;
end;
$$;

comment on function deploy_queue.enqueue(
  text, text, text, integer, text, text, text, text, text, boolean, text, interval, integer, deploy_queue.hold, timestamptz,
  timestamptz, text[], boolean, text, interval, bigint, boolean, bigint, text, text, bigint, interval, text
) is
  'Enters the line of a cell and returns the new deployment. heartbeat: the caller promises heartbeats while it waits, and is reaped when they stop. idempotency_key: asking twice with the same key enters the line once; a key counts for the role that used it, and is refused for other work and after the end. max_duration: it is reaped when it runs for longer. hold: it waits until it is released, outside the line or in-line. not_before, not_after: when it may start. command: what its release runs. start: it starts at once when it may, and its start_timestamp says so; the promise of heartbeats holds while it runs, too. keeper: a name that the process draws for itself; another process with the same idempotency key takes the place over while it waits, and a rejection that the same process asks for again is recorded once. stop_grace: within how long the keeper ends its work when it is asked to stop; null: it cannot. parent_id: the deployment whose work this is a part of; what would wait for itself is refused. join_parent: it runs in the hold of its parent. sequence, sequence_scope: a run number and what it counts: deployments of a component stand in the order of their sequences, as far as their scopes are the same. artifact: what is deployed, such as a digest. rollback_of: it goes back from that deployment of its component. reserve_for: it keeps its place in line until it is redeemed, at most for so long. confirmation: the phrase that the environment demands; a wrong or missing one gives a deployment that is rejected: its cancellation_kind and cancellation_note say so.';
