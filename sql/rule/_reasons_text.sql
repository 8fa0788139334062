-- Reasons to wait in one line: the first five, and how many more there are.
-- Called by _may_start for its error and by try_start for the event.
create or replace function deploy_queue._reasons_text(reasons deploy_queue.reason[]) returns text
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return left((select string_agg(reason.text, '; ') from unnest(reasons[1:5]) as reason), 2000)
    || case when cardinality(reasons) > 5 then format('; and %s%s more', case when cardinality(reasons) >= 100 then 'at least ' end, cardinality(reasons) - 5) else '' end;
end;
$$;
