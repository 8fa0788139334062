-- A known deployment for a client that asks with its idempotency key: a client that lost its connection cannot know whether its first
-- request arrived. Its place goes to the caller when another process keeps it. Called by enqueue.
create or replace function deploy_queue._enter_again(
  known deploy_queue.deployments,
  environment text,
  cloud_provider text,
  region text,
  cell_index integer,
  component text,
  version text,
  concurrency_key text,
  command text[],
  keeper text
) returns deploy_queue.deployments
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  perform deploy_queue._refuse_other_work(
    known, _enter_again.environment, _enter_again.cloud_provider, _enter_again.region, _enter_again.cell_index,
    _enter_again.component, _enter_again.version, _enter_again.concurrency_key, _enter_again.command
  );
  -- What is submitted has its work, unless its key was used for something else at the same moment.
  if starts_with(_enter_again.keeper, 'target ') and not exists (
    select from deploy_queue.work where work.deployment_id = known.id
  ) then
    raise exception using
      errcode = 'QD032',
      message = format('the idempotency key is that of %s, which has other work', deploy_queue._label(known)),
      hint = 'Other work needs an idempotency key of its own.';
  end if;
  raise notice '% is there already, from an earlier try', deploy_queue._label(known);
  if _enter_again.keeper <> known.keeper then
    return deploy_queue._take_over(known, _enter_again.keeper);
  end if;
  return known;
end;
$$;
