-- Refuses a deployment with a timestamp that cannot be that of history.
-- Called by the enqueue trigger.
create or replace function deploy_queue._refuse_moments(candidate deploy_queue.deployments, now timestamptz) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  raise exception using
    errcode = 'QD009',
    message = format('%s has a timestamp that lies in the future or is infinite', deploy_queue._label(candidate)),
    detail = format('The clock of the database says %s.', _refuse_moments.now),
    hint = 'Leave the timestamps of the present out; the database fills them in.';
end;
$$;
