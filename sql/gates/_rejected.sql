-- A new deployment that does not enter the line, as the record of that: it is cancelled already, and its idempotency key is free for the
-- next try. It names the process that asked (_rejected_before). Called by the enqueue trigger.
create or replace function deploy_queue._rejected(candidate deploy_queue.deployments, why text, keeper text)
returns deploy_queue.deployments
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  candidate.created_at := candidate.updated_at;
  candidate.start_timestamp := null;
  candidate.cancellation_timestamp := candidate.updated_at;
  candidate.cancellation_kind := 'rejected';
  candidate.cancellation_note := _rejected.why;
  candidate.idempotency_key := null;
  candidate.confirmation := null;
  candidate.heartbeat_timestamp := null;
  candidate.alive_until := null;
  candidate.keeper := _rejected.keeper;
  candidate.stop_grace := null;
  candidate.kept := false;
  return candidate;
end;
$$;
