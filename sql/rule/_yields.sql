-- Whether a reservation lets what is ready of its component pass, since the newest that is ready goes first. Those of one scope and priority
-- stand in that order anyway (_rank). Called by _precedes and _line.
create or replace function deploy_queue._yields(reservation deploy_queue.deployments) returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select demands.ordering = 'latest-ready'
    from deploy_queue._demands(reservation.environment, reservation.component) as demands
  );
end;
$$;
