-- In which order the deployments of a component that have a sequence stand: the lowest first; where the newest that is ready goes first, the
-- highest first, and those that are reserved behind them.
-- Called by what sorts them in.
create or replace function deploy_queue._rank(deployment deploy_queue.deployments) returns bigint
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select case
      when demands.ordering <> 'latest-ready' then deployment.sequence
      when deployment.reserved_until is null then - deployment.sequence
      else 2000000000000000 - deployment.sequence
    end
    from deploy_queue._demands(deployment.environment, deployment.component) as demands
  );
end;
$$;
