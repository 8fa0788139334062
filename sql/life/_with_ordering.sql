-- A new deployment whose sequence, rollback or reservation is in order; all others are refused. A reservation lasts at most for as long as the
-- policy allows. Called by the enqueue trigger, under the lock of the cell.
create or replace function deploy_queue._with_ordering(candidate deploy_queue.deployments) returns deploy_queue.deployments
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := deploy_queue._now();
  v_demands record;
  v_undone deploy_queue.deployments;
  v_started deploy_queue.started_sequences;
begin
  select * into v_demands from deploy_queue._demands(candidate.environment, candidate.component);

  if candidate.rollback_of is not null then
    select * into v_undone from deploy_queue.deployments where deployments.id = candidate.rollback_of;
    if (v_undone.cell_id = candidate.cell_id and v_undone.component = candidate.component and v_undone.start_timestamp is not null) is not true
    then
      raise exception using
        errcode = 'QD051',
        message = format('%s cannot roll back deployment %s: it is no deployment of %s that has started in this cell',
          deploy_queue._label(candidate), candidate.rollback_of, candidate.component),
        hint = 'Give the id of the deployment that is to be undone.';
    end if;
  elsif v_demands.refuse_outdated and candidate.finish_timestamp is null then
    v_started := deploy_queue._started_since(candidate);
    if v_started.deployment_id is not null then
      raise exception using
        errcode = 'QD050',
        message = format('%s is outdated: run %s of %s has started, as deployment %s', deploy_queue._label(candidate), v_started.sequence,
          v_started.component, v_started.deployment_id),
        hint = format('To go back on purpose, give rollback_of => %s.', v_started.deployment_id);
    end if;
  end if;

  if candidate.reserved_until is not null then
    candidate.hold := 'in-line';
    if candidate.reserved_until > v_now + v_demands.max_reservation then
      candidate.reserved_until := v_now + v_demands.max_reservation;
      raise notice 'the place is reserved until %: % allows no more than %', date_trunc('second', candidate.reserved_until),
        candidate.environment, v_demands.max_reservation;
    end if;
    if candidate.reserved_until <= v_now then
      raise check_violation using constraint = 'a_reservation_must_end_in_the_future',
        message = 'a reservation must end in the future';
    end if;
  end if;
  return candidate;
end;
$$;
