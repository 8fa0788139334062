-- "Is it my turn?", for what can only poll: the first question enters the line, each one keeps the place and starts the deployment when its turn
-- has come. Nobody keeps it from then on, so it needs a maximum duration.
-- Called by gates of CI systems, over HTTP.
create or replace function deploy_queue.ask_turn(
  environment text,
  component text,
  cloud_provider text default null,
  region text default null,
  cell_index integer default null,
  sequence bigint default null,
  sequence_scope text default null,
  version text default null,
  artifact text default null,
  url text default null,
  note text default null,
  concurrency_key text default null,
  priority integer default 0,
  confirmation text default null,
  max_duration interval default null,
  ask_every interval default null,
  idempotency_key text default null
) returns table (proceed boolean, reason text, retry_after interval, deployment_id bigint)
language plpgsql volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_cell deploy_queue.cells := deploy_queue._place_of_turn(
    ask_turn.environment, ask_turn.cloud_provider, ask_turn.region, ask_turn.cell_index
  );
  v_demands record;
  v_deployment deploy_queue.deployments;
  v_attempt record;
begin
  if num_nonnulls(ask_turn.sequence, ask_turn.idempotency_key) = 0 then
    raise exception using errcode = 'QD073', message = 'ask_turn needs sequence or idempotency_key: the next question must find its place';
  end if;
  if ask_turn.ask_every not between interval '1 second' and interval '1 hour' then
    raise exception using errcode = 'QD073', message = 'ask_every must be between 1 second and 1 hour';
  end if;
  select * into v_demands from deploy_queue._demands(v_cell.environment, btrim(ask_turn.component));
  if coalesce(ask_turn.max_duration, v_demands.max_duration) is null then
    raise exception using errcode = 'QD073',
      message = format('ask_turn needs max_duration: environment %s has none, and nobody keeps what was told to proceed', v_cell.environment);
  end if;

  v_deployment := deploy_queue.enqueue(
    v_cell.environment, v_cell.cloud_provider, v_cell.region, v_cell.cell_index, ask_turn.component,
    version => ask_turn.version, url => ask_turn.url, note => ask_turn.note, concurrency_key => ask_turn.concurrency_key, heartbeat => true,
    max_duration => ask_turn.max_duration, priority => ask_turn.priority, sequence => ask_turn.sequence,
    sequence_scope => ask_turn.sequence_scope, artifact => ask_turn.artifact, confirmation => ask_turn.confirmation,
    idempotency_key => coalesce(ask_turn.idempotency_key, 'turn ' || encode(sha256(convert_to(jsonb_build_array(
      v_cell.environment, v_cell.cloud_provider, v_cell.region, v_cell.cell_index, btrim(ask_turn.component), ask_turn.version, ask_turn.concurrency_key, ask_turn.sequence, ask_turn.sequence_scope
    )::text, 'UTF8')), 'hex'))
  );
  deployment_id := v_deployment.id;
  if v_deployment.cancellation_kind = 'rejected' then
    -- An error would take the record of the rejection with it.
    proceed := false;
    reason := v_deployment.cancellation_note;
    return next;
    return;
  end if;

  select * into v_attempt from deploy_queue.try_start(v_deployment.id);
  proceed := v_attempt.started;
  if proceed then
    reason := format('it has started, and is cancelled after %s unless it is finished before', coalesce(
      (v_attempt.deployment).max_duration, v_demands.max_duration
    ));
  else
    retry_after := greatest(coalesce(ask_turn.ask_every, v_attempt.look_again_in), interval '1 second');
    reason := coalesce((v_attempt.deployment).cancellation_note, (
      select string_agg(waiting.reason ->> 'text', '; ') from jsonb_array_elements(v_attempt.waiting_on) as waiting (reason)
    ));
    -- Two questions may be lost.
    update deploy_queue.deployments
    set alive_until = deployments.heartbeat_timestamp + greatest(v_demands.heartbeat_timeout, 3 * ask_turn.retry_after)
    where deployments.id = v_deployment.id and deployments.alive_until is not null and not deploy_queue._has_ended(deployments);
  end if;
  return next;
end;
$$;

comment on function deploy_queue.ask_turn(
  text, text, text, text, integer, bigint, text, text, text, text, text, text, integer, text, interval, interval, text
) is
  'Whether it is the turn of a deployment, for what can only poll. The first question enters the line; what names the work and its sequence, or idempotency_key, tells the next one which place it means. Without a cell it is the only one of the environment. ask_every: how often it is asked; the place is kept for at least three times as long. max_duration: how long it may run, since nobody keeps it then; null is the limit of the environment. Returns whether to proceed, why or why not, after how long to ask again, and the id, by which it is finished.';
