-- The deployment that this principal has submitted with this key, however far it is; null when there is none. Refuses a key of other work.
-- Called by submit: a client that has lost the answer asks again.
create or replace function deploy_queue._submitted_before(
  idempotency_key text,
  target text,
  directory text,
  commands text[],
  commit_hash text
) returns deploy_queue.deployments
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_known deploy_queue.deployments;
  v_work deploy_queue.work;
begin
  select * into v_known
  from deploy_queue.deployments
  where deployments.entered_by = deploy_queue._principal() and deployments.idempotency_key = _submitted_before.idempotency_key;
  if not found then
    return null;
  end if;
  select * into v_work from deploy_queue.work where work.deployment_id = v_known.id;
  if v_work.target <> btrim(_submitted_before.target)
    or (v_work.directory, v_work.commands, v_work.commit_hash)
      is distinct from (_submitted_before.directory, _submitted_before.commands, _submitted_before.commit_hash)
  then
    raise exception using
      errcode = 'QD032',
      message = format('the idempotency key is that of %s, which has other work', deploy_queue._label(v_known)),
      hint = 'Other work needs an idempotency key of its own.';
  end if;
  return v_known;
end;
$$;
