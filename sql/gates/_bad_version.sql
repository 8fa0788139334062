-- The mark by which a version of a component is bad in an environment: the first one in force; null when there is none. One whose maker may
-- change some environments only counts in these.
-- Called by _withdrawn, and by the gate of promotion for the environment that is promoted from.
create or replace function deploy_queue._bad_version(component text, version text, environment text) returns deploy_queue.bad_versions
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select mark
    from deploy_queue.bad_versions as mark
    where mark.component = _bad_version.component and mark.version = _bad_version.version and mark.lifted_at is null
      and (_bad_version.environment = any (mark.environments)) is not false
    order by mark.id
    limit 1
  );
end;
$$;
