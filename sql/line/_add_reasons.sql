-- The forecast of a deployment that other deployments are not all it waits for: what withholds it comes first among its blockers.
-- Called by _line.
create or replace function deploy_queue._add_reasons(forecast deploy_queue.forecast, withheld deploy_queue.reason[])
returns deploy_queue.forecast
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_until timestamptz := (select max(coalesce(reason.until, 'infinity')) from unnest(_add_reasons.withheld) as reason);
begin
  forecast.predicted_start := nullif(greatest(coalesce(forecast.predicted_start, 'infinity'), v_until), 'infinity');
  forecast.blocker_count := forecast.blocker_count + cardinality(withheld);
  forecast.blockers := to_jsonb(withheld) || forecast.blockers;
  return forecast;
end;
$$;
