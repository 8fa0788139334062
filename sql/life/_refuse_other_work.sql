-- Refuses an idempotency key whose deployment has ended, or was asked for with other work: the caller would believe that it holds a
-- cell that it does not hold. Url, note and terms of the wait may differ, since they change when a job is run again.
-- Called by _enter_again.
create or replace function deploy_queue._refuse_other_work(
  known deploy_queue.deployments,
  environment text,
  cloud_provider text,
  region text,
  cell_index integer,
  component text,
  version text,
  concurrency_key text,
  command text[]
) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_others text := concat_ws(', ',
    case when known.environment <> btrim(_refuse_other_work.environment) then 'environment' end,
    case when known.cloud_provider <> btrim(_refuse_other_work.cloud_provider) then 'cloud_provider' end,
    case when known.region <> btrim(_refuse_other_work.region) then 'region' end,
    case when known.cell_index <> _refuse_other_work.cell_index then 'cell_index' end,
    case when known.component <> btrim(_refuse_other_work.component) then 'component' end,
    case when known.version is distinct from _refuse_other_work.version then 'version' end,
    -- What has joined a holder has the key of that.
    case when known.joined_id is null and known.concurrency_key is distinct from _refuse_other_work.concurrency_key
      then 'concurrency_key' end,
    case when known.command is distinct from _refuse_other_work.command then 'command' end);
begin
  if v_others <> '' then
    raise exception using
      errcode = 'QD032',
      message = format('the idempotency key is that of %s, which has another %s', deploy_queue._label(known), v_others),
      hint = 'Other work needs an idempotency key of its own.';
  end if;
  if deploy_queue._has_ended(known) then
    perform deploy_queue._refuse_ended(known);
  end if;
end;
$$;
