-- Refuses to move a queued deployment past one that entered by the old names and waits, or such a one past another: programs of the
-- predecessor go by the id alone, so the two would wait for each other.
-- Called for a deployment as it would be in the line: by the guard and the enqueue trigger, under the lock of the cell, and by preflight.
create or replace function deploy_queue._refuse_passing(candidate deploy_queue.deployments) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := deploy_queue._now();
  -- A new one gets the largest id.
  v_id bigint := coalesce(candidate.id, 9223372036854775807);
  v_passed text;
begin
  -- The order of the line, whenever it may start.
  candidate.hold := null;
  candidate.not_before := null;
  select string_agg(waiting.id::text, ', ' order by waiting.id) into v_passed
  from deploy_queue._queued as waiting
  where waiting.cell_id = candidate.cell_id
    and waiting.id <> v_id
    and (waiting.via_old_names or candidate.via_old_names)
    and waiting.hold is distinct from 'outside'
    and case
      when waiting.id < v_id then deploy_queue._precedes(candidate, waiting.deployment, v_now)
      else deploy_queue._precedes(waiting.deployment, candidate, v_now)
    end;
  if v_passed is not null then
    raise exception using
      errcode = 'QD048',
      message = format('%s cannot pass what waits for programs of the predecessor or let it pass: %s', deploy_queue._label(candidate), v_passed),
      hint = 'They go by the order of the ids. Wait until these have started, or enter the line with a new deployment.';
  end if;
end;
$$;
