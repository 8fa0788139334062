-- Refuses to redeem a reservation that is over: others may have passed it.
-- Called by redeem and the guard, under the lock of the cell.
create or replace function deploy_queue._refuse_late_redemption(reservation deploy_queue.deployments) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if reservation.reserved_until <= deploy_queue._now() then
    raise exception using
      errcode = 'QD052',
      message = format('the reservation of %s ended at %s', deploy_queue._label(reservation),
        date_trunc('second', reservation.reserved_until)),
      hint = 'Enter the line anew.';
  end if;
end;
$$;
