-- The timeline in which this server writes; null where it only reads.
-- Called by _up_since and by what notes a new one.
create or replace function deploy_queue._timeline() returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return case when not pg_is_in_recovery() then left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) end;
exception when object_not_in_prerequisite_state or feature_not_supported or undefined_function then
  -- Amazon Aurora refuses functions of WAL, and restarts the server that it promotes.
  return 'unknown';
end;
$$;
